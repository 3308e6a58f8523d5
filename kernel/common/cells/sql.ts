/** What a SQL cell asks of a database, and how values become bound parameters. duckdb-wasm answers, in Node and in the frame alike. */
import { AssayError } from '#common/errors.ts';
import { Table } from '#common/data/table.ts';

/** What a compiled SQL cell returns: one more piece of text than there are values. */
export interface SqlRequest {
  readonly name: string;
  readonly sql: readonly string[];
  readonly values: readonly unknown[];
  readonly tables: Readonly<Record<string, unknown>>;
}

export type SqlParameter = string | number | boolean;

export interface SqlEngine {
  /** Queries take turns. @throws SQL_FAILED, SQL_VALUE */
  query(text: string, parameters: readonly SqlParameter[], tables: ReadonlyMap<string, Table>): Promise<Table>;
}

/** @throws SQL_FAILED with the database's words; SQL_VALUE for a parameter or column that has no counterpart */
export async function runSql(engine: SqlEngine, request: SqlRequest): Promise<Table> {
  const tables = new Map<string, Table>();
  for (const [name, table] of Object.entries(request.tables)) {
    if (!(table instanceof Table)) throw new AssayError('SQL_VALUE', `${name} is no table.`, { where: name });
    tables.set(name, table);
  }
  const parameters: SqlParameter[] = [];
  let text = request.sql[0]!;
  request.values.forEach((value, i) => {
    text += placeholder(value, parameters) + request.sql[i + 1]!;
  });
  return engine.query(text, parameters, tables);
}

/** `?` with the cast that keeps the value's type, and the parameter behind it. */
function placeholder(value: unknown, parameters: SqlParameter[]): string {
  const bind = (parameter: SqlParameter, sign: string): string => {
    parameters.push(parameter);
    return sign;
  };
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return bind(value, '?');
  if (typeof value === 'boolean') return bind(value, '?');
  if (typeof value === 'bigint') return bind(String(value), '?::HUGEINT');
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? bind(value, '?') : bind(spellNumber(value), '?::DOUBLE');
  }
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return bind(value.toISOString().slice(0, -1), '?::TIMESTAMP');
  if (Array.isArray(value) && value.length > 0) return value.map((item) => placeholder(item, parameters)).join(', ');
  throw new AssayError('SQL_VALUE', `${Array.isArray(value) ? 'An empty list' : typeof value} cannot be a parameter.`);
}

const spellNumber = (value: number): string => (Object.is(value, -0) ? '-0.0' : String(value));

/** The engine over whatever runs duckdb-wasm: loads tables once, sends queries one after the other, reads answers as Tables. */
import type { Table as ArrowTable } from 'apache-arrow';
import { AssayError } from '#common/errors.ts';
import type { Table } from '#common/data/table.ts';
import { fromArrow, toArrowBytes } from './arrow.ts';
import type { SqlEngine, SqlParameter } from './sql.ts';

/** One connection of duckdb-wasm; the blocking build's methods simply return. */
export interface Connection {
  query(text: string): Promise<ArrowTable> | ArrowTable;
  prepare(text: string): Promise<Statement> | Statement;
  insertArrowFromIPCStream(bytes: Uint8Array, options: { name: string; create: boolean }): Promise<void> | void;
}

interface Statement {
  query(...parameters: SqlParameter[]): Promise<ArrowTable> | ArrowTable;
  close(): Promise<void> | void;
}

/** Sent right after opening: offline, an extension that is asked for would wait for ever; and cells reach no files. */
const SETTINGS = [
  'SET autoload_known_extensions=false',
  'SET enable_external_access=false',
  'SET lock_configuration=true',
];

export async function openSql(connection: Connection): Promise<SqlEngine> {
  for (const setting of SETTINGS) await connection.query(setting);
  const loaded = new Map<string, Table>();
  let turn: Promise<unknown> = Promise.resolve();
  const run = async (
    text: string,
    parameters: readonly SqlParameter[],
    tables: ReadonlyMap<string, Table>,
  ): Promise<Table> => {
    for (const [name, table] of tables) {
      if (loaded.get(name) === table) continue;
      loaded.delete(name);
      await connection.query(`DROP TABLE IF EXISTS ${quoted(name)}`);
      await connection.insertArrowFromIPCStream(toArrowBytes(table), { name, create: true });
      loaded.set(name, table);
    }
    if (parameters.length === 0) return fromArrow(await connection.query(text));
    const statement = await connection.prepare(text);
    try {
      return fromArrow(await statement.query(...parameters));
    } finally {
      await statement.close();
    }
  };
  return {
    query(text, parameters, tables) {
      const result = turn.then(() => run(text, parameters, tables)).catch(failed);
      turn = result.catch(() => {});
      return result;
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function failed(error: unknown): never {
  if (error instanceof AssayError) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw new AssayError('SQL_FAILED', message.split('\n\n', 1)[0]!.trim());
}

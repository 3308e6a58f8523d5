/** The thread in which duckdb-wasm runs: the blocking build, since its worker build fails in Node. */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { openSql, type Connection } from '#common/cells/sql-engine.ts';
import type { SqlEngine } from '#common/cells/sql.ts';
import { AssayError } from '#common/errors.ts';
import { Table } from '#common/data/table.ts';
import type { DuckdbAnswer, DuckdbQuery } from './duckdb.ts';

interface Blocking {
  createDuckDB(bundles: unknown, logger: unknown, runtime: unknown): Promise<Database>;
  readonly VoidLogger: new () => object;
  readonly NODE_RUNTIME: object;
}

interface Database {
  instantiate(onProgress: () => void): Promise<unknown>;
  open(config: object): void;
  connect(): Connection;
}

async function open(): Promise<SqlEngine> {
  const require = createRequire(import.meta.url);
  const duckdb = require('@duckdb/duckdb-wasm/blocking') as Blocking;
  const bundle = { mainModule: require.resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'), mainWorker: '' };
  const database = await duckdb.createDuckDB({ mvp: bundle, eh: bundle }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await database.instantiate(() => {});
  database.open({});
  return openSql(database.connect());
}

const port = parentPort!;
const engine = open();
const tables = new Map<string, Table>();

async function answer({ id, text, parameters, tables: news }: DuckdbQuery): Promise<DuckdbAnswer> {
  try {
    for (const [name, table] of news) if (table) tables.set(name, new Table(table));
    const used = new Map(news.map(([name]) => [name, tables.get(name)!]));
    return { id, table: await (await engine).query(text, parameters, used) };
  } catch (error) {
    return { id, error: AssayError.from(error).toJSON() };
  }
}

port.on('message', (query: DuckdbQuery) => void answer(query).then((message) => port.postMessage(message)));

/** duckdb-wasm in the frame: its worker from a blob, its Wasm from the bytes that the page handed over. Nothing is fetched. */
import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm';
import { openSql, type Connection } from '#common/cells/sql-engine.ts';
import type { SqlEngine } from '#common/cells/sql.ts';

export async function openDuckdb(parts: { readonly worker: string; readonly wasm: ArrayBuffer }): Promise<SqlEngine> {
  const script = URL.createObjectURL(new Blob([parts.worker], { type: 'text/javascript' }));
  const wasm = URL.createObjectURL(new Blob([parts.wasm], { type: 'application/wasm' }));
  try {
    const database = new AsyncDuckDB(new VoidLogger(), new Worker(script));
    await database.instantiate(wasm);
    await database.open({});
    return await openSql((await database.connect()) as unknown as Connection);
  } finally {
    URL.revokeObjectURL(script);
    URL.revokeObjectURL(wasm);
  }
}

/**
 * duckdb-wasm for a headless run, in a thread of its own: its Emscripten code does not survive lockdown, and a long query leaves the other
 * cells running. Takes about half a second to open.
 */
import { Worker } from 'node:worker_threads';
import type { SqlEngine, SqlParameter } from '#common/cells/sql.ts';
import type { TableData } from '#common/data.ts';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import { Table } from '#common/data/table.ts';

export interface DuckdbQuery {
  readonly id: number;
  readonly text: string;
  readonly parameters: readonly SqlParameter[];
  /** Null: the same table as the last time. */
  readonly tables: readonly (readonly [name: string, table: TableData | null])[];
}

export type DuckdbAnswer = { readonly id: number } & ({ readonly table: TableData } | { readonly error: ErrorJson });

export function openDuckdb(): SqlEngine {
  const worker = new Worker(new URL('duckdb-worker.ts', import.meta.url), { name: 'assay-duckdb' });
  const waiting = new Map<number, { resolve(table: Table): void; reject(error: AssayError): void }>();
  const sent = new Map<string, Table>();
  let count = 0;
  worker.on('message', (answer: DuckdbAnswer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if ('table' in answer) resolve(new Table(answer.table));
    else reject(AssayError.from(answer.error));
  });
  worker.on('error', (cause: Error) => {
    const error = new AssayError('SQL_FAILED', `The database ended: ${cause.message}`, { cause });
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return {
    query: (text, parameters, tables) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        const news = [...tables].map(([name, table]) => [name, sent.get(name) === table ? null : table] as const);
        for (const [name, table] of tables) sent.set(name, table);
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, text, parameters, tables: news } satisfies DuckdbQuery, []);
      }),
  };
}

/** The thread in which a notebook runs headless. It reaches nothing but its parent. */
import { pinRealm } from '#common/cells/realm.ts';
import { parentPort } from 'node:worker_threads';
import { NotebookRuntime } from '#common/cells/runtime.ts';
import type { SqlEngine } from '#common/cells/sql.ts';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CompiledNotebook } from '#common/notebook.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const port = parentPort!;
const waiting = new Map<number, { resolve(value: unknown): void; reject(error: AssayError): void }>();
let asked = 0;

const send = (message: FromWorker): void => port.postMessage(message);

function ask(what: 'call' | 'dataset', cell: string, name: string, input?: unknown): Promise<unknown> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    send({ type: 'ask', id, what, cell, name, input });
    waiting.set(id, { resolve, reject });
  });
}

const open = (): Promise<SqlEngine> => import('./duckdb.ts').then((duckdb) => duckdb.openDuckdb());

async function run(notebook: CompiledNotebook, values: boolean): Promise<void> {
  // It takes a while to open: alongside the first cells.
  const engine = notebook.cells.some((cell) => cell.kind === 'sql' && !cell.error) ? open() : null;
  const runtime = new NotebookRuntime({
    call: (cell, method, input) => ask('call', cell, method, input) as Promise<{ result: unknown; receipt?: Digest }>,
    dataset: (name) => ask('dataset', '', name) as Promise<TableData>,
    sql: () => engine ?? open(),
    states: (states) => send({ type: 'states', states }),
    root: () => {},
    later: (callback) => void setImmediate(callback),
    clock: () => performance.now(),
    digests: values,
    ...(values ? { value: (cell: string, bytes: Uint8Array) => send({ type: 'value', cell, bytes }) } : {}),
  });
  runtime.define(notebook);
  const root = await runtime.settled();
  if (root === null) throw new AssayError('INTERNAL', 'The run settled with a cell unfinished.');
  send({ type: 'done', run: { root, cells: runtime.states() } });
}

pinRealm();
port.on('message', (message: ToWorker) => {
  if (message.type === 'run') {
    run(message.notebook, message.values).catch((error: unknown) => {
      send({ type: 'failed', error: AssayError.from(error).toJSON() });
    });
    return;
  }
  const { resolve, reject } = waiting.get(message.id)!;
  waiting.delete(message.id);
  if (message.error) reject(AssayError.from(message.error));
  else resolve(message.value);
});

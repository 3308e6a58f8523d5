/** Runs notebooks without a page, each in a worker thread of its own that can be killed. */
import { Worker } from 'node:worker_threads';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '#common/notebook.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

export interface HeadlessOptions {
  /** A plugin's method, on behalf of a cell. What it throws, the cell's `await` throws. */
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt?: Digest }>;
  dataset(name: string): Promise<TableData>;
  /** Everything that changed since the last report, oldest first. */
  onStates?(states: readonly CellState[]): void;
  /** The canonical bytes of a cell's `{output name: value}`, whose SHA-256 is its digest. Only sent when asked for. */
  onValue?(cell: string, bytes: Uint8Array): void;
  readonly signal?: AbortSignal;
  /** Default 10 minutes for the whole run. */
  readonly timeoutMs?: number;
}

const TEN_MINUTES = 600_000;
/** Megabytes of heap after which a run ends; typed arrays lie outside. */
const HEAP = 4096;

let spare: Worker | null = null;

/** Starts the next run's worker already, while the caller still reads and compiles. Keeps no process alive. */
export function warmUp(): void {
  spare ??= startWorker();
  spare.unref();
}

function startWorker(): Worker {
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    name: 'assay-notebook',
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  worker.once('exit', () => {
    if (spare === worker) spare = null;
  });
  return worker;
}

/**
 * Runs value and SQL cells with the same text and to the same digests as in the frame. A failed cell fails itself and what reads it; the
 * run still settles. @throws CANCELLED, TIMEOUT, INTERNAL when the worker dies
 */
export function runHeadless(compiled: CompiledNotebook, options: HeadlessOptions): Promise<NotebookRun> {
  const { signal, timeoutMs = TEN_MINUTES } = options;
  if (signal?.aborted) return Promise.reject(new AssayError('CANCELLED'));
  const worker = spare ?? startWorker();
  spare = null;
  worker.ref();
  return new Promise<NotebookRun>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      worker.removeAllListeners();
      void worker.terminate();
      settle();
    };
    const fail = (error: AssayError): void => finish(() => reject(error));
    const cancel = (): void => fail(new AssayError('CANCELLED', `The run of “${compiled.title}” was cancelled.`));
    const timer = setTimeout(
      () => fail(new AssayError('TIMEOUT', `“${compiled.title}” ran for more than ${timeoutMs / 1000} s.`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', cancel, { once: true });
    const send = (message: ToWorker): void => worker.postMessage(message, []);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'states') options.onStates?.(message.states);
      else if (message.type === 'value') options.onValue?.(message.cell, message.bytes);
      else if (message.type === 'ask') void answer(message, options).then(send);
      else if (message.type === 'done') finish(() => resolve(message.run));
      else fail(AssayError.from(message.error));
    });
    worker.once('error', (cause: Error & { code?: string }) => {
      const says =
        cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `needs more than ${HEAP} MB of memory` : 'ended its worker';
      fail(new AssayError('INTERNAL', `“${compiled.title}” ${says}: ${cause.message}`, { cause }));
    });
    worker.once('exit', (code) =>
      fail(new AssayError('INTERNAL', `The worker of “${compiled.title}” ended with ${code}.`)),
    );
    send({ type: 'run', notebook: compiled, values: options.onValue !== undefined });
  });
}

async function answer(ask: Extract<FromWorker, { type: 'ask' }>, options: HeadlessOptions): Promise<ToWorker> {
  const { id } = ask;
  try {
    const value =
      ask.what === 'call' ? await options.call(ask.cell, ask.name, ask.input) : await options.dataset(ask.name);
    return { type: 'reply', id, value };
  } catch (error) {
    return { type: 'reply', id, error: AssayError.from(error).toJSON() };
  }
}

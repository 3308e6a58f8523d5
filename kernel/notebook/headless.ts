import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '#common/notebook.ts';

export interface HeadlessOptions {
  /** A plugin's method, on behalf of a cell. What it throws, the cell's `await` throws. */
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt?: Digest }>;
  dataset(name: string): Promise<TableData>;
  /** Everything that changed since the last report, oldest first. */
  onStates?(states: readonly CellState[]): void;
  /** The canonical bytes of a cell's `{output name: value}`, whose SHA-256 is its digest. Only asked for when given. */
  onValue?(cell: string, bytes: Uint8Array): void;
  readonly signal?: AbortSignal;
  /** Default 10 minutes for the whole run. */
  readonly timeoutMs?: number;
}

/**
 * Runs a notebook without a page: value and SQL cells, in a worker thread of its own, with the same text and the same digests as in the
 * frame. A failed cell fails itself and what reads it; the run still settles. @throws CANCELLED, TIMEOUT, INTERNAL
 */
export function runHeadless(compiled: CompiledNotebook, options: HeadlessOptions): Promise<NotebookRun> {
  return Promise.reject(new AssayError('INTERNAL', `${compiled.title}: ${options.timeoutMs}`));
}

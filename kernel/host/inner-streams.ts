import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CallStream } from './types.ts';

/** The streams that one method reads of others. */
export interface InnerStreams {
  open(method: string, input: unknown): number;
  next(id: number): Promise<IteratorResult<unknown>>;
  end(id: number): Promise<void>;
  /** Ends them all, without waiting. */
  close(): void;
}

interface Reading {
  readonly stream: CallStream;
  readonly chunks: AsyncIterator<unknown>;
}

/** @param onReceipt hears of each stream that ended, also of one that was not read to its end */
export function createStreams(
  start: (method: string, input: unknown) => CallStream,
  onReceipt: (receipt: Digest) => void,
): InnerStreams {
  const open = new Map<number, Reading>();
  let last = 0;
  const end = async (id: number): Promise<void> => {
    const reading = open.get(id);
    if (reading === undefined) return;
    open.delete(id);
    await reading.chunks.return?.();
    const { receipt } = await reading.stream.outcome;
    onReceipt(receipt.id);
  };
  return {
    open(method, input) {
      const stream = start(method, input);
      stream.outcome.catch(() => {});
      open.set(++last, { stream, chunks: stream[Symbol.asyncIterator]() });
      return last;
    },
    async next(id) {
      const reading = open.get(id);
      if (reading === undefined) throw new AssayError('CANCELLED', 'The stream has ended.');
      const next = await reading.chunks.next();
      if (next.done === true) await end(id);
      return { done: next.done === true, value: next.value };
    },
    end,
    close() {
      for (const { chunks } of open.values()) chunks.return?.()?.catch(() => {});
      open.clear();
    },
  };
}

import { AssayError } from '#common/errors.ts';
import type { Ask } from '../messages.ts';

/** Asks the kernel for something and waits for the answer. */
export type AskKernel = (what: Ask, how?: Asking) => Promise<unknown>;

interface Asking {
  readonly transfer?: readonly ArrayBuffer[];
  /** Hears how far the kernel is with it, from 0 to 1. */
  onShare?(done: number): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AssayError): void;
  onShare(done: number): void;
  release(): void;
}

export interface Asker {
  readonly ask: AskKernel;
  answer(id: number, value: unknown): void;
  refuse(id: number, error: unknown): void;
  share(id: number, done: number): void;
  /** Refuses everything that waits. */
  drop(reason: AssayError): void;
}

/**
 * What a call has asked and not heard back.
 *
 * @param refused why nothing may be asked any more; null while it may
 * @param hold keeps the worker alive while it waits
 */
export function createAsker(
  send: (id: number, what: Ask, transfer: readonly ArrayBuffer[]) => void,
  refused: () => AssayError | null,
  hold: () => () => void,
): Asker {
  const pending = new Map<number, Waiting>();
  let asked = 0;
  const take = (id: number): Waiting | undefined => {
    const waiting = pending.get(id);
    pending.delete(id);
    waiting?.release();
    return waiting;
  };
  return {
    ask: (what, { transfer = [], onShare = () => {} } = {}) =>
      new Promise((resolve, reject) => {
        const reason = refused();
        if (reason !== null) return reject(reason);
        const id = ++asked;
        send(id, what, transfer);
        pending.set(id, { resolve, reject, onShare, release: hold() });
      }),
    answer: (id, value) => take(id)?.resolve(value),
    refuse: (id, error) => take(id)?.reject(AssayError.from(error)),
    share: (id, done) => pending.get(id)?.onShare(done),
    drop(reason) {
      for (const id of pending.keys()) take(id)?.reject(reason);
    },
  };
}

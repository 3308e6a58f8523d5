import { encodeParts } from '#common/value/value.ts';
import type { Artifacts } from './store/artifacts.ts';

/** A result up to this size is kept, so that a receipt's digest can be opened and looked at. */
const LARGEST = 16 * 2 ** 20;
/** Results that may wait for the disk before calls wait for it too. */
const MOST_WAITING = 64;

/** Keeps results as artifacts behind the calls' backs: the answer does not wait for them, the end of the kernel does. */
export interface Keeper {
  /** Resolves at once while the disk keeps up. What the disk refuses is reported to `onFailure`, not here. */
  keep(result: unknown): Promise<void>;
  /** Everything given so far is written. */
  done(): Promise<void>;
}

export function createKeeper(artifacts: Artifacts, onFailure: (error: unknown) => void): Keeper {
  const pending = new Set<Promise<void>>();
  return {
    async keep(result) {
      const parts = encodeParts(result);
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      if (size > LARGEST) return;
      // A copy, taken now: whoever gets the result may transfer or change its arrays.
      const write = artifacts.put(Buffer.concat(parts, size)).then(() => undefined, onFailure);
      pending.add(write);
      void write.finally(() => pending.delete(write));
      if (pending.size > MOST_WAITING) await Promise.race(pending);
    },
    async done() {
      await Promise.all(pending);
    },
  };
}

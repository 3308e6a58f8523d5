import { AssayError } from '#common/errors.ts';

/** Turns at computing, so that parts of all calls together run on as many threads as there are cores. */
export interface Cores {
  readonly count: number;
  /** Waits for a turn. @throws the reason that `signal` aborts with */
  take(signal: AbortSignal): Promise<void>;
  give(): void;
}

export function createCores(count: number): Cores {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    count,
    async take(signal) {
      if (signal.aborted) throw AssayError.from(signal.reason);
      if (free > 0) {
        free--;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(go), 1);
          reject(AssayError.from(signal.reason));
        };
        waiting.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

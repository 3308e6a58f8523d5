import { AssayError } from '#common/errors.ts';
import type { FoundPlugin } from './find.ts';
import type { Limits } from './types.ts';
import { startWorker, type PluginWorker } from './worker.ts';

/** The workers of one plugin: started when needed, kept while idle, one call each. */
export interface Pool {
  /**
   * An idle worker, or a new one, or waits for one. `nested` calls never wait: the call that made them holds a worker already.
   *
   * @throws what loading the plugin throws; CANCELLED, TIMEOUT when `signal` aborts first
   */
  take(nested: boolean, signal: AbortSignal): Promise<PluginWorker>;
  give(worker: PluginWorker): void;
  /** Lets running calls end on the old code; their workers are not used again. */
  retire(): void;
  close(): Promise<void>;
}

/** @param current the plugin as it is on disk now: a worker is never started on files that changed unseen */
export function createPool(
  current: () => Promise<FoundPlugin>,
  limits: Limits,
  onOutput: (text: string) => void,
): Pool {
  const idle: PluginWorker[] = [];
  const all = new Set<PluginWorker>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let retired = false;

  const start = async (): Promise<PluginWorker> => {
    const worker = await startWorker(await current(), limits, onOutput);
    all.add(worker);
    return worker;
  };
  const free = (): void => {
    busy--;
    waiting.shift()?.();
  };
  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
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

  return {
    async take(nested, signal) {
      if (!nested) while (busy >= limits.workers) await turn(signal);
      busy++;
      try {
        for (let worker = idle.pop(); worker !== undefined; worker = idle.pop()) if (!worker.dead) return worker;
        return await start();
      } catch (error) {
        free();
        throw error;
      }
    },
    give(worker) {
      if (worker.dead || retired || idle.length >= limits.workers) {
        all.delete(worker);
        void worker.stop();
      } else idle.push(worker);
      free();
    },
    retire() {
      retired = true;
      for (const worker of idle.splice(0)) {
        all.delete(worker);
        void worker.stop();
      }
    },
    async close() {
      retired = true;
      await Promise.all([...all].map((worker) => worker.stop()));
      all.clear();
    },
  };
}

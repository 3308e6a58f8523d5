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
  let closed = false;
  let resting: NodeJS.Timeout | null = null;

  const start = async (): Promise<PluginWorker> => {
    const worker = await startWorker(await current(), limits, onOutput);
    if (closed) {
      await worker.stop();
      throw new AssayError('CANCELLED', 'The kernel is closing.');
    }
    all.add(worker);
    return worker;
  };
  const rest = (): void => {
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(dismiss, limits.idle).unref();
  };
  const dismiss = (): void => {
    for (const worker of idle.splice(0)) {
      all.delete(worker);
      void worker.stop();
    }
  };
  const free = (): void => {
    busy--;
    waiting.shift()?.();
  };
  const give = (worker: PluginWorker): void => {
    if (worker.dead || retired || idle.length >= Math.max(limits.workers, limits.cores)) {
      all.delete(worker);
      void worker.stop();
    } else idle.push(worker);
    rest();
    free();
  };
  /** A call that is cancelled while the code loads does not wait for it; the worker is the next call's. */
  const startFor = async (signal: AbortSignal): Promise<PluginWorker> => {
    const cancelled = Promise.withResolvers<never>();
    const leave = (): void => cancelled.reject(signal.reason);
    const starting = start();
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([starting, cancelled.promise]);
    } catch (error) {
      starting.then(signal.aborted ? give : free, free);
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
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
      for (let worker = idle.pop(); worker !== undefined; worker = idle.pop()) {
        if (!worker.dead) return worker;
        all.delete(worker);
      }
      return startFor(signal);
    },
    give,
    retire() {
      retired = true;
      dismiss();
    },
    async close() {
      retired = closed = true;
      await Promise.all([...all].map((worker) => worker.stop()));
      all.clear();
    },
  };
}

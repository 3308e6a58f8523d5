import type { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at a busy worker's memory. */
const EVERY = 50;

export interface MemoryWatch {
  resume(): void;
  pause(): void;
  stop(): void;
}

/**
 * Calls `onExcess` when a busy worker's heap and array buffers together pass `limit` megabytes. V8's own limit on a worker leaves array
 * buffers out, and an array that outgrows it in one step ends the whole process ("invalid array length"), so V8's is set far
 * above and this one acts first. One built-in call that allocates gigabytes without ever looking up still gets past it.
 */
export function watchMemory(worker: Worker, limit: number, onExcess: () => void): MemoryWatch {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const look = async (): Promise<void> => {
    const stats = await worker.getHeapStatistics().catch(() => null);
    if (timer === null || stopped) return;
    if (stats !== null && (stats.total_heap_size + stats.external_memory) / 2 ** 20 > limit) return onExcess();
    timer = setTimeout(() => void look(), EVERY).unref();
  };
  const pause = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    resume() {
      if (!stopped) timer ??= setTimeout(() => void look(), EVERY).unref();
    },
    pause,
    stop() {
      stopped = true;
      pause();
    },
  };
}

import { nanoid } from 'nanoid';
import { AssayError } from '#common/errors.ts';

/** A call that has begun and not ended. */
interface Run {
  readonly id: string;
  readonly method: string;
  /** RFC 3339 UTC. */
  readonly started: string;
  readonly state: 'running' | 'cancelling';
  readonly progress?: { readonly done: number; readonly total: number; readonly note?: string };
}

interface Ticket {
  readonly id: string;
  /** Aborts by `cancel`, by the caller's own signal, and when the kernel stops. */
  readonly signal: AbortSignal;
  progress(done: number, total: number, note?: string): void;
  end(): void;
}

/** The calls under way in one kernel, so that they can be listed, cancelled, and waited for at the end. */
export interface Runs {
  /** Oldest first. */
  list(): Run[];
  /** False when no such call is under way. */
  cancel(id: string): boolean;
  /** @throws RUN_EXISTS, STOPPING */
  begin(method: string, id: string | undefined, signal: AbortSignal | undefined): Ticket;
  /** Takes no more, gives those under way `grace` milliseconds, cancels the rest and waits for them. */
  stop(grace: number): Promise<void>;
}

export function createRuns(now: () => number = Date.now): Runs {
  const runs = new Map<string, { run: Run; cancel: () => void }>();
  let stopping = false;
  let onIdle: (() => void) | undefined;
  const idle = (): Promise<void> =>
    runs.size === 0 ? Promise.resolve() : new Promise((resolve) => (onIdle = resolve));
  return {
    list: () => Array.from(runs.values(), ({ run }) => run),
    cancel(id) {
      runs.get(id)?.cancel();
      return runs.has(id);
    },
    begin(method, id = nanoid(), signal) {
      if (stopping) throw new AssayError('STOPPING');
      if (runs.has(id)) throw new AssayError('RUN_EXISTS', undefined, { where: id });
      const controller = new AbortController();
      const update = (more: Partial<Run>): void => {
        const entry = runs.get(id);
        if (entry !== undefined) entry.run = { ...entry.run, ...more };
      };
      const cancel = (): void => {
        update({ state: 'cancelling' });
        controller.abort(new AssayError('CANCELLED'));
      };
      runs.set(id, { run: { id, method, started: new Date(now()).toISOString(), state: 'running' }, cancel });
      if (signal?.aborted === true) cancel();
      signal?.addEventListener('abort', cancel);
      return {
        id,
        signal: controller.signal,
        progress: (done, total, note) => update({ progress: { done, total, ...(note === undefined ? {} : { note }) } }),
        end() {
          signal?.removeEventListener('abort', cancel);
          runs.delete(id);
          if (runs.size === 0) onIdle?.();
        },
      };
    },
    async stop(grace) {
      stopping = true;
      const timer = setTimeout(() => {
        for (const { cancel } of runs.values()) cancel();
      }, grace);
      await idle();
      clearTimeout(timer);
    },
  };
}

import { AssayError } from '#common/errors.ts';
import { PluginChanged } from './catalog.ts';
import type { Cores } from './cores.ts';
import type { PreparedCall } from './prepare.ts';
import type { Pool } from './pool.ts';
import { parcel } from './transfer.ts';
import type { LogLine } from './types.ts';
import type { PluginWorker } from './worker.ts';

/** The kernel's side of one call's `ctx.parts`. */
export interface PartRuns {
  /** What the parts of a run share is sent with the first part that a worker gets. null: run them where you are. */
  open(shared: unknown): { readonly run: number; readonly room: number } | null;
  /** @param onShare hears how far the part is, from 0 to 1 @throws what the part throws; PLUGIN_* codes */
  run(run: number, part: string, input: unknown, onShare: (done: number) => void): Promise<unknown>;
  /** Stops what still runs of it. */
  close(run: number): void;
  closeAll(): void;
}

export interface PartRunsDeps {
  readonly call: Pick<PreparedCall, 'plugin' | 'name' | 'method' | 'id'>;
  readonly pool: Pool;
  readonly cores: Cores;
  onLog(line: LogLine): void;
}

interface PartRun {
  readonly shared: unknown;
  readonly told: Set<PluginWorker>;
  readonly stop: AbortController;
}

let runs = 0;

/**
 * Parts take a core each, for as long as they run, and a worker of the plugin; the worker of the call that waits for them takes neither. A part waits
 * for nothing but its turn, so calls that both have parts can't hold each other up.
 */
export function createPartRuns({ call, pool, cores, onLog }: PartRunsDeps): PartRuns {
  const open = new Map<number, PartRun>();
  const { name: plugin } = call.plugin.manifest;

  const begin = (
    worker: PluginWorker,
    id: number,
    { shared, told, stop }: PartRun,
    part: string,
    input: unknown,
    onShare: (done: number) => void,
    onFree: () => void,
  ): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const { value, transfer } = parcel(input);
    const known = told.has(worker) ? {} : { value: parcel(shared, new Set()).value };
    told.add(worker);
    const handle = worker.begin(
      { type: 'part', method: call.name, part, input: value, shared: { run: id, ...known } },
      transfer,
      (message) => {
        if (message.type === 'progress') return message.total > 0 ? onShare(message.done / message.total) : undefined;
        if (message.type === 'log') {
          const { level, message: text, details } = message;
          const line = { plugin, method: call.name, call: call.id, level, message: text };
          return onLog(details === undefined ? line : { ...line, details });
        }
        if (message.type !== 'result' && message.type !== 'error') return undefined;
        stop.signal.removeEventListener('abort', cancel);
        onFree();
        return message.type === 'result' ? resolve(message.value) : reject(AssayError.from(message.error));
      },
    );
    const cancel = (): void => {
      handle.cancel('CANCELLED');
      reject(AssayError.from(stop.signal.reason));
    };
    stop.signal.addEventListener('abort', cancel, { once: true });
    if (stop.signal.aborted) cancel();
    return promise;
  };

  const close = (id: number): void => {
    const run = open.get(id);
    if (run === undefined) return;
    open.delete(id);
    run.stop.abort(new AssayError('CANCELLED', `The parts of ${call.method} are not waited for any more.`));
    for (const worker of run.told) worker.forget(id);
  };
  return {
    open(shared) {
      if (cores.count < 2) return null;
      open.set(++runs, { shared, told: new Set(), stop: new AbortController() });
      // One more than can run: whoever ends first has its next part waiting.
      return { run: runs, room: cores.count + 1 };
    },
    async run(id, part, input, onShare) {
      const run = open.get(id);
      if (run === undefined) throw new AssayError('CANCELLED', `The parts of ${call.method} have ended.`);
      await cores.take(run.stop.signal);
      let worker: PluginWorker;
      try {
        worker = await pool.take(true, run.stop.signal);
      } catch (error) {
        cores.give();
        throw error instanceof PluginChanged
          ? new AssayError('PLUGIN_LOAD_FAILED', 'The plugin’s files changed while its call ran. Call it again.')
          : error;
      }
      const free = (): void => {
        pool.give(worker);
        cores.give();
      };
      try {
        return await begin(worker, id, run, part, input, onShare, free);
      } catch (error) {
        if (!(error instanceof AssayError)) free();
        throw error;
      }
    },
    close,
    closeAll: () => [...open.keys()].forEach(close),
  };
}

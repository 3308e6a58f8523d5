import { setTimeout as after } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import type { FoundPlugin } from './find.ts';
import { watchMemory } from './memory.ts';
import type { CallMessage, FromWorker, StopCode, ToWorker, WorkerStart } from './messages.ts';
import { wireError } from './thrown.ts';
import type { Limits } from './types.ts';

/** A call, or a part of one. */
type Work = WithoutNumber<Extract<ToWorker, { type: 'call' | 'part' }>>;

/** A plugin's thread. It serves one call at a time; when it dies, the call fails and the worker is `dead`. */
export interface PluginWorker {
  readonly plugin: FoundPlugin;
  readonly dead: boolean;
  /** Starts a call; `onMessage` hears all that belongs to it, and last an `end`, `result` or `error`. @throws DataCloneError */
  begin(work: Work, transfer: readonly ArrayBuffer[], onMessage: (message: CallMessage) => void): CallHandle;
  /** What the parts of that run shared is not needed any more. */
  forget(run: number): void;
  stop(): Promise<void>;
}

export interface CallHandle {
  send(message: WithoutNumber<ToWorker>, transfer?: readonly ArrayBuffer[]): void;
  /** Asks the method to stop and ends the worker when it does not within the grace period. */
  cancel(code: StopCode): void;
}

type WithoutNumber<M> = M extends { call: number } ? Omit<M, 'call'> : never;

const ENTRY = new URL('./thread/plugin-worker.ts', import.meta.url);
const COMMON = new URL('../common/', import.meta.url).href;
/** Environment variables that a worker sees. */
const ENV = ['LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_ENV'];

/**
 * Starts a worker and loads the plugin in it.
 *
 * @param onOutput hears what the code writes to stdout and stderr, which are the kernel’s own
 * @throws PLUGIN_LOAD_FAILED, PLUGIN_EXITED, PLUGIN_STALLED, PLUGIN_OUT_OF_MEMORY, TIMEOUT
 */
export async function startWorker(
  plugin: FoundPlugin,
  limits: Limits,
  onOutput: (text: string) => void,
): Promise<PluginWorker> {
  const { name, permissions } = plugin.manifest;
  const stop = new Int32Array(new SharedArrayBuffer(8));
  const workerData: WorkerStart = {
    plugin: name,
    dir: plugin.dir,
    common: COMMON,
    network: permissions.network ?? [],
    stop,
  };
  const worker = new Worker(ENTRY, {
    name: `plugin ${name}`,
    workerData,
    env: Object.fromEntries(ENV.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]))),
    stdout: true,
    stderr: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // V8's own choice is four times as many for young objects, in every worker, and no faster (measured on shap.explainFile).
    resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: limits.memory * 4, stackSizeMb: 4 },
  });
  const life = {
    dead: null as ErrorJson | null,
    call: 0,
    onMessage: null as ((message: CallMessage) => void) | null,
    /** Resolves when the call under way has let go of the worker. */
    free: Promise.withResolvers<void>(),
  };
  const loaded = Promise.withResolvers<void>();

  const die = (error: AssayError): void => {
    if (life.dead !== null) return;
    life.dead = error.toJSON();
    memory.stop();
    loaded.reject(error);
    finish({ type: 'error', error: life.dead });
  };
  const finish = (message: CallMessage): void => {
    const { onMessage } = life;
    if (message.type === 'result' || message.type === 'end' || message.type === 'error') {
      life.onMessage = null;
      life.free.resolve();
      memory.pause();
      worker.unref();
    }
    onMessage?.(message);
  };
  const stopping = (call: number, code: StopCode): void => {
    Atomics.store(stop, 1, code === 'TIMEOUT' ? 1 : 0);
    Atomics.store(stop, 0, call);
    worker.postMessage({ type: 'cancel', call, code } satisfies ToWorker, []);
  };
  const memory = watchMemory(worker, limits.memory, () => {
    die(new AssayError('PLUGIN_OUT_OF_MEMORY', `It needed more than ${limits.memory} MB.`, { where: name }));
    void worker.terminate();
  });

  for (const output of [worker.stdout, worker.stderr])
    output.setEncoding('utf8').on('data', (text: string) => onOutput(text.trimEnd()));
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') {
      if (!missing(plugin, message.methods, die)) loaded.resolve();
    } else if (message.type === 'broken') die(AssayError.from(message.error));
    else if (message.call === life.call) finish(message);
  });
  worker.on('error', (error: Error) => die(deathOf(error, plugin)));
  worker.on('exit', (code) => {
    const during = life.call === 0 ? ' while it was loading' : '';
    die(new AssayError('PLUGIN_EXITED', `The worker ended with code ${code}${during}.`, { where: name }));
  });
  const slow = setTimeout(() => {
    die(new AssayError('TIMEOUT', `Its code did not load within ${limits.load} ms.`, { where: name }));
  }, limits.load);
  memory.resume();
  try {
    await loaded.promise;
  } catch (error) {
    void worker.terminate();
    throw error;
  } finally {
    clearTimeout(slow);
    memory.pause();
  }
  worker.unref();

  return {
    plugin,
    get dead() {
      return life.dead !== null;
    },
    begin(work, transfer, onMessage) {
      const call = ++life.call;
      life.free = Promise.withResolvers();
      worker.postMessage({ ...work, call } satisfies ToWorker, transfer);
      worker.ref();
      life.onMessage = onMessage;
      memory.resume();
      return {
        send: (message, more = []) => worker.postMessage({ ...message, call } as ToWorker, more),
        cancel(code) {
          stopping(call, code);
          setTimeout(() => {
            if (life.call !== call || life.onMessage === null) return;
            die(new AssayError(code, undefined, { where: name }));
            void worker.terminate();
          }, limits.grace);
        },
      };
    },
    forget: (run) => worker.postMessage({ type: 'forget', call: life.call, run } satisfies ToWorker, []),
    async stop() {
      // Native code that is ended within a call may end the process: a call that is under way gets its grace.
      if (life.onMessage !== null && life.dead === null) {
        stopping(life.call, 'CANCELLED');
        await Promise.race([life.free.promise, after(limits.grace, undefined, { ref: false })]);
      }
      die(new AssayError('CANCELLED', 'The plugin was stopped.', { where: name }));
      await worker.terminate();
    },
  };
}

/** Whether the code lacks a method that plugin.json names. */
function missing({ manifest }: FoundPlugin, methods: readonly string[], die: (error: AssayError) => void): boolean {
  const lacks = Object.keys(manifest.methods).filter((name) => !methods.includes(name));
  if (lacks.length === 0) return false;
  const message = `plugin.json names ${lacks.join(', ')}, which index.ts does not define.`;
  die(new AssayError('PLUGIN_LOAD_FAILED', message, { where: manifest.name }));
  return true;
}

function deathOf(error: Error, { manifest, dir }: FoundPlugin): AssayError {
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AssayError('PLUGIN_OUT_OF_MEMORY', error.message, { where: manifest.name });
  return AssayError.from(wireError(error, 'PLUGIN_THREW', manifest.name, dir));
}

import { AssayError, type ErrorCode } from '#common/errors.ts';
import type { Ask, CallMessage, StopCode } from './messages.ts';
import type { PreparedCall } from './prepare.ts';
import type { Services } from './services.ts';
import { parcel } from './transfer.ts';
import type { LogLine } from './types.ts';
import type { CallHandle, PluginWorker } from './worker.ts';

/** Chunks of a stream that may wait unread. */
const WINDOW = 4;
/** What is answered with something that a method made. */
const RETURNED: ReadonlySet<Ask['to']> = new Set(['call', 'stream.next', 'parts.run', 'artifact.range']);

export interface Execution {
  /** Of a plain method. Rejects at once when the call is stopped; the worker is given back when the method has let go of it. */
  readonly result: Promise<unknown>;
  /** Of a stream: tells the method that its reader took a chunk, or has seen enough. */
  taken(): void;
  enough(): void;
}

export interface ExecutionParts {
  readonly worker: PluginWorker;
  readonly services: Services;
  /** Aborts with the reason CANCELLED; the time limit is kept here. */
  readonly signal: AbortSignal;
  /** Milliseconds; of a stream, for one chunk. */
  readonly timeout: number;
  onChunk(value: unknown): void;
  onLog(line: LogLine): void;
  /** The worker is free again, or dead. */
  onFree(): void;
}

/** Runs a prepared call on a worker that is its own. */
export function execute(call: PreparedCall, parts: ExecutionParts): Execution {
  const { worker, services, signal, timeout } = parts;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const streams = call.checked.manifest.stream === true;
  const given = new Set<ArrayBufferLike>(call.options.transfer ?? []);
  let expected = 0;
  let timer: NodeJS.Timeout | null = null;
  let over = false;
  let handle: CallHandle | null = null;

  const rest = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const stop = (code: StopCode): void => {
    if (over) return;
    handle?.cancel(code);
    end(() => reject(failure(call, code, code === 'TIMEOUT' ? `It took longer than ${timeout} ms.` : undefined)));
  };
  const cancel = (): void => stop(codeOf(signal.reason));
  const clock = (): void => {
    rest();
    timer = setTimeout(() => stop('TIMEOUT'), timeout);
  };
  const end = (settle: () => void): void => {
    if (over) return;
    over = true;
    rest();
    signal.removeEventListener('abort', cancel);
    settle();
  };
  const want = (): void => {
    if (over) return;
    if (expected++ === 0) clock();
    handle?.send({ type: 'next' });
  };

  const reply = async (ask: number, what: Ask): Promise<void> => {
    try {
      const answer = await services.answer(what, (done) => handle?.send({ type: 'share', ask, done }));
      // What a method returned belongs to nobody else; artifacts and files may be kept by their store.
      const { value, transfer } = RETURNED.has(what.to) ? parcel(answer) : { value: answer, transfer: [] };
      handle?.send({ type: 'answer', ask, value }, transfer);
    } catch (error) {
      handle?.send({ type: 'refuse', ask, error: AssayError.from(error).toJSON() });
    }
  };

  const hear = (message: CallMessage): void => {
    switch (message.type) {
      case 'result':
        parts.onFree();
        return end(() => resolve(message.value));
      case 'end':
        parts.onFree();
        return end(() => resolve(undefined));
      case 'error':
        parts.onFree();
        return end(() => reject(failure(call, message.error.code, message.error.message, message.error.details)));
      case 'chunk':
        if (over) return;
        rest();
        if (--expected > 0) clock();
        return parts.onChunk(message.value);
      case 'progress':
        return over ? undefined : call.options.onProgress?.(message.done, message.total, message.note);
      case 'log': {
        const { level, message: text, details } = message;
        const line = { plugin: call.plugin.manifest.name, method: call.name, call: call.id, level, message: text };
        return parts.onLog(details === undefined ? line : { ...line, details });
      }
      case 'uses':
        return services.uses(message.name, message.digest);
      case 'ask':
        return void reply(message.ask, message.what);
    }
  };

  const { value, transfer } = parcel(call.input, given);
  try {
    handle = worker.begin(
      { type: 'call', method: call.name, input: value, seed: call.seed, now: call.now, stream: streams },
      transfer,
      hear,
    );
  } catch (error) {
    parts.onFree();
    end(() => reject(failure(call, 'INPUT_INVALID', (error as Error).message)));
    return { result: promise, taken: () => {}, enough: () => {} };
  }
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  else if (streams) for (let i = 0; i < WINDOW; i++) want();
  else clock();
  return {
    result: promise,
    taken: want,
    enough: () => (over ? undefined : handle?.send({ type: 'enough' })),
  };
}

/** The host's own codes say which method it was; an error with a plugin's own code keeps its words. */
function failure(call: PreparedCall, code: ErrorCode, message?: string, details?: unknown): AssayError {
  const named = code.startsWith('PLUGIN_') || code === 'TIMEOUT';
  const text = message === undefined || !named ? message : `${call.method}: ${message}`;
  return new AssayError(code, text, { where: call.method, ...(details === undefined ? {} : { details }) });
}

function codeOf(reason: unknown): StopCode {
  return reason instanceof AssayError && reason.code === 'TIMEOUT' ? 'TIMEOUT' : 'CANCELLED';
}

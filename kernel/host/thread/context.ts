import { getEventListeners } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { AssayError } from '#common/errors.ts';
import type { MethodContext } from '#common/plugin.ts';
import type { Ask, CallMessage, FromWorker, StopCode, ToWorker, WorkerStart } from '../messages.ts';
import { seededRandom } from './random.ts';

/** Milliseconds between two reports of progress that reach the kernel. */
const PROGRESS_EVERY = 50;

export interface CallContext {
  readonly method: string;
  readonly ctx: MethodContext;
  /** Answers to what `ctx` asked, and the order to stop. */
  receive(message: ToWorker): void;
  /** Sends the last progress that was held back. */
  flush(): void;
  /** Nothing is asked for a call that ended: a method that left work behind gets an error. */
  close(): void;
  /** Keeps the worker alive while it waits for a message; call what it returns when the message came. */
  hold(): () => void;
  /** Whether something listens to `ctx.signal`, so that a method with nothing else to do is not stuck. */
  waitsForSignal(): boolean;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AssayError): void;
  release(): void;
}

/** `ctx` of one call: all that a method may do, each as a message to the kernel. */
export function createContext(
  port: MessagePort,
  { call, method, seed, now }: Extract<ToWorker, { type: 'call' }>,
  { stop }: WorkerStart,
): CallContext {
  const send = (message: CallMessage): void => port.postMessage({ ...message, call } satisfies FromWorker);
  const controller = new AbortController();
  const pending = new Map<number, Waiting>();
  let asked = 0;
  let held = 0;
  let over = false;

  const hold = (): (() => void) => {
    if (held++ === 0) port.ref();
    return () => {
      if (--held === 0) port.unref();
    };
  };

  const ask = (what: Ask): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (controller.signal.aborted) return reject(controller.signal.reason as AssayError);
      if (over) return reject(new AssayError('CANCELLED', `The call of ${method} has ended.`));
      const id = ++asked;
      send({ type: 'ask', ask: id, what });
      const release = hold();
      pending.set(id, { resolve, reject, release });
    });
  const answer = (id: number): Waiting | undefined => {
    const waiting = pending.get(id);
    pending.delete(id);
    waiting?.release();
    return waiting;
  };
  const abort = (code: StopCode): void => {
    if (controller.signal.aborted) return;
    const reason = new AssayError(code);
    controller.abort(reason);
    for (const id of pending.keys()) answer(id)?.reject(reason);
  };

  const progress = throttled(send);
  return {
    method,
    ctx: {
      signal: controller.signal,
      progress(done, total, note) {
        if (Atomics.load(stop, 0) === call) {
          abort(Atomics.load(stop, 1) === 1 ? 'TIMEOUT' : 'CANCELLED');
          throw controller.signal.reason;
        }
        progress.report(done, total, note);
      },
      random: seededRandom(seed),
      now: () => now,
      artifact: {
        read: (digest) => ask({ to: 'artifact.read', digest }) as Promise<Uint8Array>,
        write: (bytes, mediaType) =>
          ask({ to: 'artifact.write', bytes, ...(mediaType === undefined ? {} : { mediaType }) }) as Promise<string>,
      },
      files: {
        read: (path) => ask({ to: 'files.read', path }) as Promise<Uint8Array>,
        list: (path) => ask({ to: 'files.list', path }) as Promise<readonly string[]>,
      },
      call: (other, input) => ask({ to: 'call', method: other, input }),
      log: (level, message, details) =>
        send({ type: 'log', level, message: String(message), ...(details === undefined ? {} : { details }) }),
      uses: (name, digest) => send({ type: 'uses', name, digest }),
    },
    receive(message) {
      if (message.type === 'answer') answer(message.ask)?.resolve(message.value);
      else if (message.type === 'refuse') answer(message.ask)?.reject(AssayError.from(message.error));
      else if (message.type === 'cancel') abort(message.code);
    },
    flush: progress.flush,
    close: () => void (over = true),
    hold,
    waitsForSignal: () => !controller.signal.aborted && getEventListeners(controller.signal, 'abort').length > 0,
  };
}

function throttled(send: (message: CallMessage) => void): {
  report(done: number, total: number, note?: string): void;
  flush(): void;
} {
  let last = -Infinity;
  let held: CallMessage | null = null;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (held === null) return;
    last = performance.now();
    send(held);
    held = null;
  };
  return {
    report(done, total, note) {
      held = { type: 'progress', done, total, ...(note === undefined ? {} : { note }) };
      const wait = PROGRESS_EVERY - (performance.now() - last);
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait).unref();
    },
    flush,
  };
}

import { getEventListeners } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { AssayError } from '#common/errors.ts';
import type { MethodContext, Parts } from '#common/plugin.ts';
import type { CallMessage, FromWorker, StopCode, ToWorker, WorkerStart } from '../messages.ts';
import { createAsker } from './asking.ts';
import { createParts } from './parts.ts';
import { createArtifacts, createStreams } from './pieces.ts';
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

/** `ctx` of one call: all that a method may do, each as a message to the kernel. */
export function createContext(
  port: MessagePort,
  { call, method, seed, now }: Pick<Extract<ToWorker, { type: 'call' }>, 'call' | 'method' | 'seed' | 'now'>,
  { stop }: WorkerStart,
  parts: Parts,
): CallContext {
  const send = (message: CallMessage, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage({ ...message, call } satisfies FromWorker, transfer);
  const controller = new AbortController();
  let held = 0;
  let over = false;

  const hold = (): (() => void) => {
    if (held++ === 0) port.ref();
    return () => {
      if (--held === 0) port.unref();
    };
  };

  const asker = createAsker(
    (ask, what, transfer) => send({ type: 'ask', ask, what }, transfer),
    () => {
      if (controller.signal.aborted) return controller.signal.reason as AssayError;
      return over ? new AssayError('CANCELLED', `The call of ${method} has ended.`) : null;
    },
    hold,
  );
  const { ask } = asker;
  const abort = (code: StopCode): void => {
    if (controller.signal.aborted) return;
    const reason = new AssayError(code);
    controller.abort(reason);
    asker.drop(reason);
  };
  const check = (): void => {
    if (Atomics.load(stop, 0) !== call) return;
    abort(Atomics.load(stop, 1) === 1 ? 'TIMEOUT' : 'CANCELLED');
    throw controller.signal.reason;
  };
  const log: MethodContext['log'] = (level, message, details) =>
    send({ type: 'log', level, message: String(message), ...(details === undefined ? {} : { details }) });

  const progress = throttled(send);
  return {
    method,
    ctx: {
      signal: controller.signal,
      progress(done, total, note) {
        check();
        progress.report(done, total, note);
      },
      random: seededRandom(seed),
      now: () => now,
      artifact: createArtifacts(ask),
      files: {
        read: (path) => ask({ to: 'files.read', path }) as Promise<Uint8Array>,
        list: (path) => ask({ to: 'files.list', path }) as Promise<readonly string[]>,
      },
      call: (other, input) => ask({ to: 'call', method: other, input }),
      stream: createStreams(ask),
      parts: createParts({ parts, ask, signal: controller.signal, check, log }),
      log,
      uses: (name, digest) => send({ type: 'uses', name, digest }),
    },
    receive(message) {
      if (message.type === 'answer') asker.answer(message.ask, message.value);
      else if (message.type === 'refuse') asker.refuse(message.ask, message.error);
      else if (message.type === 'share') asker.share(message.ask, message.done);
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

/** What runs in a plugin's worker thread: loads the plugin once, then serves one call at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { AssayError } from '#common/errors.ts';
import type { Method, Plugin } from '#common/plugin.ts';
import { guard } from './guard.ts';
import { loadPlugin } from './load.ts';
import type { FromWorker, ToWorker, WorkerStart } from '../messages.ts';
import { wireError } from '../thrown.ts';
import { parcel, post } from '../transfer.ts';
import { createContext, type CallContext } from './context.ts';

const port = parentPort!;
const start = workerData as WorkerStart;
const send = (message: FromWorker): void => port.postMessage(message);
type Call = Extract<ToWorker, { type: 'call' }>;

let loaded = false;
let current: { readonly call: number; readonly context: CallContext; reader: Reader | null } | null = null;

interface Reader {
  next(): void;
  enough(): void;
}

async function load(): Promise<void> {
  guard({ ...start, home: `${pathToFileURL(start.dir).href}/` });
  let plugin: Plugin;
  try {
    plugin = await loadPlugin(start.dir);
  } catch (error) {
    return broken(error, 'PLUGIN_LOAD_FAILED');
  }
  loaded = true;
  port.on('message', (message: ToWorker) => receive(plugin, message));
  send({ type: 'ready', methods: Object.keys(plugin.methods) });
}

function receive(plugin: Plugin, message: ToWorker): void {
  if (message.type === 'call') return void run(plugin.methods[message.method]!, message);
  if (current?.call !== message.call) return;
  if (message.type === 'next') current.reader?.next();
  else if (message.type === 'enough') current.reader?.enough();
  else current.context.receive(message);
}

async function run(method: Method, message: Call): Promise<void> {
  const { call } = message;
  const context = createContext(port, message, start);
  current = { call, context, reader: null };
  port.unref();
  try {
    const returned = method(message.input as never, context.ctx);
    if (message.stream) await pump(call, returned, context);
    else {
      const result = packed(await returned);
      context.flush();
      post(port, (value) => ({ type: 'result', call, value }), result);
    }
  } catch (error) {
    context.flush();
    send({
      type: 'error',
      call,
      error: wireError(error, 'PLUGIN_THREW', `${start.plugin}.${message.method}`, start.dir),
    });
  } finally {
    context.close();
    current = null;
    port.ref();
  }
}

/** @throws PLUGIN_OUTPUT_INVALID for what no parcel can hold */
function packed(value: unknown): ReturnType<typeof parcel> {
  try {
    return parcel(value);
  } catch (error) {
    if (error instanceof RangeError)
      throw new AssayError('PLUGIN_OUTPUT_INVALID', 'The value is nested too deep, or holds itself.');
    throw error;
  }
}

/** Sends a chunk for every `next` that the reader sent, so that a slow reader holds a fast method back. */
async function pump(call: number, returned: unknown, context: CallContext): Promise<void> {
  const iterator = iteratorOf(await returned);
  let room = 0;
  let enough = false;
  let wake: (() => void) | null = null;
  current!.reader = {
    next: () => (room++, wake?.()),
    enough: () => ((enough = true), wake?.()),
  };
  for (;;) {
    if (room === 0 && !enough) {
      const release = context.hold();
      await new Promise<void>((resolve) => (wake = resolve));
      release();
    }
    if (enough) {
      await iterator.return?.();
      break;
    }
    room--;
    const { done, value } = await iterator.next();
    context.flush();
    if (done === true) break;
    post(port, (chunk) => ({ type: 'chunk', call, value: chunk }), packed(value));
  }
  send({ type: 'end', call });
}

function iteratorOf(value: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof value === 'object' && value !== null) {
    if (Symbol.asyncIterator in value) return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in value) return (value as Iterable<unknown>)[Symbol.iterator]();
  }
  throw new TypeError('plugin.json says `stream`, but the method returned nothing to iterate.');
}

function broken(error: unknown, code: 'PLUGIN_LOAD_FAILED' | 'PLUGIN_STALLED'): void {
  send({ type: 'broken', error: wireError(error, code, start.plugin, start.dir) });
}

/** The event loop is empty: unless the call waits for its own cancellation, nothing can ever finish it. */
process.on('beforeExit', () => {
  if (!loaded) return broken(stalled('A top-level await waits'), 'PLUGIN_STALLED');
  if (current === null) return;
  const { call, context } = current;
  port.ref();
  if (context.waitsForSignal()) return;
  current = null;
  const where = `${start.plugin}.${context.method}`;
  send({ type: 'error', call, error: wireError(stalled('The method waits'), 'PLUGIN_STALLED', where, start.dir) });
});

function stalled(what: string): AssayError {
  return new AssayError('PLUGIN_STALLED', `${what} for a promise that nothing can settle any more.`);
}

void load();

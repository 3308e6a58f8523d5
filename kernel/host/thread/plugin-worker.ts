/** What runs in a plugin's worker thread: loads the plugin once, then serves one call at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { AssayError } from '#common/errors.ts';
import type { Plugin } from '#common/plugin.ts';
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
type PartCall = Extract<ToWorker, { type: 'part' }>;

let loaded = false;
let current: { readonly call: number; readonly context: CallContext; reader: Reader | null } | null = null;

/** What the parts of a run share, by its number. */
const shared = new Map<number, unknown>();

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
  if (message.type === 'call') return void runMethod(plugin, message);
  if (message.type === 'part') return void runPart(plugin, message);
  if (message.type === 'forget') return void shared.delete(message.run);
  if (current?.call !== message.call) return;
  if (message.type === 'next') current.reader?.next();
  else if (message.type === 'enough') current.reader?.enough();
  else current.context.receive(message);
}

function runMethod(plugin: Plugin, message: Call): Promise<void> {
  const context = createContext(port, message, start, plugin.parts ?? {});
  return run(message, context, async () => {
    const returned = plugin.methods[message.method]!(message.input as never, context.ctx);
    if (message.stream) return pump(message.call, returned, context);
    return reply(message.call, context, await returned);
  });
}

function runPart(plugin: Plugin, message: PartCall): Promise<void> {
  const { call, method, part, input, shared: own } = message;
  if ('value' in own) shared.set(own.run, own.value);
  const context = createContext(port, { call, method, seed: 0, now: 0 }, start, {});
  const { signal, progress, log } = context.ctx;
  return run(message, context, async () => {
    const ctx = { shared: shared.get(own.run) as never, signal, progress, log };
    return reply(call, context, await plugin.parts![part]!(input as never, ctx));
  });
}

/** Serves one call: whatever comes of it is said last. */
async function run({ call, method }: Call | PartCall, context: CallContext, serve: () => Promise<void>): Promise<void> {
  current = { call, context, reader: null };
  port.unref();
  try {
    await serve();
  } catch (error) {
    context.flush();
    send({ type: 'error', call, error: wireError(error, 'PLUGIN_THREW', `${start.plugin}.${method}`, start.dir) });
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

function reply(call: number, context: CallContext, returned: unknown): void {
  const result = packed(returned);
  context.flush();
  post(port, (value) => ({ type: 'result', call, value }), result);
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

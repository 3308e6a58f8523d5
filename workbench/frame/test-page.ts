/** The page's side for tests of the frame: opens it, answers it, and keeps what it says. Bundled by test/browser/frame-server.ts, and in no build of the workbench. */
import { fromBase64, toBase64 } from '#common/bytes.ts';
import type { TableData } from '#common/data.ts';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import { FRAME_SANDBOX } from '#common/frame-policy.ts';
import { decodeValue, encodeValue } from '#common/value.ts';
import { expose, wrap, type Remote } from './port.ts';
import { FRAME_URL, HELLO, type FrameApi, type PageApi } from './protocol.ts';
import type { TestPage } from './test-page-api.ts';

let frame: HTMLIFrameElement | null = null;
let remote: Remote<FrameApi>;

const page: TestPage = {
  calls: [],
  states: new Map(),
  history: [],
  heights: new Map(),
  root: null,
  datasets: {},
  answer: (method, input) => ({ method, input }),
  async open() {
    page.close();
    frame = document.createElement('iframe');
    frame.setAttribute('sandbox', FRAME_SANDBOX);
    frame.src = FRAME_URL;
    frame.style.cssText = 'width: 900px; height: 2000px; border: 0';
    const loaded = new Promise((resolve) => frame!.addEventListener('load', resolve, { once: true }));
    document.body.append(frame);
    await loaded;
    const [toFrame, toPage] = [new MessageChannel(), new MessageChannel()];
    expose(api, toPage.port1);
    remote = wrap<FrameApi>(toFrame.port1).remote;
    frame.contentWindow!.postMessage(HELLO, '*', [toFrame.port2, toPage.port2]);
  },
  define: (notebook) => remote.define(notebook),
  run: async (ids) => (await remote.run(ids)).root,
  layout: (slots) => void remote.layout(slots),
  theme: (tokens, dark) => void remote.theme(tokens, dark),
  close() {
    frame?.remove();
    frame = null;
  },
};

/** Given by tests that run a kernel: values travel in their canonical bytes, as base64. */
const { kernelCall } = globalThis as { kernelCall?: (method: string, input: string) => Promise<string> };

async function throughKernel(method: string, input: unknown): Promise<unknown> {
  const bytes = fromBase64(await kernelCall!(method, toBase64(encodeValue(input))))!;
  const outcome = decodeValue(bytes) as { readonly result: unknown } | { readonly error: ErrorJson };
  if ('error' in outcome) throw AssayError.from(outcome.error);
  return outcome.result;
}

const api: PageApi = {
  async call(cell, method, input) {
    page.calls.push([cell, method, input]);
    const result = await (kernelCall ? throughKernel(method, input) : page.answer(method, input));
    return { result, receipt: '00'.repeat(32) };
  },
  async dataset(name) {
    return kernelCall ? ((await throughKernel('datasets.read', { name })) as TableData) : page.datasets[name]!;
  },
  async duckdb() {
    const files = ['duckdb-browser-eh.worker.js', 'duckdb-eh.wasm'].map((name) => fetch(`/vendor/duckdb/${name}`));
    const [worker, wasm] = (await Promise.all(files)) as [Response, Response];
    return { worker: await worker.text(), wasm: await wasm.arrayBuffer() };
  },
  states(states) {
    for (const state of states) page.states.set(state.id, state);
    page.history.push(...states);
  },
  height: (id, px) => void page.heights.set(id, px),
  root: (root) => void (page.root = root),
};

Object.assign(globalThis, { page });

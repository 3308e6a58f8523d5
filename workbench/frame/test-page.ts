/**
 * The page for tests of the frame: the workbench's own side of it with a client that the test answers. Bundled by
 * test/browser/frame-server.ts, and in no build of the workbench.
 */
import { fromBase64, toBase64 } from '#common/bytes.ts';
import type { TableData } from '#common/data.ts';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import { decodeValue, encodeValue } from '#common/value/value.ts';
import { offerPicture } from '../notebook/picture-files.ts';
import { createFrameHost, type FrameHostOptions } from '../notebook/frame-host.ts';
import type { TestPage } from './test-page-api.ts';

/** Given by tests that run a kernel: values travel in their canonical bytes, as base64. */
const { kernelCall } = globalThis as { kernelCall?: (method: string, input: string) => Promise<string> };

const client: FrameHostOptions['client'] = {
  async call({ method, input }) {
    page.calls.push(['', method, input]);
    const result = await (kernelCall ? throughKernel(method, input) : page.answer(method, input));
    return { id: 'test', result, receipt: { id: '00'.repeat(32), index: 0, body: '' } };
  },
  async table(name) {
    return kernelCall ? ((await throughKernel('datasets.read', { name })) as TableData) : page.datasets[name]!;
  },
  async duckdb() {
    const files = ['duckdb-browser-eh.worker.js', 'duckdb-eh.wasm'].map((name) => fetch(`/vendor/duckdb/${name}`));
    const [worker, wasm] = (await Promise.all(files)) as [Response, Response];
    return { worker: await worker.text(), wasm: await wasm.arrayBuffer() };
  },
};

async function throughKernel(method: string, input: unknown): Promise<unknown> {
  const bytes = fromBase64(await kernelCall!(method, toBase64(encodeValue(input))))!;
  const outcome = decodeValue(bytes) as { readonly result: unknown } | { readonly error: ErrorJson };
  if ('error' in outcome) throw AssayError.from(outcome.error);
  return outcome.result;
}

const host = createFrameHost(document.body, {
  client,
  onStates(states) {
    for (const state of states) page.states.set(state.id, state);
    page.history.push(...states);
  },
  onRoot: (root) => void (page.root = root),
  onHeight: (id, px) => void page.heights.set(id, px),
  onPicture: (cell, kind, svg) => void offerPicture(kind, svg, `test ${cell}`),
  onCall: () => undefined,
  onReturn: () => undefined,
});

const page: TestPage = {
  calls: [],
  states: new Map(),
  history: [],
  heights: new Map(),
  root: null,
  datasets: {},
  answer: (method, input) => ({ method, input }),
  define: (notebook) => host.define(notebook),
  run: (ids) => host.run(ids),
  layout: (slots) => host.layout(slots),
  theme: (tokens, dark) => host.theme(tokens, dark),
  async restart() {
    host.restart();
    page.states.clear();
    page.heights.clear();
    page.root = null;
    await new Promise((resolve) => document.querySelector('iframe')!.addEventListener('load', resolve, { once: true }));
  },
};

Object.assign(globalThis, { page });

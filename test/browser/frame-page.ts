/** The page's side for tests of the frame: opens it, answers it, and keeps what it says. Bundled by frame-server.ts. */
import { FRAME_SANDBOX } from '#common/frame-policy.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { TableData } from '#common/data.ts';
import { expose, wrap, type Remote } from '../../workbench/frame/port.ts';
import { FRAME_URL, HELLO, type FrameApi, type PageApi, type Slot } from '../../workbench/frame/protocol.ts';

export interface TestPage {
  /** Every method that the frame called, also what it may not. */
  readonly calls: (readonly [cell: string, method: string, input: unknown])[];
  readonly states: Map<string, CellState>;
  readonly history: CellState[];
  readonly heights: Map<string, number>;
  root: string | null;
  datasets: Record<string, TableData>;
  /** What a plugin's method gives; throws to refuse. */
  answer: (method: string, input: unknown) => unknown;
  open(): Promise<void>;
  define(notebook: CompiledNotebook): Promise<void>;
  run(ids?: string[]): Promise<string | null>;
  layout(slots: readonly Slot[]): void;
  theme(tokens: Record<string, string>, dark: boolean): void;
  close(): void;
}

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

const api: PageApi = {
  async call(cell, method, input) {
    page.calls.push([cell, method, input]);
    return { result: await page.answer(method, input), receipt: '00'.repeat(32) };
  },
  async dataset(name) {
    return page.datasets[name]!;
  },
  async duckdb() {
    const get = (name: string): Promise<Response> => fetch(`/vendor/duckdb/${name}`);
    const [worker, wasm] = await Promise.all([get('duckdb-browser-eh.worker.js'), get('duckdb-eh.wasm')]);
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

/**
 * The page's side of the frame: makes the sandboxed iframe, meets it over two ports, offers what the notebook names under `uses` and
 * `datasets` and nothing else, and replaces the frame when it has to stop.
 */
import { isUsed } from '#common/cells/names.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { FRAME_SANDBOX } from '#common/frame-policy.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import { expose, type Remote, transfer, wrap } from '../frame/port.ts';
import { frameUrl } from '../frame/address.ts';
import { type FrameApi, HELLO, type PageApi, type Slot } from '../frame/protocol.ts';
import type { KernelClient } from '../kernel-client.ts';
import type { CallProgress } from '../session/state.ts';
import { buffersOf } from './buffers.ts';
import { checkStates, isHeight, isRoot } from './frame-reports.ts';

export interface FrameHostOptions {
  readonly client: Pick<KernelClient, 'call' | 'table' | 'duckdb'>;
  readonly onStates: (states: readonly CellState[]) => void;
  readonly onRoot: (root: Digest | null) => void;
  readonly onHeight: (id: string, px: number) => void;
  /** What a cell drew, to be saved: unchecked. */
  readonly onPicture: (cell: string, kind: unknown, svg: unknown) => void;
  readonly onCall: (call: CallProgress) => void;
  readonly onReturn: (call: string) => void;
}

export interface FrameHost {
  /** Settles when nothing is running, or when the frame was replaced. */
  define(notebook: CompiledNotebook): Promise<void>;
  run(ids: readonly string[] | null): Promise<void>;
  layout(slots: readonly Slot[]): void;
  /** Settles when what hangs on it has been drawn again. */
  theme(tokens: Readonly<Record<string, string>>, dark: boolean): Promise<void>;
  /** What a cell has drawn: unchecked. */
  picture(cell: string): Promise<unknown>;
  /** A new, empty frame in place of the old one; what ran in it is gone, calls under way are cancelled. */
  restart(): void;
  close(): void;
}

type Look = readonly [Readonly<Record<string, string>>, boolean];

export function createFrameHost(parent: HTMLElement, options: FrameHostOptions): FrameHost {
  let notebook: CompiledNotebook | null = null;
  let slots: readonly Slot[] = [];
  let look: Look | null = null;
  let current = open();

  function open(): { readonly remote: Remote<FrameApi>; readonly close: () => void } {
    const frame = document.createElement('iframe');
    frame.className = 'frame';
    frame.title = 'Results of the cells';
    frame.setAttribute('sandbox', FRAME_SANDBOX);
    frame.src = frameUrl(location);
    const calls = new AbortController();
    const toFrame = new MessageChannel();
    const toPage = new MessageChannel();
    const { remote, close: closeRemote } = wrap<FrameApi>(toFrame.port1);
    const close = (): void => {
      calls.abort();
      closeRemote();
      toPage.port1.close();
      frame.remove();
    };
    frame.addEventListener(
      'load',
      () => {
        expose(
          pageApi(() => notebook, calls.signal, options),
          toPage.port1,
        );
        frame.contentWindow?.postMessage(HELLO, '*', [toFrame.port2, toPage.port2]);
        // A frame that loads a second time has been navigated: it is not ours any more.
        frame.addEventListener('load', close, { once: true });
      },
      { once: true },
    );
    // Messages wait in the port until the frame has taken its other end.
    if (look) tell(remote.theme(...look));
    tell(remote.layout(slots));
    parent.prepend(frame);
    return { remote, close };
  }

  /** A frame that was replaced settles its calls with CANCELLED, which is what was asked for. */
  const ask = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: AssayError) => {
      if (error.code !== 'CANCELLED') throw error;
    });
  };

  return {
    define(next) {
      notebook = next;
      return ask(current.remote.define(next));
    },
    run: (ids) => ask(ids === null ? current.remote.run() : current.remote.run(ids)),
    layout(next) {
      slots = next;
      tell(current.remote.layout(next));
    },
    theme(...next) {
      look = next;
      return current.remote.theme(...next).catch(() => undefined);
    },
    picture: (cell) => current.remote.picture(cell),
    restart() {
      current.close();
      notebook = null;
      current = open();
    },
    close: () => current.close(),
  };
}

/** A frame that is gone has nothing to be told. */
function tell(message: Promise<void>): void {
  message.catch(() => undefined);
}

/** All that cells can reach. */
function pageApi(notebook: () => CompiledNotebook | null, signal: AbortSignal, options: FrameHostOptions): PageApi {
  const { client, onCall, onReturn, onStates, onRoot, onHeight, onPicture } = options;
  return {
    async call(cell, method, input) {
      const { uses = [], seed = 0, cells = [] } = notebook() ?? {};
      if (typeof method !== 'string' || !isUsed(uses, method) || !cells.some(({ id }) => id === cell))
        throw new AssayError('NOT_USED', undefined, { where: method });
      const id = crypto.randomUUID();
      onCall({ call: id, cell, method, started: Date.now(), done: 0, total: 0 });
      try {
        const { result, receipt } = await client.call({ id, method, input, seed }, signal);
        return transfer({ result, receipt: receipt.id }, buffersOf(result));
      } finally {
        onReturn(id);
      }
    },
    async dataset(name) {
      if (!notebook()?.datasets.includes(name)) throw new AssayError('NOT_USED', undefined, { where: name });
      const table = await client.table(name, signal);
      return transfer(table, buffersOf(table));
    },
    async duckdb() {
      const parts = await client.duckdb();
      return transfer(parts, [parts.wasm]);
    },
    states(reports) {
      const states = checkStates(reports, notebook());
      if (states.length > 0) onStates(states);
    },
    root(root) {
      if (isRoot(root)) onRoot(root);
    },
    picture(cell, kind, svg) {
      if (notebook()?.cells.some(({ id }) => id === cell)) onPicture(cell, kind, svg);
    },
    height(id, px) {
      if (isHeight(id, px, notebook())) onHeight(id, px);
    },
  };
}

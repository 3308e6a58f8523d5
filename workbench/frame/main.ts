/** The sandboxed document in which cells run and draw. It meets the page over two ports and reaches nothing else. */
import './before.ts';
import './guard.ts';
import { pinRealm } from '#common/cells/realm.ts';
import { NotebookRuntime } from '#common/cells/runtime.ts';
import type { SqlEngine } from '#common/cells/sql.ts';
import { AssayError } from '#common/errors.ts';
import { fixBindings } from './bindings.ts';
import { debounce } from './debounce.ts';
import { makeDrawing } from './drawing.ts';
import { expose, wrap } from './port.ts';
import { HELLO, type FrameApi, type PageApi } from './protocol.ts';
import { makeSlots } from './slots.ts';
import { adoptStyles } from './styles.ts';

/** While a window is resized, its width changes with every picture. */
const FIT_AFTER = 150;

pinRealm();
fixBindings();
adoptStyles();

// A file that is dropped here would take the frame's place.
for (const kind of ['dragover', 'drop']) addEventListener(kind, (event) => event.preventDefault());

addEventListener('message', function meet({ source, data, ports }: MessageEvent<unknown>) {
  if (source !== parent || data !== HELLO || ports.length !== 2) return;
  removeEventListener('message', meet);
  start(ports[0]!, ports[1]!);
});

function start(toFrame: MessagePort, toPage: MessagePort): void {
  const { remote: page } = wrap<PageApi>(toPage);
  let engine: Promise<SqlEngine> | null = null;
  /** The two ports keep no order between them: a reply waits until the page has heard what came before it. */
  let told: Promise<void> = Promise.resolve();
  const slots = makeSlots(
    document.body,
    (id, px) => void page.height(id, px),
    (first) => (first ? fit.now() : fit.soon()),
  );
  const drawing = makeDrawing(
    slots,
    () => fit.soon(),
    (cell, kind, svg) => void page.picture(cell, kind, svg),
  );
  const runtime = new NotebookRuntime({
    call(cell, method, input) {
      drawing.called(cell);
      return page.call(cell, method, input);
    },
    dataset: (name) => page.dataset(name),
    sql: () => (engine ??= openSqlInFrame(page)),
    states: (states) => void page.states(states),
    root: (root) => void (told = page.root(root)),
    later: soon(),
    clock: () => performance.now(),
    digests: true,
    drawing,
  });
  const refresh = (): void => runtime.again(drawing.refresh());
  const fit = debounce(FIT_AFTER, () => {
    runtime.set('width', slots.width());
    refresh();
  });
  const api: FrameApi = {
    async define(notebook) {
      slots.keep(new Set(notebook.cells.map((cell) => cell.id)));
      drawing.use(notebook);
      runtime.define(notebook);
      await runtime.settled();
      await told;
    },
    async run(ids) {
      const root = await runtime.run(ids);
      await told;
      return { root };
    },
    layout: (places) => slots.place(places),
    theme(tokens, dark) {
      const { style } = document.documentElement;
      for (const [name, value] of Object.entries(tokens)) style.setProperty(name, value);
      style.colorScheme = dark ? 'dark' : 'light';
      runtime.set('dark', dark);
      refresh();
    },
    picture: (cell) => drawing.picture(cell),
  };
  expose(api, toFrame);
}

async function openSqlInFrame(page: {
  duckdb(): Promise<{ readonly worker: string; readonly wasm: ArrayBuffer }>;
}): Promise<SqlEngine> {
  const [{ openDuckdb }, parts] = await Promise.all([import('./duckdb.ts'), page.duckdb()]);
  return openDuckdb(parts).catch((error: unknown) => {
    throw new AssayError('SQL_FAILED', 'The database did not start.', { cause: error });
  });
}

/** Runs callbacks in turns of their own: timers would wait 4 ms, and a second in a tab that is not seen. */
function soon(): (run: () => void) => void {
  const queue: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    for (const run of queue.splice(0)) run();
  });
  port1.start();
  return (run) => {
    if (queue.push(run) === 1) port2.postMessage(null);
  };
}

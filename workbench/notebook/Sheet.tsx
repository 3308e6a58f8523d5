import { createEffect, createMemo, createSignal, For, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js';
import type { NotebookFile } from '../kernel-types.ts';
import { useKernel } from '../kernel.tsx';
import { dark, theme } from '../shell/theme.ts';
import { BlockView } from './BlockView.tsx';
import { Conflict } from './Conflict.tsx';
import { SheetState } from './context.ts';
import { DropTable } from './DropTable.tsx';
import { createFrameHost, type FrameHost } from './frame-host.ts';
import { createHeights } from './heights.ts';
import { Insert } from './Insert.tsx';
import { createLayout, type Layout } from './layout.ts';
import { createReports } from './reports.ts';
import { createOpenNotebook } from './session.ts';
import { SealFooter } from './SealFooter.tsx';
import { SheetBar } from './SheetBar.tsx';
import { SheetHead } from './SheetHead.tsx';
import { sheetActions } from './actions.ts';
import { handleKeys } from './keyboard.ts';
import { setShortcutsOpen, shortcutsOpen } from './panels.ts';
import { pictureActions } from './picture-actions.ts';
import { offerPicture } from './picture-files.ts';
import { printSheet } from './print.ts';
import { readTokens } from './tokens.ts';
import { createSteady } from './steady.ts';
import { createWorld } from './world.ts';

const Shortcuts = lazy(async () => ({ default: (await import('./Shortcuts.tsx')).Shortcuts }));

/** As chosen last; at first a phone shows prose and figures, anything wider the code too. */
const reads = (): boolean =>
  (localStorage.getItem('assay.reading') ?? String(matchMedia('(max-width: 44rem)').matches)) === 'true';

/** The sheet: one centred column over the frame in which the cells' results are drawn. */
export function Sheet(props: { readonly file: NotebookFile }) {
  const notebook = createOpenNotebook(props.file);
  const { state, dispatch } = notebook;
  const { client } = useKernel();
  const heights = createHeights(props.file.name);
  const [layout, setLayout] = createSignal<Layout>();
  const [reading, setReading] = createSignal(reads());
  createEffect(on(reading, (on) => localStorage.setItem('assay.reading', String(on)), { defer: true }));
  const context = { ...notebook, layout, heights, ...createWorld(state), reading, setReading };
  let sheet!: HTMLDivElement;
  let frame: FrameHost | undefined;

  onMount(() => {
    const steady = createSteady(sheet);
    onCleanup(() => steady.close());
    const reports = createReports((states) => steady.during(() => dispatch({ op: 'reported', states })));
    frame = createFrameHost(sheet, {
      client,
      onStates: reports.add,
      onRoot(root) {
        reports.flush();
        dispatch({ op: 'root', root });
      },
      onHeight: (id, px) => steady.unpressed(() => heights.set(id, px)),
      onPicture: (cell, kind, svg) => void offerPicture(kind, svg, `${props.file.name} ${cell}`),
      onCall: (call) => dispatch({ op: 'called', call }),
      onReturn: (call) => dispatch({ op: 'returned', call }),
    });
    notebook.attach(frame);
    const slots = createLayout(sheet, frame.layout);
    setLayout(slots);
    onCleanup(() => slots.close());
    const light = async (on: boolean): Promise<void> => {
      if (dark()) await frame?.theme(readTokens(on ? 'light' : undefined), !on);
    };
    onCleanup(printSheet(sheet, light));
    dispatch({ op: 'run', keys: 'changed' });
  });
  createEffect(on([theme, dark], () => queueMicrotask(() => void frame?.theme(readTokens(), dark()))));
  handleKeys(context);
  sheetActions(context);
  pictureActions(context, async (cell) => (await frame?.picture(cell)) ?? null);
  createEffect(() => {
    document.title = `${state().document.title} · Assay`;
  });

  const keys = createMemo(() => state().blocks.map(({ key }) => key));
  return (
    <SheetState.Provider value={context}>
      <SheetBar />
      <Conflict />
      <Show when={shortcutsOpen()}>
        <Suspense>
          <Shortcuts onClose={() => setShortcutsOpen(false)} />
        </Suspense>
      </Show>
      <DropTable>
        <div class="sheet" ref={sheet} data-reading={reading()} data-dark={dark()}>
          <article class="sheet-content" aria-label={state().document.title}>
            <SheetHead />
            <Insert near={keys()[0] ?? null} where="before" />
            <For each={keys()}>{(key) => <BlockView key={key} />}</For>
            <SealFooter />
          </article>
        </div>
      </DropTable>
    </SheetState.Provider>
  );
}

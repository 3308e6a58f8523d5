import './cell.css';
import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js';
import type { CellSource, CellStatus } from '#common/notebook.ts';
import type { Block } from '../session/state.ts';
import { statusOf } from '../session/status.ts';
import { CellCalls } from './CellCalls.tsx';
import { CellError } from './CellError.tsx';
import { CellTools } from './CellTools.tsx';
import { useSheet } from './context.ts';
import { EvidenceRail } from './EvidenceRail.tsx';
import { expectedHeight } from './expected-height.ts';
import { Gutter } from './Gutter.tsx';
import { LazyEditor } from './LazyEditor.tsx';

/** Nothing is known yet of how it ends. */
const WAITS: ReadonlySet<CellStatus> = new Set(['idle', 'queued', 'running']);

/** Gutter, code, the slot that the frame fills, evidence. */
export function CellView(props: { readonly block: Block; readonly cell: CellSource }) {
  const sheet = useSheet();
  const { state, stale, dispatch } = sheet;
  const id = createMemo(() => props.cell.id);
  const report = createMemo(() => state().cells[id()]);
  const status = createMemo(() => statusOf(state(), stale(), id()));
  const selected = createMemo(() => state().selected === props.block.key);
  const editing = createMemo(() => selected() && state().mode === 'edit');
  const error = createMemo(() => sheet.compiled().get(id())?.error ?? report()?.error);
  let slot!: HTMLDivElement;
  createEffect(on([id, sheet.layout], ([cell, layout]) => layout && onCleanup(layout.watch(cell, slot))));
  const waits = createMemo(() => WAITS.has(status()) && !error());
  const height = createMemo(() => sheet.heights.get(id()) ?? (error() ? 0 : expectedHeight(props.cell)));
  const [failure, setFailure] = createSignal<HTMLElement>();
  // What failed last time will again: the room for it is kept as that for what is drawn.
  const failed = createMemo(() => `${id()} failed`);
  createEffect(() => {
    if (!waits()) sheet.heights.set(failed(), error() ? (failure()?.getBoundingClientRect().height ?? 0) : 0);
  });
  return (
    <section
      class="cell"
      tabindex="-1"
      data-key={props.block.key}
      data-status={status()}
      data-selected={selected()}
      data-editing={editing()}
      data-view={props.cell.view}
      aria-label={`${props.cell.view ? 'View' : props.cell.language} cell ${props.cell.name ?? props.cell.id}`}
      onPointerDown={() => !selected() && dispatch({ op: 'select', key: props.block.key, mode: 'command' })}
    >
      <Gutter
        status={status()}
        ms={report()?.ms}
        onRun={() => dispatch({ op: 'run', keys: [props.block.key] })}
        onStop={() => dispatch({ op: 'stop' })}
      />
      <div class="cell-body">
        <div class="cell-code">
          <LazyEditor block={props.block} cell={props.cell} editing={editing()} />
          <CellTools block={props.block} cell={props.cell} />
        </div>
        <div class="cell-out">
          <CellCalls cell={id()} />
          <div>
            <Show
              when={error()}
              fallback={
                <Show when={waits() && sheet.heights.get(failed())}>
                  {(px) => <div class="cell-error-room" style={{ height: `${px()}px` }} />}
                </Show>
              }
            >
              {(wrong) => <CellError ref={setFailure} error={wrong()} cell={props.cell} />}
            </Show>
            <div
              class="slot"
              ref={slot}
              style={{ height: `${height()}px` }}
              data-old={status() === 'stale' || status() === 'stopped'}
            />
          </div>
        </div>
      </div>
      <EvidenceRail report={report()} status={status()} />
    </section>
  );
}

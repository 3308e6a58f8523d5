import './cell.css';
import { createEffect, createMemo, on, onCleanup, Show } from 'solid-js';
import type { CellSource } from '#common/notebook.ts';
import type { Block } from '../session/state.ts';
import { statusOf } from '../session/status.ts';
import { CellCalls } from './CellCalls.tsx';
import { CellError } from './CellError.tsx';
import { CellTools } from './CellTools.tsx';
import { useSheet } from './context.ts';
import { EvidenceRail } from './EvidenceRail.tsx';
import { Gutter } from './Gutter.tsx';
import { LazyEditor } from './LazyEditor.tsx';

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
        <CellCalls cell={id()} />
        <Show when={error()}>{(failed) => <CellError error={failed()} cell={props.cell} />}</Show>
        <div
          class="slot"
          ref={slot}
          style={{ height: `${sheet.height(id())}px` }}
          data-old={status() === 'stale' || status() === 'stopped'}
        />
      </div>
      <EvidenceRail report={report()} status={status()} />
    </section>
  );
}

import './table-view.css';
import { createMemo, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import type { TableData } from '#common/data.ts';
import { cellText, isNumber } from './cells.ts';

const ROW = 26;
const MARGIN = 10;
/** Browsers stop at some 16 million pixels: beyond that the scroll bar stands for more rows than it has pixels. */
const TALLEST = 8_000_000;

/** A table of any length: only the rows in sight are there. */
export function TableView(props: { readonly table: TableData; readonly height?: number; readonly label: string }) {
  const [top, setTop] = createSignal(0);
  const [seen, setSeen] = createSignal(props.height ?? 420);
  let box!: HTMLDivElement;
  const full = (): number => Math.min(TALLEST, props.table.rows * ROW);
  const first = createMemo(() => {
    const most = Math.max(0, props.table.rows * ROW - seen());
    const share = full() > seen() ? Math.min(1, top() / (full() - seen())) : 0;
    return Math.floor((full() < props.table.rows * ROW ? share * most : top()) / ROW);
  });
  const rows = createMemo(() => {
    const from = Math.max(0, first() - MARGIN);
    const to = Math.min(props.table.rows, first() + Math.ceil(seen() / ROW) + MARGIN);
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  });
  const offset = (): number =>
    Math.min(
      full() - rows().length * ROW,
      Math.max(0, top() - (first() - (rows()[0] ?? 0)) * ROW - (full() < props.table.rows * ROW ? 0 : top() % ROW)),
    );
  onMount(() => {
    const observer = new ResizeObserver(() => setSeen(box.clientHeight));
    observer.observe(box);
    onCleanup(() => observer.disconnect());
  });
  return (
    <div
      class="table-box"
      ref={box}
      tabindex="0"
      role="group"
      aria-label={props.label}
      style={{ 'max-height': `${props.height ?? 420}px` }}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      <table class="table-view" aria-rowcount={props.table.rows}>
        <thead>
          <tr>
            <th class="table-row-number" scope="col">
              <span class="visually-hidden">Row</span>
            </th>
            <For each={props.table.columns}>
              {(column) => (
                <th scope="col" data-number={isNumber(column)}>
                  {column.name}
                  <Show when={column.unit}>{(unit) => <span class="table-unit">{unit()}</span>}</Show>
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <tr aria-hidden="true" style={{ height: `${offset()}px` }} />
          <For each={rows()}>
            {(row) => (
              <tr aria-rowindex={row + 1}>
                <td class="table-row-number">{row + 1}</td>
                <For each={props.table.columns}>
                  {(column) => (
                    <td data-number={isNumber(column)} data-missing={cellText(column, row) === null}>
                      {cellText(column, row) ?? '–'}
                    </td>
                  )}
                </For>
              </tr>
            )}
          </For>
          <tr aria-hidden="true" style={{ height: `${Math.max(0, full() - offset() - rows().length * ROW)}px` }} />
        </tbody>
      </table>
    </div>
  );
}

/** A table of any length: only the rows in sight exist. Its header stays; columns are as wide as their first rows need. */
import { element } from './element.ts';
import { grouped } from './figures.ts';
import type { TableSource } from './table-source.ts';

const ROW = 26;
/** Rows that a table shows before it scrolls. */
const SHOWN = 12;
/** Rows made beyond each end of what is seen. */
const BEYOND = 12;
/** Browsers clip elements that are much taller; longer tables scroll proportionally. */
const TALLEST = 12_000_000;
const SAMPLE = 60;
const WIDEST = 36;

export function tableView(source: TableSource): HTMLElement {
  const { rows, columns } = source;
  const box = element('div', 'table');
  const scroll = element('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'table');
  scroll.setAttribute('aria-rowcount', String(rows + 1));
  scroll.setAttribute('aria-colcount', String(columns.length));
  scroll.style.setProperty('--columns', columns.map((_, i) => `${widthOf(source, i)}ch`).join(' '));
  const inner = Math.min(rows * ROW, TALLEST);
  const view = Math.min(rows, SHOWN) * ROW;
  const body = element('div', 'body');
  body.style.height = `${inner}px`;
  scroll.append(headOf(source), body);
  scroll.style.maxHeight = `${view + 2 * ROW + 14}px`;
  const pool = new Map<number, HTMLElement>();

  function draw(): void {
    // Where the first visible row stands, in rows: exact while the body is as tall as its rows, else in proportion.
    // The box is taller than its rows and head: measured, or the last row would stay below its edge.
    const range = scroll.scrollHeight - scroll.clientHeight;
    const top = range <= 0 ? 0 : Math.min(1, scroll.scrollTop / range);
    const first = rows * ROW === inner ? scroll.scrollTop / ROW : top * (rows - view / ROW);
    const from = Math.max(0, Math.floor(first) - BEYOND);
    const to = Math.min(rows, Math.ceil(first + view / ROW) + BEYOND + 1);
    const shift = scroll.scrollTop - first * ROW;
    for (const [index, row] of pool) {
      if (index >= from && index < to) continue;
      row.remove();
      pool.delete(index);
    }
    const fresh = document.createDocumentFragment();
    for (let index = from; index < to; index++) {
      let row = pool.get(index);
      if (!row) {
        row = rowOf(source, index);
        pool.set(index, row);
        fresh.append(row);
      }
      row.style.transform = `translateY(${index * ROW + shift}px)`;
    }
    body.append(fresh);
  }

  let asked = false;
  scroll.addEventListener(
    'scroll',
    () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    },
    { passive: true },
  );
  draw();
  box.append(scroll, element('div', 'count', `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'} × ${columns.length}`));
  return box;
}

function headOf({ columns }: TableSource): HTMLElement {
  const head = element('div', 'row head');
  head.setAttribute('role', 'row');
  for (const { name, type, unit, numeric } of columns) {
    const cell = element('div', numeric ? 'cell numeric' : 'cell');
    cell.setAttribute('role', 'columnheader');
    cell.title = `${name} · ${type}${unit === '' ? '' : ` · ${unit}`}`;
    cell.append(element('span', 'label', name), element('span', 'unit', unit === '' ? type : unit));
    head.append(cell);
  }
  return head;
}

function rowOf({ columns }: TableSource, index: number): HTMLElement {
  const row = element('div', index % 2 === 0 ? 'row' : 'row odd');
  row.setAttribute('role', 'row');
  row.setAttribute('aria-rowindex', String(index + 2));
  for (const { text, numeric } of columns) {
    const value = text(index);
    const cell = element('div', numeric ? 'cell numeric' : 'cell', value ?? '∅');
    cell.setAttribute('role', 'cell');
    if (value === null) {
      cell.classList.add('missing');
      cell.ariaLabel = 'missing';
    } else if (value.length > WIDEST) cell.title = value.slice(0, 2000);
    row.append(cell);
  }
  return row;
}

/** In characters, from the header and the first rows. */
function widthOf({ rows, columns }: TableSource, at: number): number {
  const { name, type, unit, text } = columns[at]!;
  let width = Math.max(name.length, (unit || type).length);
  for (let i = 0; i < rows && i < SAMPLE; i++) width = Math.max(width, text(i)?.length ?? 1);
  return Math.min(width, WIDEST) + 3;
}

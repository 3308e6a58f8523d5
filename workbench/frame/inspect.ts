/** Any value as a person reads it: scalars in a line, objects that open, tables that scroll. */
import type { Tensor } from '#common/data.ts';
import { Table } from '#common/data/table.ts';
import { preview, typeName } from '#common/cells/values.ts';
import { element } from './element.ts';
import { grouped } from './figures.ts';
import { recordSource, tableSource } from './table-source.ts';
import { tableView } from './table-view.ts';

/** Children made at a time; the rest waits behind a button. */
const PAGE = 100;
/** Characters of a text that are shown at first, and with each click on what follows. */
const LONGEST = 2000;
const LONGER = 20_000;

/** @param name the variable, shown before the value */
export function inspect(value: unknown, name = ''): HTMLElement {
  if (value instanceof Table) return titled(name, tableView(tableSource(value)));
  const records = recordSource(value);
  if (records) return titled(name, tableView(records));
  const row = element('div', 'value');
  row.append(...line(name, ' = ', value, true));
  return row;
}

/** `name = value`; what opens has its name in the line that opens it. */
function line(name: string, sign: string, value: unknown, top: boolean): Node[] {
  if (value instanceof Table) return [titled(name, tableView(tableSource(value)))];
  const label = name === '' ? [] : [element('span', top ? 'name' : 'key', name), element('span', 'punct', sign)];
  return isOpenable(value) ? [opener(value, label)] : [...label, scalar(value)];
}

function titled(name: string, node: HTMLElement): HTMLElement {
  if (name === '') return node;
  const box = element('div', 'titled');
  box.append(element('div', 'name', name), node);
  return box;
}

function scalar(value: unknown): HTMLElement {
  if (value === null || value === undefined) return element('span', 'nothing', String(value));
  if (typeof value === 'string') return text(value);
  const kind =
    typeof value === 'number' || typeof value === 'bigint'
      ? 'number'
      : typeof value === 'boolean'
        ? 'boolean'
        : 'other';
  return element('span', kind, preview(value, 1));
}

/** A page that lays out megabytes of text stands still. */
function text(value: string): HTMLElement {
  const all = element('span', value.length > 120 ? 'string long' : 'string');
  const words = element('span', '', JSON.stringify(value.slice(0, LONGEST)));
  all.append(words);
  let shown = LONGEST;
  if (value.length <= shown) return all;
  const left = (): string => `… ${grouped(value.length - shown)} characters more`;
  const button = element('button', 'more', left());
  button.addEventListener('click', () => {
    shown += LONGER;
    words.textContent = JSON.stringify(value.slice(0, shown));
    if (shown >= value.length) button.remove();
    else button.textContent = left();
  });
  all.append(' ', button);
  return all;
}

const isTensor = (value: object): value is Tensor => '$' in value && value.$ === 'tensor' && 'shape' in value;

function isOpenable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && count(value) > 0 && !isShort(value);
}

/** A few scalars fit in a line. */
function isShort(value: object): boolean {
  if (count(value) > 8 || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return false;
  return (
    Object.values(value).every((item) => typeof item !== 'object' || item === null) && preview(value, 1).length <= 90
  );
}

function count(value: object): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (ArrayBuffer.isView(value)) return 'length' in value ? (value.length as number) : value.byteLength;
  return Object.keys(value).length;
}

/** A line that opens; its inside is made when it first does. */
function opener(value: object, label: readonly Node[]): HTMLElement {
  const box = element('details', 'opener');
  const head = element('summary', 'head');
  head.append(...label, element('span', 'type', typeName(value)), ' ', element('span', 'preview', preview(value, 1)));
  box.append(head);
  box.addEventListener('toggle', () => box.open && box.childElementCount === 1 && box.append(inside(value)));
  return box;
}

function inside(value: object): HTMLElement {
  const list = element('div', 'inside');
  const entries = entriesOf(value);
  const total = isTensor(value) ? count(value.data) : count(value);
  const more = (): void => {
    let made = 0;
    for (; made < PAGE; made++) {
      const { value: entry, done } = entries.next();
      if (done) return;
      list.append(entryLine(entry[0], entry[1]));
    }
    const left = total - list.childElementCount;
    if (left <= 0) return;
    const button = element('button', 'more', `${grouped(left)} more`);
    button.addEventListener('click', () => {
      button.remove();
      more();
    });
    list.append(button);
  };
  more();
  return list;
}

function* entriesOf(value: object): Generator<[key: string, value: unknown]> {
  if (isTensor(value)) yield* entriesOf(value.data);
  else if (value instanceof Map) for (const [key, item] of value) yield [preview(key, 0), item];
  else if (value instanceof Set) for (const item of value) yield ['', item];
  else if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    const list = value as ArrayLike<unknown>;
    for (let i = 0; i < list.length; i++) yield [String(i), list[i]];
  } else yield* Object.entries(value);
}

function entryLine(key: string, value: unknown): HTMLElement {
  const row = element('div', 'entry');
  row.append(...line(key, ': ', value, false));
  return row;
}

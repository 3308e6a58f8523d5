/** What a cell computed, for the preview page: enough of it to recognise; the whole lies in `outputs/`. HTML. */
import { preview, typeName } from '#common/cells/values.ts';
import { escapeHtml } from './page.ts';
import { isTableData, Table } from '#common/data/table.ts';
import { decodeValue } from '#common/value/value.ts';

/** Larger values are not decoded for a preview. */
const LARGEST_SHOWN = 1024 * 1024;
/** A table of up to twice as many rows is shown whole. */
const ROWS = 5;
const COLUMNS = 8;
const ENTRIES = 12;

/** The names that a cell defines, each with its value. `bytes`: what `encodeValue({name: value, …})` gave. */
export function outputsHtml(bytes: Uint8Array): string {
  const outputs = bytes.length > LARGEST_SHOWN ? null : decodeValue(bytes);
  if (typeof outputs !== 'object' || outputs === null) return quiet(`${bytes.length.toLocaleString('en')} bytes`);
  return Object.entries(outputs)
    .map(([name, value]) => `<div class="output"><code>${escapeHtml(name)}</code> ${valueHtml(value)}</div>`)
    .join('\n');
}

function valueHtml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (isTableData(value)) return tableHtml(new Table(value));
  if (isFunction(value)) return quiet('function');
  if (isList(value)) return `${quiet(typeOf(value))} ${items(value)}`;
  if (Object.getPrototypeOf(value) !== Object.prototype || '$' in value)
    return `${quiet(typeOf(value))} ${escapeHtml(preview(value, 1))}`;
  const entries = Object.entries(value);
  const shown = entries.slice(0, ENTRIES).map(([key, item]) => `<dt>${escapeHtml(key)}</dt><dd>${brief(item)}</dd>`);
  const more = entries.length > ENTRIES ? `<dt>…</dt><dd>${quiet(`${entries.length - ENTRIES} more`)}</dd>` : '';
  return `<dl class="fields">${shown.join('')}${more}</dl>`;
}

/** Inside something else: one line. */
function brief(value: unknown, depth = 2): string {
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (isFunction(value)) return quiet('function');
  const entries = Object.entries(value);
  const plain = Object.getPrototypeOf(value) === Object.prototype && !('$' in value) && entries.length > 0;
  if (plain && depth > 0 && entries.length <= ENTRIES)
    return entries
      .map(([key, item]) => `${quiet(key)} ${brief(item, depth - 1)}`)
      .join(entries.every(([, item]) => isScalar(item)) ? ', ' : '; ');
  return isList(value) && value.length <= ENTRIES && value.every(isScalar) ? items(value) : quiet(typeOf(value));
}

function tableHtml(table: Table): string {
  const names = table.names.slice(0, COLUMNS);
  const isNumber = (name: string): boolean => typeof table.get(0)?.[name] === 'number';
  const kind = (name: string): string => (table.numRows > 0 && isNumber(name) ? ' class="number"' : '');
  const head = names.map((name) => `<th scope="col"${kind(name)}>${escapeHtml(name)}</th>`).join('');
  const whole = table.numRows <= 2 * ROWS;
  const rows = Array.from({ length: whole ? table.numRows : ROWS }, (_, row) => {
    const cells = names.map((name) => `<td${kind(name)}>${scalar(table.get(row)?.[name])}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const left = table.names.length - names.length;
  const size = `${table.numRows.toLocaleString('en')} rows × ${table.names.length} columns`;
  const parts = [...(whole ? [] : [`the first ${ROWS} rows`]), ...(left > 0 ? [`the first ${COLUMNS} columns`] : [])];
  const shown = parts.length > 0 ? quiet(`: ${parts.join(' and ')}`) : '';
  return `${quiet(size)}${shown}<div class="scroll" tabindex="0"><table class="inner"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

type List = ArrayLike<unknown> & { every(test: (item: unknown) => boolean): boolean };
const isList = (value: unknown): value is List =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
const isFunction = (value: object): boolean => Object.keys(value).join() === 'function' && 'function' in value;

function items(list: List): string {
  const shown = Array.from({ length: Math.min(ENTRIES, list.length) }, (_, index) => brief(list[index], 0));
  return shown.join(', ') + (list.length > ENTRIES ? ', …' : '');
}

/** A number in six digits, all of them where a pointer rests. */
function scalar(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value))
    return `<span title="${value}">${Number(value.toPrecision(6))}</span>`;
  if (typeof value === 'string') return escapeHtml(value.length > 160 ? `${value.slice(0, 159)}…` : value);
  return value === null || value === undefined ? quiet('–') : escapeHtml(preview(value, 1));
}

const typeOf = (value: unknown): string =>
  isTableData(value) ? `table, ${value.rows} × ${value.columns.length}` : typeName(value);
const quiet = (text: string): string => `<span class="quiet">${escapeHtml(text)}</span>`;

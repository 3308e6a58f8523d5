/**
 * Tables in the value codec: `{"$":"table","columns":[{"name","type","unit"?,"valid"?,"values"}],"rows"}`. A text column takes two
 * segments: the ends of its texts in UTF-16 units (uint32) and all texts joined, in UTF-8: nothing is quoted, nothing parsed.
 */
import type { Column, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { arrayBytes, arrayName, arrayView, type ArrayName } from './arrays.ts';

const ARRAY_OF: Readonly<Record<Exclude<Column['type'], 'text'>, ArrayName>> = {
  float64: 'float64',
  date: 'float64',
  int32: 'int32',
  int64: 'int64',
  bool: 'uint8',
};

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes any object that has a table's fields, so that class Table needs no import here. @throws VALUE_UNSUPPORTED */
export function tableText(item: object, segments: Uint8Array[]): string {
  const { rows, columns } = item as Partial<TableData>;
  if (!isCount(rows) || !Array.isArray(columns)) throw unsupported('A table needs `rows` and `columns`.', 'rows');
  const names = new Set<string>();
  const texts = (columns as readonly Column[]).map((column, index) => {
    const where = `columns[${index}]`;
    if (!isText(column.name) || names.has(column.name)) throw unsupported('Column names are unique texts.', where);
    names.add(column.name);
    return columnText(column, rows, segments, where);
  });
  return `{"$":"table","columns":[${texts.join(',')}],"rows":${rows}}`;
}

function columnText(column: Column, rows: number, segments: Uint8Array[], where: string): string {
  const { name, type, values, valid, unit } = column;
  if (values?.length !== rows) throw unsupported(`The column “${name}” has another length than the table.`, where);
  if (unit !== undefined && !isText(unit)) throw unsupported('A unit is a text.', where);
  let text = `{"name":${JSON.stringify(name)},"type":"${type}"`;
  if (unit !== undefined) text += `,"unit":${JSON.stringify(unit)}`;
  if (valid !== undefined) {
    if (!(valid instanceof Uint8Array) || valid.length !== rows)
      throw unsupported('`valid` is a Uint8Array of the table’s length.', where);
    segments.push(arrayBytes(valid));
    text += ',"valid":{"$":"uint8"}';
  }
  if (type === 'text') {
    segments.push(...textSegments(values, where));
    return `${text},"values":{"$":"texts"}}`;
  }
  if (!Object.hasOwn(ARRAY_OF, type) || arrayName(values) !== ARRAY_OF[type])
    throw unsupported(`“${name}” is no ${type} column.`, where);
  segments.push(arrayBytes(values));
  return `${text},"values":{"$":"${ARRAY_OF[type]}"}}`;
}

function textSegments(values: readonly string[], where: string): [Uint8Array, Uint8Array] {
  const ends = new Uint32Array(values.length);
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!isText(value)) throw unsupported('A text column holds well-formed texts.', `${where}.values[${i}]`);
    end += value.length;
    ends[i] = end;
  }
  return [arrayBytes(ends), utf8.encode(values.join(''))];
}

/** @throws VALUE_MALFORMED */
export function raiseTable(node: Readonly<Record<string, unknown>>, segment: () => Uint8Array): TableData {
  const { rows, columns } = node;
  if (Object.keys(node).length !== 3 || !isCount(rows) || !Array.isArray(columns)) throw malformed('table');
  const raised = columns.map((column: unknown) => raiseColumn(column as Record<string, unknown>, rows, segment));
  if (new Set(raised.map(({ name }) => name)).size !== raised.length)
    throw malformed('table with two columns of one name');
  return { $: 'table', rows, columns: raised };
}

function raiseColumn(node: Record<string, unknown>, rows: number, segment: () => Uint8Array): Column {
  if (typeof node !== 'object' || node === null) throw malformed('column');
  const { name, type, unit, valid, values, ...rest } = node;
  if (Object.keys(rest).length > 0 || typeof name !== 'string' || typeof type !== 'string') throw malformed('column');
  if (unit !== undefined && typeof unit !== 'string') throw malformed('unit');
  const array = (as: unknown, expected: ArrayName): unknown => {
    if (!isTag(as, expected)) throw malformed('column');
    const view = arrayView(expected, segment());
    if (view?.length !== rows) throw malformed('column of another length');
    return view;
  };
  const flags = Object.hasOwn(node, 'valid') ? { valid: array(valid, 'uint8') } : {};
  let data: unknown;
  if (type === 'text') {
    if (!isTag(values, 'texts')) throw malformed('column');
    data = raiseTexts(segment(), segment(), rows);
  } else if (Object.hasOwn(ARRAY_OF, type)) data = array(values, ARRAY_OF[type as keyof typeof ARRAY_OF]);
  else throw malformed('column type');
  return { name, type, values: data, ...flags, ...(unit === undefined ? {} : { unit }) } as Column;
}

function raiseTexts(endBytes: Uint8Array, joined: Uint8Array, rows: number): string[] {
  const ends = arrayView('uint32', endBytes) as Uint32Array | null;
  if (ends?.length !== rows) throw malformed('text column of another length');
  let all: string;
  try {
    all = strictUtf8.decode(joined);
  } catch {
    throw malformed('text that is not UTF-8');
  }
  const values: string[] = [];
  let start = 0;
  for (const end of ends) {
    if (end < start || end > all.length) throw malformed('text column whose ends are out of order');
    const value = all.slice(start, end);
    if (!value.isWellFormed()) throw malformed('text column that cuts a character');
    values.push(value);
    start = end;
  }
  if (start !== all.length) throw malformed('text column with text left over');
  return values;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
const isText = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed();
const isTag = (value: unknown, kind: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  (value as { $?: unknown }).$ === kind;
const unsupported = (why: string, where: string): AssayError => new AssayError('VALUE_UNSUPPORTED', why, { where });
const malformed = (what: string): AssayError =>
  new AssayError('VALUE_MALFORMED', `These bytes are no encoded value: ${what}.`);

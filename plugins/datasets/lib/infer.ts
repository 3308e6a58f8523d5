import type { Column } from '#common/data.ts';
import { broken, type ColumnSpec, type ColumnType, type RawColumn, type RawTable } from './spec.ts';

/** Missing in a column of numbers, booleans or dates. In a column of text only the empty field is: NA may be Namibia. */
const MISSING = ['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'null', 'NULL'];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;
/** 007 is a name, 0.7 a number. */
const LEADING_ZERO = /^[+-]?0\d/;
const BOOL = /^(?:true|false)$/i;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

export interface Typing {
  readonly decimal?: '.' | ',';
  readonly missing?: readonly string[];
  readonly strings: RawTable['strings'];
  readonly place: (row: number) => string;
}

/**
 * Gives a column its type: the declared one, text for one with levels, or the narrowest that every value fits.
 * @throws DATASET_INVALID naming line and column of a value that doesn't fit
 */
export function typeColumn(raw: RawColumn, spec: ColumnSpec, typing: Typing): Column {
  const { name, unit, levels } = spec;
  const type = levels === undefined ? (spec.type ?? inferType(raw.values, typing)) : 'text';
  // Spaces around a number or a code mean nothing; in text they may.
  const keeps = type === 'text' && levels === undefined;
  const values = keeps ? Array.from(raw.values) : Array.from(raw.values, trimmed);
  const missing = missingIn(type, levels !== undefined, typing.missing);
  const column = allocate(name, type, values.length);
  const valid = new Uint8Array(values.length).fill(1);
  for (const [row, value] of values.entries()) {
    if (missing(value)) {
      valid[row] = 0;
      if (column.values instanceof Float64Array) column.values[row] = NaN;
      continue;
    }
    const fit = levels === undefined ? parse(value, type, typing.decimal) : ownLevel(levels, value);
    if (fit === undefined)
      throw broken(`“${String(value)}” ${misfit(type, levels)}`, `${typing.place(row)}, column “${raw.name}”`);
    (column.values as unknown[])[row] = fit;
  }
  return { ...column, ...(valid.includes(0) ? { valid } : {}), ...(unit === undefined ? {} : { unit }) } as Column;
}

/** The type that fits every value which is not missing; text when none does or nothing is there. */
function inferType(values: ArrayLike<unknown>, typing: Omit<Typing, 'place'>): ColumnType {
  const column = narrowing(typing);
  column.look(values);
  return column.type();
}

/** Finds the type of a column that is seen in pieces. */
export interface Narrowing {
  look(values: ArrayLike<unknown>): void;
  type(): ColumnType;
}

export function narrowing(typing: Omit<Typing, 'place'>): Narrowing {
  const missing = missingIn('float64', false, typing.missing);
  let left = NARROWEST_FIRST;
  let seen = false;
  return {
    look(values) {
      for (let row = 0; row < values.length && left.length > 0; row++) {
        const value = trimmed(values[row]);
        if (missing(value)) continue;
        seen = true;
        if (!left.every((type) => fits(value, type, typing))) left = left.filter((type) => fits(value, type, typing));
      }
    },
    type: () => (seen ? (left[0] ?? 'text') : 'text'),
  };
}

const NARROWEST_FIRST: readonly ColumnType[] = ['bool', 'date', 'int32', 'int64', 'float64'];

/** Stricter than `parse`: whether a value that nobody declared a type for speaks for this one. */
function fits(value: unknown, type: ColumnType, { strings, decimal }: Omit<Typing, 'place'>): boolean {
  if (typeof value === 'string') {
    if (type === 'date') return strings !== 'text' && parseDate(value) !== undefined;
    if (strings !== 'tokens') return false;
    if (type === 'bool') return BOOL.test(value);
    return (
      !LEADING_ZERO.test(value) &&
      parse(value, type, decimal) !== undefined &&
      (type === 'float64' || WHOLE.test(value))
    );
  }
  if (typeof value === 'boolean') return type === 'bool';
  if (value instanceof Date) return type === 'date';
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  return type !== 'bool' && type !== 'date' && parse(value, type) !== undefined;
}

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

function missingIn(
  type: ColumnType,
  coded: boolean,
  declared: readonly string[] | undefined,
): (value: unknown) => boolean {
  const tokens = new Set(declared === undefined ? (type === 'text' && !coded ? [''] : MISSING) : ['', ...declared]);
  return (value) => value === null || value === undefined || (typeof value === 'string' && tokens.has(value));
}

function allocate(name: string, type: ColumnType, rows: number): Column {
  if (type === 'text') return { name, type, values: Array.from({ length: rows }, () => '') };
  if (type === 'int64') return { name, type, values: new BigInt64Array(rows) };
  if (type === 'int32') return { name, type, values: new Int32Array(rows) };
  if (type === 'bool') return { name, type, values: new Uint8Array(rows) };
  return { name, type, values: new Float64Array(rows) };
}

/** The value as the column stores it, or undefined when it doesn't fit the type. */
function parse(value: unknown, type: ColumnType, decimal?: '.' | ','): string | number | bigint | undefined {
  if (type === 'text') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (type === 'date') return parseDate(value);
  if (type === 'bool') return parseBool(value);
  if (type === 'float64') return parseNumber(value, decimal);
  if (type === 'int32') {
    const number = parseNumber(value, decimal);
    return number !== undefined && Number.isInteger(number) && number >= -INT32 && number < INT32 ? number : undefined;
  }
  const whole = typeof value === 'bigint' ? value : WHOLE.test(String(value)) ? BigInt(String(value)) : undefined;
  return whole !== undefined && whole >= -INT64 && whole < INT64 ? whole : undefined;
}

function parseNumber(value: unknown, decimal: '.' | ',' = '.'): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  const plain = decimal === ',' ? (value.includes('.') ? '' : value.replace(',', '.')) : value;
  return NUMBER.test(plain) ? Number(plain) : undefined;
}

function parseBool(value: unknown): number | undefined {
  const text = String(value).toLowerCase();
  return text === 'true' || text === '1' ? 1 : text === 'false' || text === '0' ? 0 : undefined;
}

/** Milliseconds since 1970. A date without a zone is UTC, so that it means the same everywhere; 2023-02-30 is none. */
function parseDate(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  const match = typeof value === 'string' ? DATE.exec(value) : null;
  if (match === null) return undefined;
  const [text, year, month, day] = match;
  const whole = text.replace(' ', 'T');
  const ms = Date.parse(whole.length > 10 && !/(?:Z|[+-]\d\d:?\d\d)$/.test(whole) ? `${whole}Z` : whole);
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(ms) || Number(day) > lastDay ? undefined : ms;
}

function ownLevel(levels: NonNullable<ColumnSpec['levels']>, value: unknown): string | undefined {
  return Object.hasOwn(levels, String(value)) ? levels[String(value)] : undefined;
}

function misfit(type: ColumnType, levels: ColumnSpec['levels']): string {
  if (levels !== undefined) return `is none of the codes declared: ${Object.keys(levels).join(', ')}.`;
  return `is no ${{ float64: 'number', int32: 'whole number below 2^31', int64: 'whole number below 2^63', bool: 'true or false', date: 'date like 2024-12-31', text: 'text' }[type]}.`;
}

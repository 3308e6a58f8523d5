import type { Column, TypedArray } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';

/** One value of a table, as a cell sees it. */
export type Cell = string | number | bigint | boolean | Date | null;

/** What `column(name)` gives: numbers as Float64Array with NaN for missing, everything else as an array with null for missing. */
export type ColumnValues = Float64Array | readonly (string | boolean | bigint | Date | null)[];

/** A ready column (its name is replaced), a typed array, or plain values of one type with null or undefined for missing. */
export type ColumnInput = Column | TypedArray | readonly unknown[];

type ColumnType = Column['type'];

/**
 * A column out of whatever somebody has. Plain numbers become float64 (NaN stays a number, null is missing), bigints int64, Dates date.
 * A column with nothing but missing values is float64.
 * @throws TABLE_INVALID naming the column and the row when the values aren't of one type
 */
export function columnFrom(name: string, input: ColumnInput): Column {
  if (ArrayBuffer.isView(input)) return fromTyped(name, input);
  if (!Array.isArray(input)) return { ...(input as Column), name };
  const values: readonly unknown[] = input;
  const first = values.find((value) => value !== null && value !== undefined);
  const type = first === undefined ? 'float64' : typeOf(first);
  if (type === null) throw wrong(name, values.indexOf(first), first, 'a number, text, boolean, bigint or Date');
  for (const [row, value] of values.entries())
    if (value !== null && value !== undefined && typeOf(value) !== type)
      throw wrong(name, row, value, `${type} like the rows before it`);
  return build(name, type, values);
}

const missing = (value: unknown): boolean => value === null || value === undefined;

function build(name: string, type: ColumnType, values: readonly unknown[]): Column {
  const valid = values.some(missing) ? { valid: Uint8Array.from(values, (value) => (missing(value) ? 0 : 1)) } : {};
  switch (type) {
    case 'text':
      return { name, type, values: values.map((value) => (typeof value === 'string' ? value : '')), ...valid };
    case 'bool':
      return { name, type, values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)), ...valid };
    case 'int64':
      return {
        name,
        type,
        values: BigInt64Array.from(values, (value) => (typeof value === 'bigint' ? value : 0n)),
        ...valid,
      };
    case 'int32':
      return {
        name,
        type,
        values: Int32Array.from(values, (value) => (typeof value === 'number' ? value : 0)),
        ...valid,
      };
    default:
      return {
        name,
        type,
        values: Float64Array.from(values, (value) => (missing(value) ? NaN : Number(value))),
        ...valid,
      };
  }
}

function typeOf(value: unknown): ColumnType | null {
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int64';
  return value instanceof Date ? 'date' : null;
}

function fromTyped(name: string, input: ArrayBufferView): Column {
  if (input instanceof Float64Array) return { name, type: 'float64', values: input };
  if (input instanceof Int32Array) return { name, type: 'int32', values: input };
  if (input instanceof BigInt64Array) return { name, type: 'int64', values: input };
  if (input instanceof BigUint64Array) {
    const large = input.findIndex((value) => value > 0x7fffffffffffffffn);
    if (large >= 0) throw wrong(name, large, input[large], 'a whole number below 2^63');
    return { name, type: 'int64', values: BigInt64Array.from(input) };
  }
  if (
    input instanceof Int16Array ||
    input instanceof Uint16Array ||
    input instanceof Int8Array ||
    input instanceof Uint8Array
  )
    return { name, type: 'int32', values: Int32Array.from(input) };
  if (input instanceof DataView) throw wrong(name, 0, input, 'a typed array');
  return { name, type: 'float64', values: Float64Array.from(input as Float32Array) };
}

function wrong(name: string, row: number, value: unknown, wanted: string): AssayError {
  const seen = typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(String(value))}`;
  return new AssayError('TABLE_INVALID', `Column “${name}”, row ${row}: ${seen} where ${wanted} should be.`, {
    where: name,
  });
}

/** bigints are what int64 needs and nobody likes: numbers whenever every value of the column fits into one. */
function fitsNumber(values: BigInt64Array): boolean {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return values.every((value) => value >= -limit && value <= limit);
}

/** Reads one value of a column; missing is null. */
export function readerOf(column: Column): (row: number) => Cell {
  const { valid } = column;
  const read = presentReader(column);
  return valid === undefined ? read : (row) => (valid[row] === 0 ? null : read(row));
}

function presentReader(column: Column): (row: number) => Cell {
  const { values } = column;
  switch (column.type) {
    case 'bool':
      return (row) => values[row] !== 0;
    case 'date':
      return (row) => (Number.isNaN(values[row]) ? null : new Date(Number(values[row])));
    case 'int64':
      return fitsNumber(column.values) ? (row) => Number(values[row]) : (row) => values[row]!;
    default:
      return (row) => values[row]!;
  }
}

/** The whole column for `Table.column`. */
export function valuesOf(column: Column): ColumnValues {
  const { valid } = column;
  if (column.type === 'float64' && valid === undefined) return column.values;
  if (column.type === 'text' && valid === undefined) return column.values;
  const numeric =
    column.type === 'float64' || column.type === 'int32' || (column.type === 'int64' && fitsNumber(column.values));
  if (numeric) {
    const out = new Float64Array(column.values.length);
    for (let i = 0; i < out.length; i++)
      out[i] = valid !== undefined && valid[i] === 0 ? NaN : Number(column.values[i]);
    return out;
  }
  const read = readerOf(column);
  return Object.freeze(Array.from({ length: column.values.length }, (_, i) => read(i))) as ColumnValues;
}

/** The rows at these positions, missing ones included. */
export function takeColumn(column: Column, rows: readonly number[]): Column {
  const { valid } = column;
  const kept = valid === undefined ? {} : { valid: Uint8Array.from(rows, (row) => valid[row]!) };
  if (column.type === 'text') return { ...column, values: rows.map((row) => column.values[row]!), ...kept };
  const typed: Exclude<typeof column.values, readonly string[]> = column.values;
  const values = new (typed.constructor as new (length: number) => typeof typed)(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]!]!;
  return { ...column, values, ...kept } as Column;
}

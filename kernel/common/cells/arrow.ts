/** Tables to Arrow and back: the form in which duckdb-wasm takes and gives them. Values come back the same. */
import {
  Bool,
  DataType,
  Float64,
  Int32,
  Int64,
  makeData,
  makeVector,
  Precision,
  Table as ArrowTable,
  tableToIPC,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import type { Column } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { Table } from '#common/data/table.ts';

export function toArrowBytes(table: Table): Uint8Array {
  const vectors = Object.fromEntries(table.columns.map((column) => [column.name, toVector(column)]));
  return tableToIPC(new ArrowTable(vectors), 'stream');
}

const TYPES = {
  float64: () => new Float64(),
  date: () => new TimestampMillisecond(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  bool: () => new Bool(),
  text: () => new Utf8(),
};

function toVector(column: Column): Vector {
  const { type, values, valid } = column;
  switch (type) {
    case 'float64':
    case 'int32':
    case 'int64':
      // As they are: making each a value and putting it back takes most of the time of a large table.
      return makeVector(
        makeData({ type: TYPES[type](), data: values, length: values.length, ...flagsOf(valid) } as never),
      );
    case 'text':
      return makeVector(makeData({ type: TYPES.text(), length: values.length, ...bytesOf(column), ...flagsOf(valid) }));
    default: {
      const items: unknown[] = Array.from(values as ArrayLike<unknown>);
      if (type === 'bool') items.forEach((item, i) => (items[i] = item !== 0));
      if (type === 'date') items.forEach((item, i) => (items[i] = Number.isNaN(item) ? null : item));
      if (valid) valid.forEach((flag, i) => flag === 0 && (items[i] = null));
      return vectorFromArray(items, TYPES[type]()) as Vector;
    }
  }
}

/** A bit for each row, the first the lowest of its byte. */
function flagsOf(valid: Uint8Array | undefined): { readonly nullCount: number; readonly nullBitmap?: Uint8Array } {
  if (!valid) return { nullCount: 0 };
  const nullBitmap = new Uint8Array(Math.ceil(valid.length / 64) * 8);
  let nullCount = 0;
  valid.forEach((flag, i) => {
    if (flag === 0) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  });
  return { nullCount, nullBitmap };
}

const encoder = new TextEncoder();

/** All texts one after the other, and where each begins. What is missing takes no room. */
function bytesOf({ values, valid }: Column): { readonly valueOffsets: Int32Array; readonly data: Uint8Array } {
  const texts = values as readonly string[];
  const valueOffsets = new Int32Array(texts.length + 1);
  // A character of a string takes three bytes at most; half as many are enough for most.
  let data = new Uint8Array(64 + texts.reduce((sum, text) => sum + text.length * 1.5, 0));
  let at = 0;
  texts.forEach((text, i) => {
    if (valid?.[i] !== 0) {
      if (data.length - at < text.length * 3) {
        const larger = new Uint8Array(data.length * 2 + text.length * 3);
        larger.set(data);
        data = larger;
      }
      at += encoder.encodeInto(text, data.subarray(at)).written;
    }
    valueOffsets[i + 1] = at;
  });
  return { valueOffsets, data: data.subarray(0, at) };
}

/** @throws SQL_VALUE for lists, structs, intervals and blobs: cast them in the query */
export function fromArrow(arrow: ArrowTable): Table {
  const columns = arrow.schema.fields.map((field, i) => fromVector(field.name, arrow.getChildAt(i)!));
  return new Table({ $: 'table', rows: arrow.numRows, columns: renamed(columns) });
}

/** A query may give two columns one name; the second becomes `name_2`. */
function renamed(columns: readonly Column[]): Column[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column.name;
    for (let n = 2; taken.has(name); n++) name = `${column.name}_${n}`;
    taken.add(name);
    return { ...column, name };
  });
}

function fromVector(name: string, vector: Vector): Column {
  const { type, length } = vector;
  const valid = vector.nullCount > 0 ? Uint8Array.from({ length }, (_, i) => (vector.isValid(i) ? 1 : 0)) : undefined;
  const flags = valid ? { valid } : {};
  const numbers = (missing: number, of: (value: never) => number): Float64Array =>
    Float64Array.from({ length }, (_, i) => (valid?.[i] === 0 ? missing : of(vector.get(i) as never)));
  if (DataType.isBool(type)) {
    return { name, type: 'bool', values: Uint8Array.from({ length }, (_, i) => (vector.get(i) ? 1 : 0)), ...flags };
  }
  if (DataType.isInt(type) && (type.bitWidth < 32 || (type.bitWidth === 32 && type.isSigned))) {
    return {
      name,
      type: 'int32',
      values: Int32Array.from({ length }, (_, i) => (vector.get(i) as number | null) ?? 0),
      ...flags,
    };
  }
  if (DataType.isInt(type) && type.bitWidth === 64) return fromLong(name, vector, flags);
  if (DataType.isFloat(type) && type.precision === Precision.DOUBLE && !valid)
    return { name, type: 'float64', values: Float64Array.from(vector.toArray() as Float64Array) };
  if (DataType.isInt(type) || DataType.isFloat(type))
    return { name, type: 'float64', values: numbers(NaN, Number), ...flags };
  if (DataType.isDecimal(type)) {
    const unit = 10 ** type.scale;
    return {
      name,
      type: 'float64',
      values: numbers(NaN, (words: Uint32Array) => Number(wide(words)) / unit),
      ...flags,
    };
  }
  if (DataType.isDate(type) || DataType.isTimestamp(type)) {
    return { name, type: 'date', values: numbers(NaN, Number), ...flags };
  }
  if (
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    (DataType.isDictionary(type) && DataType.isUtf8(type.dictionary))
  ) {
    return { name, type: 'text', values: Array.from({ length }, (_, i) => String(vector.get(i) ?? '')), ...flags };
  }
  throw new AssayError('SQL_VALUE', `The column ${name} is of the type ${String(type)}: cast it in the query.`, {
    where: name,
  });
}

/** 64-bit integers that are exact as numbers become numbers, since counts are what people count with; larger ones stay exact. */
function fromLong(name: string, vector: Vector, flags: { valid?: Uint8Array }): Column {
  const values = BigInt64Array.from({ length: vector.length }, (_, i) => (vector.get(i) as bigint | null) ?? 0n);
  if (values.some((value) => value > 9007199254740991n || value < -9007199254740991n))
    return { name, type: 'int64', values, ...flags };
  const numbers = Float64Array.from(values, (value, i) => (flags.valid?.[i] === 0 ? NaN : Number(value)));
  return { name, type: 'float64', values: numbers, ...flags };
}

/** A 128-bit integer of four 32-bit words, least first, in two's complement. */
function wide(words: Uint32Array): bigint {
  const value = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(128, value);
}

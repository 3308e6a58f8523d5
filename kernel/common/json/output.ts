/** Values as plain JSON, for the command line and for HTTP clients that ask for it. */
import { toBase64 } from '#common/bytes.ts';
import type { TypedArray } from '#common/data.ts';
import { nested } from './tensor.ts';
import { readerOf } from '#common/data/table-columns.ts';
import { isTableData } from '#common/data/table.ts';
import { isTensor } from '#common/data/tensor.ts';
import { arrayName } from '#common/value/arrays.ts';

/**
 * Tensors become nested arrays, tables `{columns, rows}`, both with null for missing and NaN; dates ISO 8601, bytes `{base64}`, maps
 * objects or lists of pairs, sets lists. Infinities become "Infinity" and "-Infinity", bigints beyond ±2^53 decimal strings;
 * json/input.ts takes all of it back.
 */
export function toJson(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return numberOf(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object':
      return value === null ? null : objectOf(value);
    case 'function':
    case 'symbol':
    case 'undefined':
      return null;
    default:
      return value;
  }
}

function objectOf(value: object): unknown {
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof ArrayBuffer) return { base64: toBase64(new Uint8Array(value)) };
  if (value instanceof Uint8Array) return { base64: toBase64(value) };
  if (arrayName(value) !== null) return Array.from(value as TypedArray as ArrayLike<number | bigint>, toJson);
  if (isTensor(value)) return nested(value, toJson);
  if (isTableData(value)) {
    const readers = value.columns.map(readerOf);
    const rows = Array.from({ length: value.rows }, (_, row) => readers.map((read) => toJson(read(row))));
    return { columns: value.columns.map(({ name }) => name), rows };
  }
  if (value instanceof Set) return [...value].map(toJson);
  if (value instanceof Map) {
    const entries = [...value];
    const named = entries.every(([key]) => typeof key === 'string');
    return named ? record(entries as [string, unknown][]) : entries.map(([key, item]) => [toJson(key), toJson(item)]);
  }
  return record(Object.entries(value).filter(([, item]) => item !== undefined));
}

function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item)]));
}

function numberOf(value: number): number | string | null {
  if (Number.isNaN(value)) return null;
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'Infinity' : '-Infinity';
}

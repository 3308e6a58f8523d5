/**
 * What JSON lacks, as JSON: `{"$":"NaN"}`, `{"$":"date","v":0}`, `{"$":"float64"}` (one segment), `{"$":"tensor",…}`, `{"$":"table",…}`.
 * A plain object with a key `$` of its own is written as `{"$":"object","v":{…}}`.
 */
import { sortedKeys, type Json } from '#common/canonical.ts';
import type { Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { arrayBytes, arrayName, arrayView } from './arrays.ts';
import { raiseTable, tableText } from './table.ts';

export type WriteInner = (inner: unknown, step: string) => string;

/** @returns null for what has no canonical form. Appends the bytes of arrays to `segments`. */
export function specialText(item: unknown, write: WriteInner, segments: Uint8Array[]): string | null {
  switch (typeof item) {
    case 'undefined':
      return '{"$":"undefined"}';
    case 'number':
      return `{"$":"${Object.is(item, -0) ? '-0' : item}"}`;
    case 'bigint':
      return `{"$":"bigint","v":"${item}"}`;
    case 'object':
      return item === null ? null : objectText(item, write, segments);
    default:
      return null;
  }
}

function objectText(item: object, write: WriteInner, segments: Uint8Array[]): string | null {
  const array = arrayName(item);
  if (array !== null) {
    segments.push(arrayBytes(item as Tensor['data']));
    return `{"$":"${array}"}`;
  }
  if (item instanceof ArrayBuffer) {
    segments.push(new Uint8Array(item));
    return '{"$":"buffer"}';
  }
  if (item instanceof Date) return `{"$":"date","v":${Number.isNaN(item.getTime()) ? 'null' : item.getTime()}}`;
  if (item instanceof Map) {
    const pairs = Array.from(item, ([key, value], index) => {
      return `[${write(key, `key ${index}`)},${write(value, typeof key === 'string' ? key : `value ${index}`)}]`;
    });
    return `{"$":"map","v":[${pairs.join(',')}]}`;
  }
  if (item instanceof Set) {
    return `{"$":"set","v":[${Array.from(item, (member, index) => write(member, String(index))).join(',')}]}`;
  }
  const branded: { readonly $?: unknown; readonly shape?: unknown; readonly data?: unknown } = item;
  if (branded.$ === 'table') return tableText(branded, segments);
  if (!Object.hasOwn(item, '$') || Object.getOwnPropertySymbols(item).length > 0) return null;
  return branded.$ === 'tensor' ? tensorText(branded, write) : escaped(item, write);
}

function tensorText(item: { readonly shape?: unknown; readonly data?: unknown }, write: WriteInner): string | null {
  if (Object.keys(item).length !== 3 || arrayName(item.data) === null || !isShape(item.shape)) return null;
  if (product(item.shape) !== (item.data as Tensor['data']).length) return null;
  return `{"$":"tensor","data":${write(item.data, 'data')},"shape":[${item.shape.join(',')}]}`;
}

function escaped(item: object, write: WriteInner): string {
  const entries = sortedKeys(item).map(
    (key) => `${write(key, key)}:${write((item as Record<string, unknown>)[key], key)}`,
  );
  return `{"$":"object","v":{${entries.join(',')}}}`;
}

const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0 && !Object.is(side, -0));
const product = (shape: readonly number[]): number => shape.reduce((sum, side) => sum * side, 1);

/** The other direction, in place. `json` comes from canonical text, so its keys were sorted. @throws VALUE_MALFORMED */
export function raise(json: Json, segments: readonly Uint8Array[]): unknown {
  let next = 0;
  const segment = (): Uint8Array => segments[next++] ?? malformed('an array without bytes');

  function up(item: unknown): unknown {
    if (typeof item !== 'object' || item === null) return item;
    if (Array.isArray(item)) {
      for (let i = 0; i < item.length; i++) item[i] = up(item[i]);
      return item;
    }
    return Object.hasOwn(item, '$') ? special(item as Node) : entries(item as Record<string, unknown>);
  }

  function entries(item: Record<string, unknown>): Record<string, unknown> {
    // Integer-like keys come first in JavaScript's order, but not in the text's, which the segments follow.
    for (const key of sortedKeys(item)) {
      const below = item[key];
      if (typeof below !== 'object' || below === null) continue;
      const value = up(below);
      if (value !== below)
        Object.defineProperty(item, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return item;
  }

  function special(node: Node): unknown {
    const { $: kind, v } = node;
    if (typeof kind !== 'string') return malformed('a kind that is no text');
    if (kind in CONSTANTS) return keys(node, 1) && CONSTANTS[kind];
    switch (kind) {
      case 'bigint':
        return keys(node, 2) && typeof v === 'string' && /^(?:0|-?[1-9][0-9]*)$/.test(v) ? BigInt(v) : malformed(kind);
      case 'date':
        return keys(node, 2) && (v === null || isTime(v)) ? new Date(v ?? Number.NaN) : malformed(kind);
      case 'object':
        return keys(node, 2) && isRecord(v) && Object.hasOwn(v, '$') && !isOwnForm(v) ? entries(v) : malformed(kind);
      case 'map':
        return keys(node, 2) && isArray(v) ? map(v) : malformed(kind);
      case 'set':
        return keys(node, 2) && isArray(v) ? set(v) : malformed(kind);
      case 'buffer':
        return keys(node, 1) && segment().slice().buffer;
      case 'tensor':
        return tensor(node);
      case 'table':
        return raiseTable(node, segment);
      default:
        return keys(node, 1) && (arrayView(kind, segment()) ?? malformed(kind));
    }
  }

  function map(pairs: readonly unknown[]): Map<unknown, unknown> {
    const made = new Map<unknown, unknown>();
    for (const pair of pairs) {
      if (!isArray(pair) || pair.length !== 2) return malformed('map');
      const key = member(pair[0]);
      made.set(key, up(pair[1]));
    }
    return made.size === pairs.length ? made : malformed('map');
  }

  function set(members: readonly unknown[]): Set<unknown> {
    const made = new Set(members.map(member));
    return made.size === members.length ? made : malformed('set');
  }

  /** Maps and sets hold no −0. */
  function member(json: unknown): unknown {
    const value = up(json);
    return Object.is(value, -0) ? malformed('−0') : value;
  }

  function tensor(node: Node): unknown {
    const { data: inner, shape } = node;
    const data = isRecord(inner) && keys(node, 3) ? up(inner) : null;
    const fits = arrayName(data) !== null && isShape(shape) && product(shape) === (data as Tensor['data']).length;
    return fits ? { $: 'tensor', shape, data } : malformed('tensor');
  }

  const value = up(json);
  return next === segments.length ? value : malformed('arrays that nothing names');
}

type Node = Record<string, unknown>;

const CONSTANTS: Readonly<Record<string, unknown>> = {
  __proto__: null,
  undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: unknown): value is number => Number.isInteger(value) && Math.abs(value as number) <= 8.64e15;
/** What `escaped` is never given: a tensor or table takes its own form. */
const isOwnForm = (value: Node): boolean => value['$'] === 'table' || value['$'] === 'tensor';

function keys(node: object, count: number): true {
  return Object.keys(node).length === count || malformed('a special value with other keys');
}

function malformed(what: string): never {
  throw new AssayError('VALUE_MALFORMED', `These bytes are no encoded value: ${what}.`);
}

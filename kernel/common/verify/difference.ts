/**
 * What was changed in a file that is not the one that was sealed. The sealed file is not here, but its SHA-256 is: likely edits are undone
 * one by one until the digest fits, and what fits is certain. Finds a byte altered, added or taken away, and a field of a receipt
 * whose value stands in another receipt; says nothing otherwise.
 */
import { sha256Hex } from '#crypto';
import { canonicalize, type Json } from '#common/canonical.ts';
import type { Digest } from '#common/data.ts';

/** Bytes to hash before giving up: a third of a second in Node, a second in a browser’s worker. */
const MOST_HASHED = 3e8;
/** Bytes of JSON to write anew, which takes several times as long. */
const MOST_WRITTEN = 5e7;
/** What a byte may have been, besides a bit away from what it is. */
const LIKELY = Uint8Array.from('0123456789abcdefghijklmnopqrstuvwxyz":,{}[].- ', (unit) => unit.charCodeAt(0));
const MOST_TRIED = 50_000;
/** Of the other files, and of each of them. */
const MOST_OTHERS = 1000;
const LARGEST = 65_536;
const DIGESTS = /[0-9a-f]{64}/g;
const SHOWN = 30;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A sentence, or null; never throws. `others`: files whose values may have been there. */
export function differenceOf(edited: Uint8Array, digest: Digest, others: readonly Uint8Array[]): string | null {
  if (edited.length > LARGEST) return null;
  try {
    const known = others.filter(({ length }) => length <= LARGEST).slice(0, MOST_OTHERS);
    const sealed = fieldUndone(edited, digest, known) ?? byteUndone(edited, digest);
    return sealed === null ? null : describe(textOf(sealed), textOf(edited), sealed, edited);
  } catch {
    // JSON as deep as the stack: it is refused elsewhere, and nothing is to be learnt from it.
    return null;
  }
}

function fieldUndone(edited: Uint8Array, digest: Digest, others: readonly Uint8Array[]): Uint8Array | null {
  const json = jsonOf(textOf(edited));
  if (json === undefined) return null;
  const texts = others.map(textOf).filter((text) => text !== null);
  const known = new Map<string, Set<Json>>();
  for (const text of texts) {
    const other = jsonOf(text);
    if (other !== undefined) for (const { place, value } of leaves(other)) add(known, place, value);
  }
  const digests = new Set(texts.flatMap((text) => text.match(DIGESTS) ?? []));
  let tried = 0;
  for (const { place, value, owner, key } of leaves(json)) {
    const likely = new Set([...(known.get(place) ?? []), ...(isDigestText(value) ? digests : [])]);
    for (const candidate of likely) {
      if (++tried > MOST_TRIED || tried * edited.length > MOST_WRITTEN) return null;
      owner[key] = candidate;
      const text = canonicalize(json, { maxDepth: 64 });
      if (sha256Hex(text) === digest) return new TextEncoder().encode(text);
    }
    owner[key] = value;
  }
  return null;
}

const isDigestText = (value: Json): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function add(known: Map<string, Set<Json>>, place: string, value: Json): void {
  const values = known.get(place) ?? new Set();
  known.set(place, values.add(value));
}

interface Leaf {
  /** Its path, with `*` for places in arrays. */
  readonly place: string;
  readonly path: string;
  readonly value: Json;
  readonly owner: Record<string, Json>;
  readonly key: string;
}

function leaves(json: Json, place = '', path = ''): Leaf[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]: [string, Json]) => {
    const step = Array.isArray(json) ? ['*', `[${key}]`] : [`.${key}`, `.${key}`];
    const [at, named] = [place + step[0]!, path + step[1]!];
    const below = leaves(value, at, named);
    return below.length > 0
      ? below
      : [{ place: at, path: named.replace(/^\./, ''), value, owner: json as Record<string, Json>, key }];
  });
}

function byteUndone(edited: Uint8Array, digest: Digest): Uint8Array | null {
  const { length } = edited;
  const fits = (bytes: Uint8Array): boolean => sha256Hex(bytes) === digest;
  const flips = [1, 2, 4, 8, 16, 32, 64, 128];
  if (length * length * flips.length > MOST_HASHED) return null;
  const tried = edited.slice();
  for (let at = 0; at < length; at++) {
    for (const bit of flips) {
      tried[at] = edited[at]! ^ bit;
      if (fits(tried)) return tried;
    }
    tried[at] = edited[at]!;
  }
  for (let at = 0; at < length; at++) {
    const shorter = without(edited, at);
    if (fits(shorter)) return shorter;
  }
  if (length * length * LIKELY.length * 2 > MOST_HASHED) return null;
  const longer = new Uint8Array(length + 1);
  for (let at = 0; at <= length; at++) {
    longer.set(edited.subarray(0, at));
    longer.set(edited.subarray(at), at + 1);
    for (const byte of LIKELY) {
      longer[at] = byte;
      if (fits(longer)) return longer;
      if (at === length) continue;
      tried[at] = byte;
      if (fits(tried)) return tried;
    }
    if (at < length) tried[at] = edited[at]!;
  }
  return null;
}

function without(bytes: Uint8Array, at: number): Uint8Array {
  const shorter = new Uint8Array(bytes.length - 1);
  shorter.set(bytes.subarray(0, at));
  shorter.set(bytes.subarray(at + 1), at);
  return shorter;
}

function describe(was: string | null, is: string | null, sealed: Uint8Array, edited: Uint8Array): string {
  const [before, after] = [was === null ? undefined : jsonOf(was), is === null ? undefined : jsonOf(is)];
  if (before !== undefined && after !== undefined) {
    const found = new Map(leaves(after).map(({ path, value }) => [path, value]));
    const differing = leaves(before).find(
      ({ path, value }) => JSON.stringify(found.get(path)) !== JSON.stringify(value),
    );
    if (differing !== undefined)
      return `“${differing.path}” says ${shown(found.get(differing.path))}; what was sealed says ${shown(differing.value)}.`;
  }
  if (was === null || is === null) {
    const at = firstDifference(sealed, edited);
    return `Byte ${at} of ${edited.length} is ${hex(edited[at])}; what was sealed has ${hex(sealed[at])}.`;
  }
  const at = firstDifference(was, is);
  const line = was.slice(0, at).split('\n').length;
  return `Line ${line} says “${around(is, at)}”; what was sealed says “${around(was, at)}”.`;
}

function firstDifference(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** Of the line, at most so much on each side. */
function around(text: string, at: number): string {
  const start = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - SHOWN);
  const newline = text.indexOf('\n', at);
  const end = Math.min(newline < 0 ? text.length : newline, at + SHOWN);
  return text.slice(start, end);
}

const hex = (byte: number | undefined): string =>
  byte === undefined ? 'no more' : `0x${byte.toString(16).padStart(2, '0')}`;
const shown = (value: Json | undefined): string => (value === undefined ? 'nothing' : cut(JSON.stringify(value)));
const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

function textOf(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function jsonOf(text: string | null): Json | undefined {
  try {
    return text === null || !/^[[{]/.test(text) ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

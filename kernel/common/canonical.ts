/**
 * Canonical JSON, RFC 8785 (JCS): keys in UTF-16 order, no spaces, numbers and strings as ECMAScript writes them.
 * Both directions refuse what they would have to repair.
 */
import { AssayError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface CanonicalOptions {
  /** Arrays and objects within each other; 32 unless given. */
  readonly maxDepth?: number;
  /** Refuses integers beyond ±(2^53 − 1), which other readers would round. */
  readonly safeIntegers?: boolean;
  /**
   * Called for whatever is no plain JSON (undefined, NaN, −0, bigint, class instances, objects with the key `$`): its JSON text,
   * or null to refuse. `write` writes a value inside it.
   */
  readonly special?: (value: unknown, write: (inner: unknown, step: string) => string) => string | null;
}

const MAX_DEPTH = 32;
const SMALL_TEXT = 65_536;

/** Control characters, quotes, backslashes and halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** @throws CANONICAL_INVALID with the path in `where`: cycles and other depth, lone surrogates, holes, symbols, what isn't JSON. */
export function canonicalize(value: unknown, options: CanonicalOptions = {}): string {
  const { maxDepth = MAX_DEPTH, safeIntegers = false, special } = options;
  const path: (string | number)[] = [];
  const shapeOf = shapes(quote);
  const refuse = (why: string): never => {
    throw new AssayError('CANONICAL_INVALID', why, { where: pathText(path) });
  };

  function quote(text: string): string {
    if (!NEEDS_CARE.test(text)) return `"${text}"`;
    return text.isWellFormed() ? JSON.stringify(text) : refuse('The text holds half of a surrogate pair.');
  }

  function inside(inner: unknown, step: string): string {
    path.push(step);
    const text = write(inner);
    path.pop();
    return text;
  }

  function other(item: unknown): string {
    return special?.(item, inside) ?? refuse(`${describe(item)} is no JSON value.`);
  }

  function number(item: number): string {
    if (!Number.isFinite(item) || Object.is(item, -0)) return other(item);
    if (safeIntegers && Number.isInteger(item) && !Number.isSafeInteger(item))
      return refuse(`${item} is beyond 2^53 − 1.`);
    return String(item);
  }

  function write(item: unknown): string {
    switch (typeof item) {
      case 'string':
        return quote(item);
      case 'number':
        return number(item);
      case 'boolean':
        return item ? 'true' : 'false';
      case 'object':
        if (item === null) return 'null';
        if (path.length >= maxDepth) return refuse(`More than ${maxDepth} levels deep, or circular.`);
        if (Array.isArray(item)) return array(item);
        return isPlain(item) && !(special !== undefined && Object.hasOwn(item, '$')) ? object(item) : other(item);
      default:
        return other(item);
    }
  }

  function array(items: readonly unknown[]): string {
    const depth = path.length;
    let text = '[';
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      path[depth] = i;
      if (item === undefined && !(i in items)) refuse('The array has a hole.');
      text += i === 0 ? write(item) : `,${write(item)}`;
    }
    path.length = depth;
    return `${text}]`;
  }

  function object(item: Readonly<Record<string, unknown>>): string {
    if (Object.getOwnPropertySymbols(item).length > 0) refuse('The object has a symbol as key.');
    const depth = path.length;
    const { keys, heads } = shapeOf(item);
    let text = '';
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      path[depth] = key;
      text += heads[i]! + write(item[key]);
    }
    path.length = depth;
    return text === '' ? '{}' : `${text}}`;
  }

  return write(value);
}

export interface ParseOptions extends Omit<CanonicalOptions, 'special'> {
  /** Default 16 MiB. */
  readonly maxBytes?: number;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads canonical JSON and nothing else: one value has one text, so the text that is read is the text that would be written.
 * @throws CANONICAL_INVALID: duplicate or unsorted keys, spaces, −0, 1.0, needless escapes, lone surrogates, depth, size, bad UTF-8.
 */
export function parseCanonical(source: Uint8Array | string, options: ParseOptions = {}): Json {
  const { maxBytes = 16 * 1024 * 1024, maxDepth = MAX_DEPTH, safeIntegers = false } = options;
  // A UTF-16 unit takes at most three bytes, so a short text needs no count.
  const tooLong =
    typeof source === 'string'
      ? source.length > maxBytes || (source.length * 3 > maxBytes && utf8Length(source) > maxBytes)
      : source.length > maxBytes;
  if (tooLong) throw new AssayError('CANONICAL_INVALID', `More than ${maxBytes} bytes.`);
  let text: string;
  let value: Json;
  try {
    text = typeof source === 'string' ? source : strictUtf8.decode(source);
    if (isTooDeep(text, maxDepth)) throw new AssayError('CANONICAL_INVALID', `More than ${maxDepth} levels deep.`);
    value = JSON.parse(text) as Json;
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('CANONICAL_INVALID', 'This is no JSON in UTF-8.', { cause });
  }
  const canonical = canonicalize(value, { maxDepth, safeIntegers });
  if (canonical !== text) {
    throw new AssayError('CANONICAL_INVALID', 'The JSON is not in its canonical form.', {
      where: firstDifference(canonical, text),
    });
  }
  return value;
}

/** Nested arrays take 40 times their text in memory: the depth of a long text is counted before any of it is made. */
function isTooDeep(text: string, maxDepth: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; text.length > SMALL_TEXT && i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) quoted = !quoted;
    else if (quoted) i += unit === 0x5c ? 1 : 0;
    else if (unit === 0x5d || unit === 0x7d) depth--;
    else if ((unit === 0x5b || unit === 0x7b) && ++depth > maxDepth) return true;
  }
  return false;
}

export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) length += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

/** Own enumerable keys in UTF-16 order; mostly they already are. */
export function sortedKeys(item: object): readonly string[] {
  return sorted(Object.keys(item));
}

function sorted(keys: readonly string[]): readonly string[] {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.toSorted();
  return keys;
}

interface Shape {
  readonly keys: readonly string[];
  /** What stands before each value: `{"a":`, `,"b":`. */
  readonly heads: readonly string[];
}

/** Rows of a table share their keys: sorting and quoting them once makes such values three times as fast (measured). */
function shapes(quote: (key: string) => string): (item: object) => Shape {
  let last: readonly string[] = [];
  let shape: Shape = { keys: [], heads: [] };
  return (item) => {
    const found = Object.keys(item);
    if (found.length === last.length && found.every((key, index) => key === last[index])) return shape;
    const keys = sorted(found);
    const heads = keys.map((key, index) => `${index === 0 ? '{' : ','}${quote(key)}:`);
    last = found;
    return (shape = { keys, heads });
  };
}

function isPlain(item: object): item is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === Object.prototype || prototype === null;
}

function describe(item: unknown): string {
  if (typeof item === 'object' && item !== null) return `A ${item.constructor?.name ?? 'object'}`;
  return typeof item === 'symbol' || typeof item === 'function' ? `A ${typeof item}` : String(item);
}

function pathText(path: readonly (string | number)[]): string {
  return (
    path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .replace(/^\./u, '') || '(the value)'
  );
}

function firstDifference(canonical: string, text: string): string {
  let at = 0;
  while (at < text.length && canonical[at] === text[at]) at++;
  return `character ${at}`;
}

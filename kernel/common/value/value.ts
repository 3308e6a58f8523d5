/**
 * The value codec: one canonical byte string per value, for digests, artifacts and HTTP bodies
 * (`application/vnd.assay.value`). Numbers travel as raw little-endian segments, everything else as canonical JSON:
 *
 *   magic "\x89Assay1\n" | u32 text bytes | u32 segments | f64 length of each segment | text, padded | segments, each padded
 *
 * All little-endian; padding is zero up to a multiple of 8. The text is RFC 8785, in which `{"$": kind, …}` stands for what JSON
 * lacks and takes the segments in the order of its appearance (value/special.ts).
 */
import { createSha256, sha256Hex } from '#crypto';
import { canonicalize, parseCanonical } from '#common/canonical.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { concatBytes, toHex } from '#common/bytes.ts';
import { raise, specialText } from './special.ts';

export const VALUE_MEDIA_TYPE = 'application/vnd.assay.value';

const MAGIC = Uint8Array.of(0x89, 0x41, 0x73, 0x73, 0x61, 0x79, 0x31, 0x0a);
/** Arrays, objects and maps within each other. */
const MAX_DEPTH = 200;
const HEAD = 16;

const utf8 = new TextEncoder();
const pad = (length: number): number => (8 - (length % 8)) % 8;

/** @throws VALUE_UNSUPPORTED with the path in `where`: functions, symbols, class instances, cycles, lone surrogates. */
export function encodeValue(value: unknown): Uint8Array<ArrayBuffer> {
  return concatBytes(encodeParts(value));
}

/** The same bytes in pieces. Segments are views on the value's own arrays: write or hash them before these change. */
export function encodeParts(value: unknown): Uint8Array[] {
  const segments: Uint8Array[] = [];
  return frame(textOf(value, segments), segments);
}

function frame(json: string, segments: readonly Uint8Array[]): Uint8Array[] {
  const text = utf8.encode(json);
  const table = HEAD + 8 * segments.length;
  const head = new Uint8Array(table + text.length + pad(text.length));
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  view.setUint32(8, text.length, true);
  view.setUint32(12, segments.length, true);
  segments.forEach((segment, index) => view.setFloat64(HEAD + 8 * index, segment.length, true));
  head.set(text, table);
  return [
    head,
    ...segments.flatMap((segment) =>
      pad(segment.length) === 0 ? [segment] : [segment, PADDING[pad(segment.length)]!],
    ),
  ];
}

const PADDING = Array.from({ length: 8 }, (_, length) => new Uint8Array(length));

function textOf(value: unknown, segments: Uint8Array[]): string {
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return String(value);
  try {
    return canonicalize(value, { maxDepth: MAX_DEPTH, special: (item, write) => specialText(item, write, segments) });
  } catch (cause) {
    if (cause instanceof AssayError && cause.code === 'CANONICAL_INVALID') {
      throw new AssayError('VALUE_UNSUPPORTED', cause.message, cause.where === undefined ? {} : { where: cause.where });
    }
    if (cause instanceof RangeError)
      throw new AssayError('VALUE_UNSUPPORTED', 'The value is too large for one text.', { cause });
    throw cause;
  }
}

/** SHA-256 of the value's canonical bytes. @throws VALUE_UNSUPPORTED */
export function digestValue(value: unknown): Digest {
  const segments: Uint8Array[] = [];
  const text = textOf(value, segments);
  return segments.length === 0 && text.length <= SHORT
    ? sha256Hex(frameShort(text))
    : digestParts(frame(text, segments));
}

/** SHA-256 of what `encodeParts` gave. */
export function digestParts(parts: readonly Uint8Array[]): Digest {
  if (parts.length === 1) return sha256Hex(parts[0]!);
  const hash = createSha256();
  for (const part of parts) hash.update(part);
  return toHex(hash.digest());
}

/** UTF-16 units, of at most three bytes each. */
const SHORT = 160;
const scratch = new Uint8Array(HEAD + 3 * SHORT + 8);
const scratchText = scratch.subarray(HEAD);
const scratchView = new DataView(scratch.buffer);
scratch.set(MAGIC);

/** As `frame`, in bytes that the next call overwrites: a small value is hashed in half the time (measured). */
function frameShort(text: string): Uint8Array {
  const { written } = utf8.encodeInto(text, scratchText);
  scratchView.setUint32(8, written, true);
  const end = HEAD + written;
  scratch.fill(0, end, end + 8);
  return scratch.subarray(0, end + pad(written));
}

/**
 * The value again. Arrays are views on `bytes` (on one copy when `bytes` does not start at a multiple of 8).
 * @throws VALUE_MALFORMED for every byte string that `encodeValue` would not write, up to the bits inside arrays.
 */
export function decodeValue(bytes: Uint8Array): unknown {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength);
  if (aligned.length < HEAD || MAGIC.some((byte, index) => aligned[index] !== byte))
    throw malformed('It does not start as one.');
  const textLength = view.getUint32(8, true);
  const count = view.getUint32(12, true);
  let at = HEAD + 8 * count;
  /** The next `length` bytes and their zero padding. */
  const take = (length: number): Uint8Array => {
    const end = at + length;
    const next = end + pad(length);
    if (!Number.isSafeInteger(length) || length < 0 || next > aligned.length) throw malformed('It is cut short.');
    for (let i = end; i < next; i++) if (aligned[i] !== 0) throw malformed('The padding is not zero.');
    const part = aligned.subarray(at, end);
    at = next;
    return part;
  };
  const text = take(textLength);
  const segments = Array.from({ length: count }, (_, index) => take(view.getFloat64(HEAD + 8 * index, true)));
  if (at !== aligned.length) throw malformed('Bytes follow its end.');
  try {
    return raise(parseCanonical(text, { maxDepth: 4 * MAX_DEPTH, maxBytes: 2 ** 32 }), segments);
  } catch (cause) {
    throw cause instanceof AssayError && cause.code === 'VALUE_MALFORMED'
      ? cause
      : malformed('Its text is not right.', cause);
  }
}

function malformed(why: string, cause?: unknown): AssayError {
  return new AssayError(
    'VALUE_MALFORMED',
    `These bytes are no encoded value. ${why}`,
    cause === undefined ? {} : { cause },
  );
}

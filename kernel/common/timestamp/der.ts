/** DER (X.690): one encoding of each value, and no other is read. As much of it as certificates and time stamps need. */
import { concatBytes, equalBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  time: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;
/** `[n]` of a context: constructed unless said otherwise. */
export const context = (n: number, constructed = true): number => (constructed ? 0xa0 : 0x80) | n;

export interface Der {
  readonly tag: number;
  /** The contents. */
  readonly body: Uint8Array;
  /** With tag and length. */
  readonly raw: Uint8Array;
}

const MAX_BYTES = 1 << 20;

/** Exactly one value. @throws TIMESTAMP_INVALID */
export function readDer(bytes: Uint8Array, tag?: number): Der {
  const [value, ...more] = readAll(bytes);
  if (value === undefined || more.length > 0 || (tag !== undefined && value.tag !== tag)) throw malformed();
  return value;
}

/** The members of a constructed value. @throws TIMESTAMP_INVALID unless it has that tag */
export function members(value: Der | undefined, tag: number = TAG.sequence): Der[] {
  if (value?.tag !== tag) throw malformed();
  return readAll(value.body);
}

function readAll(bytes: Uint8Array): Der[] {
  if (bytes.length > MAX_BYTES) throw malformed();
  const values: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!;
    const first = bytes[at + 1] ?? 0xff;
    // Tags above 30 and indefinite lengths occur nowhere in what is read here.
    const lengthBytes = first < 0x80 ? 0 : first - 0x80;
    if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthBytes > 3) throw malformed();
    let length = first < 0x80 ? first : 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const start = at + 2 + lengthBytes;
    const minimal = lengthBytes === 0 || (length >= 0x80 && length >= 256 ** (lengthBytes - 1));
    if (!minimal || start + length > bytes.length) throw malformed();
    values.push({ tag, body: bytes.subarray(start, start + length), raw: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return values;
}

export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(parts);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = body.length < 0x80 ? [body.length] : [0x80 | length.length, ...length];
  return concatBytes([Uint8Array.of(tag, ...head), body]);
}

/** A positive integer from its bytes, big-endian. */
export function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start);
  return encode(TAG.integer, digits[0]! >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), digits);
}

/** A small non-negative integer. @throws TIMESTAMP_INVALID */
export function numberIn(value: Der | undefined, tag: number = TAG.integer): number {
  const { body } = value?.tag === tag ? value : { body: new Uint8Array() };
  const padded = body.length > 1 && body[0] === 0 && body[1]! < 0x80;
  if (body.length === 0 || body.length > 4 || body[0]! >= 0x80 || padded) throw malformed();
  return body.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (arc: number): number[] => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  };
  return encode(TAG.oid, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
}

export const isOid = (value: Der | undefined, dotted: string): boolean =>
  value !== undefined && equalBytes(value.raw, oid(dotted));

/** Milliseconds since 1970 and the fraction's place, of a GeneralizedTime or UTCTime in Z. @throws TIMESTAMP_INVALID */
export function timeIn(value: Der | undefined): number {
  const text = String.fromCharCode(...(value?.body ?? []));
  const short = value?.tag === TAG.utcTime;
  const pattern = short
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z$/;
  const match = pattern.exec(text);
  if (match === null || (!short && value?.tag !== TAG.time)) throw malformed();
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const full = short ? year + (year < 50 ? 2000 : 1900) : year;
  const date = Date.UTC(full, month - 1, day, hour, minute, second);
  const iso = new Date(date).toISOString();
  const said = `${String(full).padStart(4, '0')}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`;
  if (!iso.startsWith(said)) throw malformed();
  return date + Math.floor(Number(`0${match[7] || '.0'}`) * 1000);
}

export function malformed(why = 'It is not the DER of a time stamp.'): AssayError {
  return new AssayError('TIMESTAMP_INVALID', why);
}

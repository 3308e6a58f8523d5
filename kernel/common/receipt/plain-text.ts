/** Bytes of plain JSON, taken one thing after the other: fixed text, strings of ASCII without escapes, digits. Whatever is anything else is refused. */
import { areDigits, readDigest } from './digits.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const CLOSE_ARRAY = 0x5d;
export const MAX_TEXT = 1024;

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
export const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

/** Text that must stand there, as numbers of four bytes and the rest: a fourth of the comparisons. */
export interface Literal {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function literal(text: string): Literal {
  const bytes = ascii(text);
  const view = new DataView(bytes.buffer);
  return { bytes, words: Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true)) };
}

export const NULL = literal('null');

/** Each of these tells whether it was there, and then stands behind it; `at` means nothing any more once one was not. */
export class PlainText {
  protected bytes: Uint8Array = new Uint8Array(0);
  protected at = 0;
  protected end = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));

  protected start(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.bytes) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** The digest whose digits were found at `start`. */
  digestAt(start: number, out: Uint8Array): void {
    readDigest(this.view, start, out);
  }

  protected literal({ bytes: expected, words }: Literal): boolean {
    const { bytes, at, view } = this;
    const { length } = expected;
    if (at + length > this.end) return false;
    for (let i = 0; i < words.length; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
    for (let i = 4 * words.length; i < length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + length;
    return true;
  }

  /** The inside of a string of plain ASCII; stops at its quote. */
  protected text(least: number, most = MAX_TEXT): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    for (let byte = bytes[at]!; at < end && byte !== QUOTE; byte = bytes[++at]!) {
      if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false;
    }
    this.at = at;
    return at < end && at - start >= least && at - start <= most;
  }

  /** A multiple of four of them. */
  protected hex(digits: number): boolean {
    const { at } = this;
    if (at + digits > this.end) return false;
    this.at = at + digits;
    return areDigits(this.view, at, digits);
  }

  /** Where a digest starts, −1 for null, −2 for all else. */
  protected digestOrNull(): number {
    if (this.bytes[this.at] !== QUOTE) return this.literal(NULL) ? -1 : -2;
    const start = ++this.at;
    return this.hex(64) && this.byte(QUOTE) ? start : -2;
  }

  protected byte(expected: number): boolean {
    return this.at < this.end && this.bytes[this.at++] === expected;
  }

  /** The number of the name that is followed by a quote; −1 for none of them. */
  protected name(names: readonly Literal[]): number {
    const { bytes, at } = this;
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      if (bytes[at] === name.bytes[0] && bytes[at + name.bytes.length] === QUOTE && this.literal(name)) return index;
    }
    return -1;
  }

  /** Items of an array that has been opened; stops at its end. */
  protected list(item: (this: this) => boolean): boolean {
    if (this.bytes[this.at] === CLOSE_ARRAY) return true;
    while (item.call(this)) {
      if (this.bytes[this.at] === CLOSE_ARRAY) return true;
      if (!this.byte(COMMA)) return false;
    }
    return false;
  }
}

/** Plain JSON in canonical form, as far as bytes alone show it. */
import { CLOSE_ARRAY, COMMA, DOT, isDigit, literal, MAX_TEXT, MINUS, NULL, PlainText, QUOTE } from './plain-text.ts';
import { MAX_RECEIPT_BYTES } from './receipt.ts';

const OPEN_ARRAY = 0x5b;
export const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const TRUE = literal('true');
const FALSE = literal('false');
/** Levels that are left inside `result`: statement and predicate take two of 32. */
const MAX_DEPTH = 30;

export class PlainJson extends PlainText {
  /** A flat object of texts, numbers, booleans and null. */
  protected env(): boolean {
    return this.bytes[this.at] === OPEN_OBJECT && this.object(-1);
  }

  /** Any plain JSON, `depth` levels down; −1 allows no further level. */
  protected value(depth: number): boolean {
    switch (this.bytes[this.at]) {
      case QUOTE:
        this.at++;
        return this.text(0, MAX_RECEIPT_BYTES) && this.byte(QUOTE);
      case OPEN_OBJECT:
        return depth >= 0 && depth < MAX_DEPTH && this.object(depth + 1);
      case OPEN_ARRAY:
        return depth >= 0 && depth < MAX_DEPTH && this.array(depth + 1);
      case 0x74:
        return this.literal(TRUE);
      case 0x66:
        return this.literal(FALSE);
      case 0x6e:
        return this.literal(NULL);
      default:
        return this.number();
    }
  }

  private array(depth: number): boolean {
    this.at++;
    if (this.bytes[this.at] === CLOSE_ARRAY) return this.byte(CLOSE_ARRAY);
    while (this.value(depth)) {
      if (this.bytes[this.at] === CLOSE_ARRAY) return this.byte(CLOSE_ARRAY);
      if (!this.byte(COMMA)) return false;
    }
    return false;
  }

  protected object(depth: number): boolean {
    this.at++;
    if (this.bytes[this.at] === CLOSE_OBJECT) return this.byte(CLOSE_OBJECT);
    let [before, beforeEnd] = [-1, -1];
    for (;;) {
      if (!this.byte(QUOTE)) return false;
      const start = this.at;
      // Texts in `env` are bounded; elsewhere only the whole receipt is.
      if (!this.text(0)) return false;
      if (before >= 0 && !this.ascending(before, beforeEnd, start, this.at)) return false;
      [before, beforeEnd] = [start, this.at];
      this.at++;
      if (!this.byte(0x3a)) return false;
      const from = this.at;
      if (!this.value(depth) || (depth < 0 && this.at - from > MAX_TEXT + 2)) return false;
      if (this.bytes[this.at] === CLOSE_OBJECT) return this.byte(CLOSE_OBJECT);
      if (!this.byte(COMMA)) return false;
    }
  }

  private ascending(a: number, aEnd: number, b: number, bEnd: number): boolean {
    const { bytes } = this;
    const common = Math.min(aEnd - a, bEnd - b);
    for (let i = 0; i < common; i++) {
      const difference = bytes[a + i]! - bytes[b + i]!;
      if (difference !== 0) return difference < 0;
    }
    return aEnd - a < bEnd - b;
  }

  /** Numbers of up to 15 digits by their digits; all others by writing them again. */
  private number(): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    if (bytes[at] === MINUS) at++;
    const first = at;
    while (at < end && isDigit(bytes[at]!)) at++;
    const digits = at - first;
    const next = bytes[at];
    if (next !== DOT && next !== 0x65 && digits <= 15) {
      this.at = at;
      return digits > 0 && (bytes[first] !== 0x30 || (digits === 1 && first === start));
    }
    if (next === DOT && this.isShort(first, at)) return true;
    while (
      at < end &&
      (isDigit(bytes[at]!) || bytes[at] === DOT || bytes[at] === 0x65 || bytes[at] === 0x2b || bytes[at] === MINUS)
    )
      at++;
    if (at - start > 25) return false;
    const text = String.fromCharCode(...bytes.subarray(start, at));
    const value = Number(text);
    this.at = at;
    return String(value) === text && (!Number.isInteger(value) || Number.isSafeInteger(value));
  }

  /**
   * Digits, a dot, digits: no two numbers of up to 15 digits are the same double, and one from a millionth on is written without an exponent, so
   * that it is written as it stands unless it has a zero too many. Only then true.
   */
  private isShort(first: number, dot: number): boolean {
    const { bytes, end } = this;
    let at = dot + 1;
    while (at < end && isDigit(bytes[at]!)) at++;
    const [whole, fraction] = [dot - first, at - dot - 1];
    if (whole === 0 || fraction === 0 || whole + fraction > 15 || bytes[at - 1] === 0x30 || bytes[at] === 0x65)
      return false;
    if (bytes[first] === 0x30 && (whole > 1 || fraction > 6)) return false;
    this.at = at;
    return true;
  }
}

/**
 * A receipt checked byte by byte, without making a string or an object of it: five times as fast as parsing (measured on 1.1 KB). It
 * knows the plain form that nearly all receipts have and says `true` only for those; whatever else it meets (escapes, other scripts,
 * comparators) is left to `parseReceipt`, whose verdict counts. receipt/scan.test.ts shows that it never takes what that refuses.
 */
import { NIBBLES } from './digits.ts';
import { MAX_RECEIPT_BYTES } from './receipt.ts';
import { KINDS, PREDICATE_TYPE, ROLES, STATEMENT_TYPE, type Kind, type Role } from './types.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

const HEAD = ascii(`{"_type":"${STATEMENT_TYPE}","predicate":{"comparators":[],"env":`);
const KIND = ascii(',"kind":"');
const LOG = ascii('","log":"');
const MATERIALS = ascii('","materials":[');
const METHOD = ascii('],"method":');
const NONCE = ascii(',"nonce":"');
const ORG = ascii('","org":"');
const PARAMS = ascii('","params":');
const PARENTS = ascii(',"parents":[');
const PLUGIN = ascii('],"plugin":');
const PREV = ascii(',"prev":');
const RESULT = ascii(',"result":');
const SEQ = ascii(',"seq":');
const SIGNER = ascii(',"signer":"');
const STREAM = ascii('","stream":"');
const TIME = ascii('","time":"');
const SUBJECT = ascii(`"},"predicateType":"${PREDICATE_TYPE}","subject":[`);
const END = ascii(']}');
const NULL = ascii('null');
const TRUE = ascii('true');
const FALSE = ascii('false');
const DIGEST_OF = ascii('{"digest":"');
const NAME_OF = ascii('","name":"');
const ROLE_OF = ascii('","role":"');
const VERSION_OF = ascii('","version":"');
const SHA256_OF = ascii('{"digest":{"sha256":"');
const SUBJECT_NAME = ascii('"},"name":"');
const CLOSE = ascii('"}');

const KIND_BYTES = KINDS.map(ascii);
const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];
const ROLE_BYTES = ROLE_NAMES.map(ascii);

const MAX_TEXT = 1024;
/** Levels that are left inside `result`: statement and predicate take two of 32. */
const MAX_DEPTH = 30;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;

/** One scanner for many receipts. After `scan` said true, offsets into its bytes and numbers tell what the receipt says. */
export class ReceiptScanner {
  kind: Kind = 'run';
  seq = 0;
  /** Where the 64 hex digits of `prev` start; −1 for null. */
  prev = -1;
  signerStart = 0;
  signerEnd = 0;
  streamStart = 0;
  streamEnd = 0;
  parentCount = 0;
  /** Where the hex digits of each parent's digest start. */
  readonly parents: number[] = [];
  readonly roles: Role[] = [];
  digestCount = 0;
  /** Where the hex digits start of each digest of a material or subject, and of `params`. */
  readonly digests: number[] = [];

  private readonly org: Uint8Array;
  private readonly log: Uint8Array;
  /** Whether both names stand in JSON as they are, one byte a character. */
  private readonly plainNames: boolean;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;

  /** Receipts of another organisation or log are not plain. Both are valid names. */
  constructor(org: string, log: string) {
    this.org = ascii(org);
    this.log = ascii(log);
    this.plainNames = /^[ !#-[\]-~]*$/.test(org + log);
  }

  /** Whether bytes[start, end) are a receipt of this organisation and log in plain form. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.digestCount = 0;
    if (end - start > MAX_RECEIPT_BYTES || !this.plainNames) return false;
    return (
      this.literal(HEAD) &&
      this.env() &&
      this.literal(KIND) &&
      this.kindName() &&
      this.literal(LOG) &&
      this.literal(this.log) &&
      this.literal(MATERIALS) &&
      this.list(this.material) &&
      this.literal(METHOD) &&
      this.method() &&
      this.literal(NONCE) &&
      this.hex(32) &&
      this.literal(ORG) &&
      this.literal(this.org) &&
      this.literal(PARAMS) &&
      this.params() &&
      this.literal(PARENTS) &&
      this.parentList() &&
      this.literal(PLUGIN) &&
      this.plugin() &&
      this.literal(PREV) &&
      (this.prev = this.digestOrNull()) !== -2 &&
      this.literal(RESULT) &&
      this.value(0) &&
      this.literal(SEQ) &&
      this.count() &&
      (this.prev === -1) === (this.seq === 0) &&
      this.literal(SIGNER) &&
      this.signer() &&
      this.literal(STREAM) &&
      this.stream() &&
      this.literal(TIME) &&
      this.time() &&
      this.literal(SUBJECT) &&
      this.list(this.subject) &&
      this.literal(END) &&
      this.at === end
    );
  }

  private literal(expected: Uint8Array): boolean {
    const { bytes, at } = this;
    const { length } = expected;
    if (at + length > this.end) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.at = at + length;
    return true;
  }

  /** The inside of a string of plain ASCII; stops at its quote. */
  private text(least: number, most = MAX_TEXT): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    for (let byte = bytes[at]!; at < end && byte !== QUOTE; byte = bytes[++at]!) {
      if (byte < 0x20 || byte > 0x7e || byte === 0x5c) return false;
    }
    this.at = at;
    return at < end && at - start >= least && at - start <= most;
  }

  private signer(): boolean {
    this.signerStart = this.at;
    if (!this.text(1)) return false;
    this.signerEnd = this.at;
    return true;
  }

  private hex(digits: number): boolean {
    const { bytes, at } = this;
    if (at + digits > this.end) return false;
    for (let i = 0; i < digits; i++) if (NIBBLES[bytes[at + i]!] === 255) return false;
    this.at = at + digits;
    return true;
  }

  /** Where a digest starts, −1 for null, −2 for all else. */
  private digestOrNull(): number {
    if (this.bytes[this.at] !== QUOTE) return this.literal(NULL) ? -1 : -2;
    const start = ++this.at;
    return this.hex(64) && this.byte(QUOTE) ? start : -2;
  }

  private byte(expected: number): boolean {
    return this.at < this.end && this.bytes[this.at++] === expected;
  }

  private name(names: readonly Uint8Array[]): number {
    const { bytes, at } = this;
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      if (bytes[at] === name[0] && bytes[at + name.length] === QUOTE && this.literal(name)) return index;
    }
    return -1;
  }

  private kindName(): boolean {
    const index = this.name(KIND_BYTES);
    if (index >= 0) this.kind = KINDS[index]!;
    return index >= 0;
  }

  /** Items of an array that has been opened; stops at its end. */
  private list(item: (this: this) => boolean): boolean {
    if (this.bytes[this.at] === CLOSE_ARRAY) return true;
    while (item.call(this)) {
      if (this.bytes[this.at] === CLOSE_ARRAY) return true;
      if (!this.byte(COMMA)) return false;
    }
    return false;
  }

  private params(): boolean {
    const start = this.digestOrNull();
    if (start >= 0) this.digests[this.digestCount++] = start;
    return start !== -2;
  }

  /** Digits of something that the receipt names. */
  private named(): boolean {
    this.digests[this.digestCount++] = this.at;
    return this.hex(64);
  }

  private material(): boolean {
    return this.literal(DIGEST_OF) && this.named() && this.literal(NAME_OF) && this.text(1) && this.literal(CLOSE);
  }

  private subject(): boolean {
    return this.literal(SHA256_OF) && this.named() && this.literal(SUBJECT_NAME) && this.text(1) && this.literal(CLOSE);
  }

  private parentList(): boolean {
    this.parentCount = 0;
    return this.list(this.parent);
  }

  private parent(): boolean {
    if (!this.literal(DIGEST_OF)) return false;
    const start = this.at;
    if (!this.hex(64) || !this.literal(ROLE_OF)) return false;
    const role = this.name(ROLE_BYTES);
    if (role < 0 || !this.literal(CLOSE)) return false;
    this.parents[this.parentCount] = start;
    this.roles[this.parentCount++] = ROLE_NAMES[role]!;
    return true;
  }

  private methodStart = -1;
  private methodDot = 0;

  /** `plugin.method`; `plugin` compares the first half. */
  private method(): boolean {
    this.methodStart = -1;
    if (this.bytes[this.at] !== QUOTE) return this.literal(NULL);
    const start = ++this.at;
    if (!this.text(3)) return false;
    const { bytes, at } = this;
    let dot = start;
    while (dot < at && bytes[dot] !== DOT) dot++;
    if (!isLower(bytes[start]!) || dot - start > 63 || at - dot < 2 || at - dot > 64) return false;
    for (let i = start; i < dot; i++)
      if (!isLower(bytes[i]!) && !isDigit(bytes[i]!) && bytes[i] !== MINUS) return false;
    for (let i = dot + 1; i < at; i++) {
      const byte = bytes[i]!;
      const letter = isLower(byte | 0x20);
      if (!letter && (i === dot + 1 || !(isDigit(byte) || byte === MINUS || byte === 0x5f))) return false;
    }
    this.methodStart = start;
    this.methodDot = dot;
    return this.byte(QUOTE);
  }

  private plugin(): boolean {
    if (this.bytes[this.at] !== OPEN_OBJECT) return this.methodStart < 0 && this.literal(NULL);
    if (!this.literal(DIGEST_OF) || !this.hex(64) || !this.literal(NAME_OF)) return false;
    const start = this.at;
    if (!this.text(1)) return false;
    const length = this.at - start;
    if (this.methodStart >= 0) {
      if (length !== this.methodDot - this.methodStart) return false;
      for (let i = 0; i < length; i++) if (this.bytes[start + i] !== this.bytes[this.methodStart + i]) return false;
    }
    return this.literal(VERSION_OF) && this.text(1) && this.literal(CLOSE);
  }

  private stream(): boolean {
    this.streamStart = this.at;
    const fits = this.text(1);
    this.streamEnd = this.at;
    return fits;
  }

  private count(): boolean {
    const start = this.at;
    let value = 0;
    while (this.at < this.end && isDigit(this.bytes[this.at]!)) value = value * 10 + this.bytes[this.at++]! - 0x30;
    this.seq = value;
    const digits = this.at - start;
    return digits > 0 && digits <= 15 && (digits === 1 || this.bytes[start] !== 0x30);
  }

  /** `2026-11-10T12:00:00.000Z`, a moment that exists. */
  private time(): boolean {
    const { bytes, at } = this;
    if (at + 24 > this.end) return false;
    const number = (from: number, digits: number): number => {
      let value = 0;
      for (let i = 0; i < digits; i++) {
        const byte = bytes[at + from + i]!;
        if (!isDigit(byte)) return -1;
        value = value * 10 + byte - 0x30;
      }
      return value;
    };
    const [year, month, day] = [number(0, 4), number(5, 2), number(8, 2)];
    const [hour, minute, second] = [number(11, 2), number(14, 2), number(17, 2)];
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const dated =
      year >= 0 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= DAYS[month - 1]! &&
      (month !== 2 || day < 29 || leap);
    const timed =
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 && number(20, 3) >= 0;
    const marks =
      bytes[at + 4] === MINUS && bytes[at + 7] === MINUS && bytes[at + 10] === 0x54 && bytes[at + 13] === 0x3a;
    this.at = at + 24;
    return dated && timed && marks && bytes[at + 16] === 0x3a && bytes[at + 19] === DOT && bytes[at + 23] === 0x5a;
  }

  /** A flat object of texts, numbers, booleans and null. */
  private env(): boolean {
    return this.bytes[this.at] === OPEN_OBJECT && this.object(-1);
  }

  /** Any plain JSON, `depth` levels down; −1 allows no further level. */
  private value(depth: number): boolean {
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

  private object(depth: number): boolean {
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

  /** Short integers by their digits; all other numbers by writing them again. */
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
}

/**
 * A receipt checked byte by byte, without making a string or an object of it: five times as fast as parsing (measured on 1.1 KB). It
 * knows the plain form that nearly all receipts have and says `true` only for those; whatever else it meets (escapes, other scripts,
 * comparators) is left to `parseReceipt`, whose verdict counts. receipt/scan.test.ts shows that it never takes what that refuses.
 */
import { OPEN_OBJECT, PlainJson } from './plain-json.ts';
import { DOT, isDigit, isLower, literal, MINUS, NULL, QUOTE, type Literal } from './plain-text.ts';
import { isTime, TIME_BYTES } from './plain-time.ts';
import { MAX_RECEIPT_BYTES } from './receipt.ts';
import { KINDS, PREDICATE_TYPE, ROLES, STATEMENT_TYPE, type Kind, type Role } from './types.ts';

const HEAD = literal(`{"_type":"${STATEMENT_TYPE}","predicate":{"comparators":[],"env":`);
const KIND = literal(',"kind":"');
const LOG = literal('","log":"');
const MATERIALS = literal('","materials":[');
const METHOD = literal('],"method":');
const NONCE = literal(',"nonce":"');
const ORG = literal('","org":"');
const PARAMS = literal('","params":');
const PARENTS = literal(',"parents":[');
const PLUGIN = literal('],"plugin":');
const PREV = literal(',"prev":');
const RESULT = literal(',"result":');
const SEQ = literal(',"seq":');
const SIGNER = literal(',"signer":"');
const STREAM = literal('","stream":"');
const TIME = literal('","time":"');
const SUBJECT = literal(`"},"predicateType":"${PREDICATE_TYPE}","subject":[`);
const END = literal(']}');
const DIGEST_OF = literal('{"digest":"');
const NAME_OF = literal('","name":"');
const ROLE_OF = literal('","role":"');
const VERSION_OF = literal('","version":"');
const SHA256_OF = literal('{"digest":{"sha256":"');
const SUBJECT_NAME = literal('"},"name":"');
const CLOSE = literal('"}');

const KIND_BYTES = KINDS.map(literal);
const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];
const ROLE_BYTES = ROLE_NAMES.map(literal);

/** One scanner for many receipts. After `scan` said true, offsets into its bytes and numbers tell what the receipt says. */
export class ReceiptScanner extends PlainJson {
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

  private readonly org: Literal;
  private readonly log: Literal;
  /** Whether both names stand in JSON as they are, one byte a character. */
  private readonly plainNames: boolean;

  /** Receipts of another organisation or log are not plain. Both are valid names. */
  constructor(org: string, log: string) {
    super();
    this.org = literal(org);
    this.log = literal(log);
    this.plainNames = /^[ !#-[\]-~]*$/.test(org + log);
  }

  /** Whether bytes[start, end) are a receipt of this organisation and log in plain form. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.start(bytes, start, end);
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

  private signer(): boolean {
    this.signerStart = this.at;
    if (!this.text(1)) return false;
    this.signerEnd = this.at;
    return true;
  }

  private kindName(): boolean {
    const index = this.name(KIND_BYTES);
    if (index >= 0) this.kind = KINDS[index]!;
    return index >= 0;
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

  private time(): boolean {
    if (this.at + TIME_BYTES > this.end) return false;
    this.at += TIME_BYTES;
    return isTime(this.bytes, this.at - TIME_BYTES);
  }
}

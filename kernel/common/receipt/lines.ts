/** Receipts one a line, out of bytes that are cut anywhere, each with its id: no line is copied but those that lie across two chunks. */
import { sha256Each } from '#crypto';
import { MAX_RECEIPT_BYTES } from './receipt.ts';

const NEWLINE = 0x0a;
/** Of a line that goes on in the next chunk: what is longer is no receipt, whatever follows. */
const LONGEST_KEPT = MAX_RECEIPT_BYTES + 1;
/** Lines that are hashed together. */
const MANY = 1024;
const ID_BYTES = 32;

/** `id` is the SHA-256 of bytes[start, end), until the next line. */
export type EachLine = (bytes: Uint8Array, start: number, end: number, id: Uint8Array) => void;

export class ReceiptLines {
  private readonly each: EachLine;
  /** The end of a chunk whose line goes on in the next. */
  private rest: Uint8Array = new Uint8Array(0);
  private readonly starts = new Uint32Array(MANY);
  private readonly ends = new Uint32Array(MANY);
  private readonly digests = new Uint8Array(MANY * ID_BYTES);
  private readonly ids = Array.from({ length: MANY }, (_, i) =>
    this.digests.subarray(i * ID_BYTES, (i + 1) * ID_BYTES),
  );

  /** `each` gets every line without its end. */
  constructor(each: EachLine) {
    this.each = each;
  }

  /** Whether the last line has no end. */
  get isCut(): boolean {
    return this.rest.length > 0;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.rest.length > 0) {
      const newline = chunk.indexOf(NEWLINE);
      const room = LONGEST_KEPT - this.rest.length;
      const head = chunk.subarray(0, Math.min(room, newline < 0 ? chunk.length : newline));
      const line = new Uint8Array(this.rest.length + head.length);
      line.set(this.rest);
      line.set(head, this.rest.length);
      this.rest = newline < 0 ? line : new Uint8Array(0);
      if (newline < 0) return;
      [this.starts[0], this.ends[0]] = [0, line.length];
      this.give(line, 1);
      from = newline + 1;
    }
    let count = 0;
    for (let newline = chunk.indexOf(NEWLINE, from); newline >= 0; newline = chunk.indexOf(NEWLINE, from)) {
      this.starts[count] = from;
      this.ends[count] = newline;
      from = newline + 1;
      if (++count < MANY) continue;
      this.give(chunk, count);
      count = 0;
    }
    this.give(chunk, count);
    this.rest = chunk.slice(from, from + LONGEST_KEPT);
  }

  private give(bytes: Uint8Array, count: number): void {
    const { starts, ends, ids } = this;
    sha256Each({ bytes, starts, ends, count }, this.digests);
    for (let i = 0; i < count; i++) this.each(bytes, starts[i]!, ends[i]!, ids[i]!);
  }
}

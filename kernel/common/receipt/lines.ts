/** Receipts one a line, out of bytes that are cut anywhere: no line is copied but those that lie across two chunks. */
import { MAX_RECEIPT_BYTES } from './receipt.ts';

const NEWLINE = 0x0a;
/** Of a line that goes on in the next chunk: what is longer is no receipt, whatever follows. */
const LONGEST_KEPT = MAX_RECEIPT_BYTES + 1;

export type EachLine = (bytes: Uint8Array, start: number, end: number) => void;

export class ReceiptLines {
  private readonly each: EachLine;
  /** The end of a chunk whose line goes on in the next. */
  private rest: Uint8Array = new Uint8Array(0);

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
      this.each(line, 0, line.length);
      from = newline + 1;
    }
    for (let newline = chunk.indexOf(NEWLINE, from); newline >= 0; newline = chunk.indexOf(NEWLINE, from)) {
      this.each(chunk, from, newline);
      from = newline + 1;
    }
    this.rest = chunk.slice(from, from + LONGEST_KEPT);
  }
}

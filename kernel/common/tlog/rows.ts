/** Hashes of an RFC 6962 tree a row at a time, each row its hashes one behind the other: many together are hashed faster than one by one. */
import { sha256Each, type Bytes } from '#crypto';
import { HASH_BYTES } from './merkle.ts';

/** Of a row, at once. */
const STEP = 1024;
const LEAF = 1 + HASH_BYTES;
const NODE = 1 + 2 * HASH_BYTES;

/** Messages of one length, one behind the other, each with the byte in front that says what it is. */
class Prefixed {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;

  constructor(first: number, length: number) {
    this.bytes = new Uint8Array(STEP * length);
    this.starts = Uint32Array.from({ length: STEP }, (_, i) => i * length);
    this.ends = this.starts.map((start) => start + length);
    for (const start of this.starts) this.bytes[start] = first;
  }

  /** Digests of the parts of `row`, `part` bytes each. */
  hash(row: Uint8Array, part: number): Bytes {
    const { bytes, starts, ends } = this;
    const out = new Uint8Array((row.length / part) * HASH_BYTES);
    for (let from = 0; from < out.length / HASH_BYTES; from += STEP) {
      const count = Math.min(STEP, out.length / HASH_BYTES - from);
      for (let i = 0; i < count; i++) bytes.set(row.subarray((from + i) * part, (from + i + 1) * part), starts[i]! + 1);
      sha256Each({ bytes, starts, ends, count }, out.subarray(from * HASH_BYTES));
    }
    return out;
  }
}

const leaves = new Prefixed(0, LEAF);
const nodes = new Prefixed(1, NODE);

/** SHA-256(0x00 ‖ entry) of entries of 32 bytes: the ids of receipts. */
export const leafRow = (entries: Uint8Array): Bytes => leaves.hash(entries, HASH_BYTES);

/** SHA-256(0x01 ‖ left ‖ right) of each pair of an even number of hashes. */
export const parentRow = (row: Uint8Array): Bytes => nodes.hash(row, 2 * HASH_BYTES);

/** The root over 2^n neighbouring hashes. */
export function subtreeRoot(hashes: Uint8Array): Bytes {
  let row = new Uint8Array(hashes);
  while (row.length > HASH_BYTES) row = parentRow(row);
  return row;
}

/** A Merkle tree that is only appended to and asked for its root: it keeps one hash per level, and the entries of late. */
import type { Bytes } from '#crypto';
import { concatBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './merkle.ts';
import { leafRow, parentRow } from './rows.ts';

/** Entries that are hashed together. */
const MANY = 1024;

export class MerkleRange {
  private count = 0;
  /** The complete subtree of 2^level leaves at the right edge, where there is one. */
  private readonly edge = new Uint8Array(64 * HASH_BYTES);
  /** Not yet in the tree of `count`. */
  private readonly late = new Uint8Array(MANY * HASH_BYTES);
  private lateCount = 0;

  /** A tree that has `size` leaves already, known by the roots of its complete subtrees, the largest first. @throws MERKLE_INVALID */
  static from(size: number, peaks: readonly Uint8Array[]): MerkleRange {
    const range = new MerkleRange();
    const levels = peakLevels(size);
    if (levels.length !== peaks.length || peaks.some(({ length }) => length !== HASH_BYTES))
      throw new AssayError('MERKLE_INVALID', `A tree of ${size} leaves has ${levels.length} complete subtrees.`);
    for (const [place, level] of levels.entries()) range.edge.set(peaks[place]!, level * HASH_BYTES);
    range.count = size;
    return range;
  }

  get size(): number {
    return this.count + this.lateCount;
  }

  /** What `from` takes. */
  peaks(): Bytes[] {
    this.catchUp();
    return peakLevels(this.count).map((level) => this.edge.slice(level * HASH_BYTES, (level + 1) * HASH_BYTES));
  }

  /** `entry` is the 32 bytes of a receipt's id. */
  append(entry: Uint8Array): void {
    this.late.set(entry, this.lateCount++ * HASH_BYTES);
    if (this.lateCount === MANY) this.catchUp();
  }

  root(): Bytes {
    return (
      this.peaks().reduceRight<Bytes | undefined>(
        (right, peak) => (right === undefined ? peak : nodeHash(peak, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }

  /** Row by row upwards: a row begins with the subtree that waits at the edge, and leaves one there when it has an odd number. */
  private catchUp(): void {
    let row: Uint8Array = leafRow(this.late.subarray(0, this.lateCount * HASH_BYTES));
    for (let level = 0, rest = this.count; row.length > 0; level++, rest = Math.floor(rest / 2)) {
      const edge = this.edge.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES);
      if (rest % 2 === 1) row = concatBytes([edge, row]);
      const pairs = row.length - (row.length % (2 * HASH_BYTES));
      if (pairs < row.length) edge.set(row.subarray(pairs));
      row = parentRow(row.subarray(0, pairs));
    }
    this.count += this.lateCount;
    this.lateCount = 0;
  }
}

/** Heights of the complete subtrees of a tree of `size` leaves, the largest first. */
function peakLevels(size: number): number[] {
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) levels.push(level);
  return levels.reverse();
}

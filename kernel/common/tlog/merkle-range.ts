/** A Merkle tree that is only appended to and asked for its root: it keeps one hash per level. */
import { sha256Into, type Bytes } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './merkle.ts';

export class MerkleRange {
  private count = 0;
  /** The complete subtree of 2^level leaves at the right edge, where there is one. */
  private readonly edge = new Uint8Array(64 * HASH_BYTES);
  private readonly leaf = new Uint8Array(1 + HASH_BYTES);
  private readonly node = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);

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
    return this.count;
  }

  /** What `from` takes. */
  peaks(): Bytes[] {
    return peakLevels(this.count).map((level) => this.edge.slice(level * HASH_BYTES, (level + 1) * HASH_BYTES));
  }

  /** `entry` is the 32 bytes of a receipt's id. */
  append(entry: Uint8Array): void {
    const { node, edge } = this;
    this.leaf.set(entry, 1);
    sha256Into(this.leaf, node, 1 + HASH_BYTES);
    let level = 0;
    for (let index = this.count++; index % 2 === 1; index = (index - 1) / 2) {
      node.set(edge.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES), 1);
      sha256Into(node, node, 1 + HASH_BYTES);
      level++;
    }
    edge.set(node.subarray(1 + HASH_BYTES), level * HASH_BYTES);
  }

  root(): Bytes {
    let root: Bytes | undefined;
    for (let level = 0, rest = this.count; rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const hash = this.edge.slice(level * HASH_BYTES, (level + 1) * HASH_BYTES);
      root = root === undefined ? hash : nodeHash(hash, root);
    }
    return root ?? EMPTY_ROOT;
  }
}

/** Heights of the complete subtrees of a tree of `size` leaves, the largest first. */
function peakLevels(size: number): number[] {
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) levels.push(level);
  return levels.reverse();
}

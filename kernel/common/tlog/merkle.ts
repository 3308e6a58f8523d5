/** The Merkle tree of RFC 6962, section 2: append-only, with proofs at its size and at every size that it had. */
import { sha256, sha256Into, type Bytes } from '#crypto';
import { equalBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

export const HASH_BYTES = 32;
/** MTH({}) */
export const EMPTY_ROOT: Bytes = sha256(new Uint8Array(0));

/** SHA-256(0x00 ‖ entry) */
export function leafHash(entry: Uint8Array): Bytes {
  const data = new Uint8Array(1 + entry.length);
  data.set(entry, 1);
  return sha256(data);
}

/** SHA-256(0x01 ‖ left ‖ right) */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  const data = new Uint8Array(1 + 2 * HASH_BYTES);
  data[0] = 1;
  data.set(left, 1);
  data.set(right, 1 + HASH_BYTES);
  return sha256(data);
}

/** All hashes of complete subtrees in memory: 64 bytes an entry. Level 0 holds the leaf hashes. */
export class MerkleTree {
  private readonly levels: Uint8Array[] = [];
  private readonly node = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);
  private count = 0;

  /** From concatenated leaf hashes, as level 0 tiles hold them. */
  static fromLeafHashes(hashes: Uint8Array): MerkleTree {
    const tree = new MerkleTree();
    for (let at = 0; at < hashes.length; at += HASH_BYTES) tree.appendHash(hashes.subarray(at, at + HASH_BYTES));
    return tree;
  }

  get size(): number {
    return this.count;
  }

  append(entry: Uint8Array): void {
    this.appendHash(leafHash(entry));
  }

  appendHash(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw invalid('A hash has 32 bytes.');
    this.room(0, this.count).set(leaf, this.count * HASH_BYTES);
    let index = this.count++;
    for (let level = 0; index % 2 === 1; level++) {
      const row = this.levels[level]!;
      this.node.set(row.subarray((index - 1) * HASH_BYTES, (index + 1) * HASH_BYTES), 1);
      index = (index - 1) / 2;
      sha256Into(this.node, this.room(level + 1, index), index * HASH_BYTES);
    }
  }

  /** Forgets what was appended after the tree had this size: a batch that could not be made durable. */
  truncate(size: number): void {
    this.check(size);
    this.count = size;
  }

  root(size = this.count): Bytes {
    this.check(size);
    return size === 0 ? EMPTY_ROOT : this.range(0, size).slice();
  }

  /** Root of the complete subtree of 2^level leaves number `index`: what tiles are made of. A view; copy it to keep it. */
  hashAt(level: number, index: number): Uint8Array {
    if ((index + 1) * 2 ** level > this.count) throw invalid('The tree has no such hash.');
    return this.levels[level]!.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  /** `width` consecutive hashes of a level, from number `start`. A view; copy it to keep it. */
  hashes(level: number, start: number, width: number): Uint8Array {
    if ((start + width) * 2 ** level > this.count) throw invalid('The tree has no such hashes.');
    return width === 0
      ? new Uint8Array(0)
      : this.levels[level]!.subarray(start * HASH_BYTES, (start + width) * HASH_BYTES);
  }

  /** PATH(index, D[size]), the leaf's sibling first. */
  inclusionProof(index: number, size = this.count): Bytes[] {
    this.check(size);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw invalid('The entry is not in a tree of that size.');
    const proof: Bytes[] = [];
    let [start, end] = [0, size];
    while (end - start > 1) {
      const split = start + powerBelow(end - start);
      if (index < split) {
        proof.push(this.range(split, end).slice());
        end = split;
      } else {
        proof.push(this.range(start, split).slice());
        start = split;
      }
    }
    return proof.reverse();
  }

  /** MTH(D[start:end]) of a subtree of a tree of `size`: what a multiproof is made of. */
  subtree(start: number, end: number): Bytes {
    this.check(end);
    return this.range(start, end).slice();
  }

  /** PROOF(from, D[size]): empty when either tree is empty or they are the same. */
  consistencyProof(from: number, size = this.count): Bytes[] {
    this.check(size);
    if (!Number.isSafeInteger(from) || from < 0 || from > size) throw invalid('The older tree is not the smaller one.');
    if (from === 0 || from === size) return [];
    const proof: Bytes[] = [];
    let [start, end] = [0, size];
    while (end !== from) {
      const split = start + powerBelow(end - start);
      if (from <= split) {
        proof.push(this.range(split, end).slice());
        end = split;
      } else {
        proof.push(this.range(start, split).slice());
        start = split;
      }
    }
    if (start > 0) proof.push(this.range(start, end).slice());
    return proof.reverse();
  }

  /** MTH(D[start:end]), where `start` is a multiple of the largest power of two that the range could hold. */
  private range(start: number, end: number): Uint8Array {
    const width = end - start;
    const level = Math.log2(width);
    if (Number.isInteger(level)) return this.hashAt(level, start / width);
    const split = start + powerBelow(width);
    return nodeHash(this.range(start, split), this.range(split, end));
  }

  private check(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.count)
      throw invalid(`The tree never had the size ${size}.`);
  }

  /** The level's row, with room for hash number `index`. */
  private room(level: number, index: number): Uint8Array {
    const row = this.levels[level] ?? (this.levels[level] = new Uint8Array(64 * HASH_BYTES));
    if ((index + 1) * HASH_BYTES <= row.length) return row;
    const larger = new Uint8Array(row.length * 2);
    larger.set(row);
    return (this.levels[level] = larger);
  }
}

/** The largest power of two smaller than n ≥ 2. */
export function powerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

type Size = number | bigint;

/** The root that the proof leads to (RFC 9162, section 2.1.3.2). Sizes up to 2^64 are exact. @throws MERKLE_INVALID */
function rootFromInclusion(index: Size, size: Size, leaf: Uint8Array, proof: readonly Uint8Array[]): Bytes {
  let [fn, sn] = [BigInt(index), BigInt(size) - 1n];
  if (fn < 0n || fn > sn) throw invalid('The entry’s index is not in the tree.');
  checkHashes([leaf, ...proof]);
  let root = leaf.slice();
  for (const hash of proof) {
    if (sn === 0n) throw invalid('The proof is too long.');
    if (fn % 2n === 1n || fn === sn) {
      root = nodeHash(hash, root);
      while (fn % 2n === 0n && fn !== 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else root = nodeHash(root, hash);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  if (sn !== 0n) throw invalid('The proof is too short.');
  return root;
}

/** @throws MERKLE_INVALID unless the leaf is entry `index` of the tree of that size and root. */
export function verifyInclusion(
  index: Size,
  size: Size,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  if (!equalBytes(rootFromInclusion(index, size, leaf, proof), root)) throw invalid('The proof leads to another root.');
}

/**
 * RFC 9162, section 2.1.4.2. The empty tree is consistent with every tree, by an empty proof.
 * @throws MERKLE_INVALID unless the first tree is the beginning of the second.
 */
export function verifyConsistency(
  size1: Size,
  size2: Size,
  proof: readonly Uint8Array[],
  root1: Uint8Array,
  root2: Uint8Array,
): void {
  const [from, to] = [BigInt(size1), BigInt(size2)];
  if (from < 0n || from > to) throw invalid('The older tree is not the smaller one.');
  checkHashes([root1, root2, ...proof]);
  if (from === 0n || from === to) {
    if (proof.length > 0) throw invalid('The proof is too long.');
    if (from === to ? !equalBytes(root1, root2) : !equalBytes(root1, EMPTY_ROOT)) throw invalid('The roots differ.');
    return;
  }
  // A first tree that is complete is its own first hash.
  const path = (from & (from - 1n)) === 0n ? [root1, ...proof] : proof;
  const [seed, ...rest] = path;
  if (seed === undefined) throw invalid('The proof is too short.');
  let [fn, sn] = [from - 1n, to - 1n];
  while (fn % 2n === 1n) [fn, sn] = [fn / 2n, sn / 2n];
  let [first, second]: [Uint8Array, Uint8Array] = [seed, seed];
  for (const hash of rest) {
    if (sn === 0n) throw invalid('The proof is too long.');
    if (fn % 2n === 1n || fn === sn) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      while (fn % 2n === 0n && fn !== 0n) [fn, sn] = [fn / 2n, sn / 2n];
    } else second = nodeHash(second, hash);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  if (sn !== 0n) throw invalid('The proof is too short.');
  if (!equalBytes(first, root1)) throw invalid('The proof leads to another root of the older tree.');
  if (!equalBytes(second, root2)) throw invalid('The proof leads to another root of the newer tree.');
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some(({ length }) => length !== HASH_BYTES)) throw invalid('A hash has 32 bytes.');
}

function invalid(why: string): AssayError {
  return new AssayError('MERKLE_INVALID', why);
}

/** Proofs out of tiles: a proof in a log of a million receipts reads six files. */
import type { Bytes } from '#crypto';
import { concatBytes } from '#common/bytes.ts';
import { HASH_BYTES, nodeHash, powerBelow } from '#common/tlog/merkle.ts';
import { gapsBetween, type Range } from '#common/tlog/multiproof.ts';
import { subtreeRoot } from '#common/tlog/rows.ts';
import { TILE_WIDTH, type Tile } from '#common/tlog/tiles.ts';

/** Gives the bytes of a tile of a tree that has it. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/** PATH(index, D[size]) of RFC 6962, the leaf's sibling first; `index` < `size`, which the tiles cover. */
export async function inclusionProof(index: number, size: number, read: ReadTile): Promise<Bytes[]> {
  const proof: Bytes[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + powerBelow(end - start);
    if (index < split) {
      proof.push(await rangeRoot(split, end, size, read));
      end = split;
    } else {
      proof.push(await rangeRoot(start, split, size, read));
      start = split;
    }
  }
  return proof.toReversed();
}

/** The hashes of a multiproof for these entries, one behind the other. */
export async function hashesBetween(ranges: readonly Range[], size: number, read: ReadTile): Promise<Uint8Array> {
  const hashes: Uint8Array[] = [];
  for (const { start, end } of gapsBetween(ranges, size)) hashes.push(await rangeRoot(start, end, size, read));
  return concatBytes(hashes);
}

/** PROOF(from, D[size]) of RFC 6962: empty when either tree is empty or they are the same; `from` ≤ `size`, which the tiles cover. */
export async function consistencyProof(from: number, size: number, read: ReadTile): Promise<Bytes[]> {
  if (from === 0 || from === size) return [];
  const proof: Bytes[] = [];
  let [start, end] = [0, size];
  while (end !== from) {
    const split = start + powerBelow(end - start);
    if (from <= split) {
      proof.push(await rangeRoot(split, end, size, read));
      end = split;
    } else {
      proof.push(await rangeRoot(start, split, size, read));
      start = split;
    }
  }
  if (start > 0) proof.push(await rangeRoot(start, end, size, read));
  return proof.toReversed();
}

/** Roots of the complete subtrees of the first `size` leaves, the largest first, out of the tiles of a tree of `covered` leaves. */
export async function peaks(size: number, covered: number, read: ReadTile): Promise<Bytes[]> {
  const roots: Bytes[] = [];
  let start = 0;
  for (let height = Math.floor(Math.log2(Math.max(1, size))); height >= 0; height--) {
    const width = 2 ** height;
    if (start + width > size) continue;
    roots.push(await hashAt(height, start / width, covered, read));
    start += width;
  }
  return roots;
}

/** MTH(D[start:end]), where `start` is a multiple of the largest power of two that the range could hold. */
async function rangeRoot(start: number, end: number, size: number, read: ReadTile): Promise<Bytes> {
  const width = end - start;
  const height = Math.log2(width);
  if (Number.isInteger(height)) return hashAt(height, start / width, size, read);
  const split = start + powerBelow(width);
  return nodeHash(await rangeRoot(start, split, size, read), await rangeRoot(split, end, size, read));
}

/** The complete subtree of 2^height leaves number `index`: a run of hashes within one tile. */
async function hashAt(height: number, index: number, size: number, read: ReadTile): Promise<Bytes> {
  const level = Math.floor(height / 8);
  const width = 2 ** (height % 8);
  const first = index * width;
  const tile = Math.floor(first / TILE_WIDTH);
  const hashes = Math.floor(size / TILE_WIDTH ** level) - tile * TILE_WIDTH;
  const bytes = await read({ level, index: tile, width: Math.min(TILE_WIDTH, hashes) });
  const at = (first % TILE_WIDTH) * HASH_BYTES;
  return subtreeRoot(bytes.subarray(at, at + width * HASH_BYTES));
}

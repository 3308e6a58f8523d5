/** Proofs out of tiles: one in a log of a million receipts reads six files. */
import type { Bytes } from '#crypto';
import { concatBytes } from '#common/bytes.ts';
import { HASH_BYTES, nodeHash, powerBelow } from '#common/tlog/merkle.ts';
import { gapsBetween, type Range } from '#common/tlog/multiproof.ts';
import { parentRow } from '#common/tlog/rows.ts';
import { TILE_WIDTH, type Tile } from '#common/tlog/tiles.ts';

/** Gives the bytes of a tile of a tree that has it. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/**
 * A tree of `size` that tiles cover. Each tile is read and hashed once, however many proofs are made: 16 KB a tile stay, so that a tree is for
 * one seal, not for a kernel's life.
 */
export class TiledTree {
  readonly size: number;
  private readonly read: ReadTile;
  /** Of each tile: its hashes, then their parents, row by row. */
  private readonly tiles = new Map<string, Promise<Uint8Array[]>>();
  /** Roots of ranges that are no complete subtree: they end where the tree does. */
  private readonly ragged = new Map<number, Bytes>();

  constructor(size: number, read: ReadTile) {
    this.size = size;
    this.read = read;
  }

  /** PATH(index, D[size]) of RFC 6962, the leaf's sibling first; `index` < `size`. */
  async inclusionProof(index: number): Promise<Bytes[]> {
    const proof: Bytes[] = [];
    let [start, end] = [0, this.size];
    while (end - start > 1) {
      const split = start + powerBelow(end - start);
      if (index < split) {
        proof.push(await this.rangeRoot(split, end));
        end = split;
      } else {
        proof.push(await this.rangeRoot(start, split));
        start = split;
      }
    }
    return proof.toReversed();
  }

  /** The hashes of a multiproof for these entries, one behind the other. */
  async hashesBetween(ranges: readonly Range[]): Promise<Uint8Array> {
    const hashes: Uint8Array[] = [];
    for (const { start, end } of gapsBetween(ranges, this.size)) hashes.push(await this.rangeRoot(start, end));
    return concatBytes(hashes);
  }

  /** PROOF(from, D[size]) of RFC 6962: empty when either tree is empty or they are the same; `from` ≤ `size`. */
  async consistencyProof(from: number): Promise<Bytes[]> {
    if (from === 0 || from === this.size) return [];
    const proof: Bytes[] = [];
    let [start, end] = [0, this.size];
    while (end !== from) {
      const split = start + powerBelow(end - start);
      if (from <= split) {
        proof.push(await this.rangeRoot(split, end));
        end = split;
      } else {
        proof.push(await this.rangeRoot(start, split));
        start = split;
      }
    }
    if (start > 0) proof.push(await this.rangeRoot(start, end));
    return proof.toReversed();
  }

  /** Roots of the complete subtrees of the first `size` leaves, the largest first. */
  async peaks(size: number): Promise<Bytes[]> {
    const roots: Bytes[] = [];
    let start = 0;
    for (let height = Math.floor(Math.log2(Math.max(1, size))); height >= 0; height--) {
      const width = 2 ** height;
      if (start + width > size) continue;
      roots.push(await this.hashAt(height, start / width));
      start += width;
    }
    return roots;
  }

  /** MTH(D[start:end]), where `start` is a multiple of the largest power of two that the range could hold. */
  private async rangeRoot(start: number, end: number): Promise<Bytes> {
    const width = end - start;
    const height = Math.log2(width);
    if (Number.isInteger(height)) return this.hashAt(height, start / width);
    const known = this.ragged.get(start);
    if (known !== undefined) return known;
    const split = start + powerBelow(width);
    const root = nodeHash(await this.rangeRoot(start, split), await this.rangeRoot(split, end));
    this.ragged.set(start, root);
    return root;
  }

  /** The complete subtree of 2^height leaves number `index`: a hash within one tile, or a parent of some. */
  private async hashAt(height: number, index: number): Promise<Bytes> {
    const level = Math.floor(height / 8);
    const above = height % 8;
    const width = TILE_WIDTH >> above;
    const tile = Math.floor(index / width);
    const rows = await this.rowsOf(level, tile);
    while (rows.length <= above) rows.push(parents(rows.at(-1)!));
    const at = (index % width) * HASH_BYTES;
    return rows[above]!.slice(at, at + HASH_BYTES) as Bytes;
  }

  private rowsOf(level: number, index: number): Promise<Uint8Array[]> {
    const key = `${level}/${index}`;
    const known = this.tiles.get(key);
    if (known !== undefined) return known;
    const hashes = Math.floor(this.size / TILE_WIDTH ** level) - index * TILE_WIDTH;
    const rows = this.read({ level, index, width: Math.min(TILE_WIDTH, hashes) }).then((bytes) => [bytes]);
    this.tiles.set(key, rows);
    return rows;
  }
}

/** Of a partial tile a last hash may have no sibling yet. */
const parents = (row: Uint8Array): Uint8Array =>
  parentRow(row.subarray(0, row.length - (row.length % (2 * HASH_BYTES))));

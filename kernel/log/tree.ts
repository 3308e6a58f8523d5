/**
 * The growing edge of an RFC 6962 tree: enough to append, to know the root and to fill tiles, in memory that doesn't grow with the log
 * (8 KB a level of tiles; `MerkleTree` in common holds all hashes instead).
 */
import { sha256Into, type Bytes } from '#crypto';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from '#common/tlog/merkle.ts';
import { subtreeRoot } from '#common/tlog/rows.ts';
import { TILE_WIDTH, type Tile } from '#common/tlog/tiles.ts';

export type HashTile = Tile & { readonly level: number; readonly bytes: Uint8Array };

/** 2^8 hashes of a tile make one hash of the tile above. */
const TILE_HEIGHT = 8;

interface Row {
  /** Hashes of the tile that is being filled. */
  readonly bytes: Uint8Array;
  width: number;
  index: number;
  changed: boolean;
}

export class TreeEdge {
  /** `peaks[h]` is the root of a complete subtree of 2^h leaves where bit h of `size` is set; stale elsewhere. */
  private readonly peaks: Uint8Array[] = [];
  private readonly rows: Row[] = [];
  private full: HashTile[] = [];
  private readonly node = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);
  private count = 0;

  get size(): number {
    return this.count;
  }

  append(leafHash: Uint8Array): void {
    const hash = leafHash.slice();
    this.push(0, hash);
    let height = 0;
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.node.set(this.peaks[height]!, 1);
      this.node.set(hash, 1 + HASH_BYTES);
      sha256Into(this.node, hash, 0);
      height++;
      if (height % TILE_HEIGHT === 0) this.push(height / TILE_HEIGHT, hash);
    }
    this.peaks[height] = hash;
    this.count++;
  }

  root(): Bytes {
    let root: Bytes | undefined;
    for (let height = 0, rest = this.count; rest > 0; height++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const peak = this.peaks[height]!;
      root = root === undefined ? new Uint8Array(peak) : nodeHash(peak, root);
    }
    return root ?? EMPTY_ROOT;
  }

  /** Tiles that were filled since the last call. Their bytes are copies. */
  takeFull(): HashTile[] {
    const tiles = this.full;
    this.full = [];
    return tiles;
  }

  /** Tiles that were filled or changed since the last call. Their bytes are copies. */
  takeTiles(): HashTile[] {
    const tiles = this.takeFull();
    for (const [level, row] of this.rows.entries()) {
      if (!row.changed || row.width === 0) continue;
      row.changed = false;
      tiles.push({ level, index: row.index, width: row.width, bytes: row.bytes.slice(0, row.width * HASH_BYTES) });
    }
    return tiles;
  }

  /** The edge of a tree of `size`, from its partial tiles: `read` gives a tile's bytes. */
  static async restore(size: number, read: (tile: Tile) => Promise<Uint8Array>): Promise<TreeEdge> {
    const edge = new TreeEdge();
    edge.count = size;
    for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
      const [index, width] = [Math.floor(hashes / TILE_WIDTH), hashes % TILE_WIDTH];
      const row = edge.row(level);
      row.index = index;
      row.width = width;
      if (width === 0) continue;
      row.bytes.set(await read({ level, index, width }));
      edge.restorePeaks(level, row);
    }
    return edge;
  }

  /** A partial tile of width 0b101 is a complete subtree of 4 hashes, then one of 1. */
  private restorePeaks(level: number, row: Row): void {
    let at = 0;
    for (let bit = TILE_HEIGHT - 1; bit >= 0; bit--) {
      const width = 2 ** bit;
      if ((row.width & width) === 0) continue;
      this.peaks[TILE_HEIGHT * level + bit] = subtreeRoot(
        row.bytes.subarray(at * HASH_BYTES, (at + width) * HASH_BYTES),
      );
      at += width;
    }
  }

  private push(level: number, hash: Uint8Array): void {
    const row = this.row(level);
    row.bytes.set(hash, row.width * HASH_BYTES);
    row.width++;
    row.changed = true;
    if (row.width < TILE_WIDTH) return;
    this.full.push({ level, index: row.index, width: TILE_WIDTH, bytes: row.bytes.slice() });
    row.width = 0;
    row.index++;
    row.changed = false;
  }

  private row(level: number): Row {
    return (this.rows[level] ??= {
      bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES),
      width: 0,
      index: 0,
      changed: false,
    });
  }
}

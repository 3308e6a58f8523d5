/** The log's public files, as C2SP tlog-tiles names and fills them: hashes 256 to a tile, entries 256 to a bundle. */
import { concatBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { HASH_BYTES, type MerkleTree } from './merkle.ts';

export const TILE_WIDTH = 256;

export interface Tile {
  /** `entries` for a bundle of entries. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** `tile/0/x001/x234/067.p/112` */
export function tilePath({ level, index, width }: Tile): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** @returns null unless `path` is what `tilePath` writes for some tile. */
export function parseTilePath(path: string): Tile | null {
  const match = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (match === null) return null;
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const tile: Tile = { level, index, width: match[3] === undefined ? TILE_WIDTH : Number(match[3]) };
  const fits = Number.isSafeInteger(index) && tile.width > 0 && (level === 'entries' || level < 64);
  return fits && tilePath(tile) === path ? tile : null;
}

/** Every tile, bundles included, that a tree of `size` has and one of `before` had not: what to publish when the log grew. */
export function newTiles(before: number, size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0, scale = 1; size >= scale; level++, scale *= TILE_WIDTH) {
    const [from, to] = [Math.floor(before / scale), Math.floor(size / scale)];
    if (from === to) continue;
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
      const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH);
      tiles.push({ level, index, width });
      if (level === 0) tiles.push({ level: 'entries', index, width });
    }
  }
  return tiles;
}

/** The bytes of a hash tile. A view on the tree; copy it to keep it. @throws MERKLE_INVALID when the tree is smaller. */
export function tileBytes(tree: MerkleTree, { level, index, width }: Tile & { readonly level: number }): Uint8Array {
  return tree.hashes(8 * level, index * TILE_WIDTH, width);
}

/** The hashes of a tile. @throws TILE_INVALID unless there are exactly `width`. */
export function readTile(bytes: Uint8Array, width: number): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES)
    throw new AssayError('TILE_INVALID', `A tile of width ${width} has ${width * HASH_BYTES} bytes.`);
  return Array.from({ length: width }, (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}

/** Each entry behind its length, uint16 big-endian. @throws TILE_INVALID for an entry over 65,535 bytes. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(
    entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new AssayError('TILE_INVALID', 'An entry has at most 65,535 bytes.');
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** @throws TILE_INVALID unless the bundle holds exactly `width` entries and nothing else. */
export function decodeEntries(bundle: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const end = at + 2 + (bundle[at]! << 8) + bundle[at + 1]!;
    if (end > bundle.length) break;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (at !== bundle.length || entries.length !== width)
    throw new AssayError('TILE_INVALID', `The bundle does not hold ${width} entries.`);
  return entries;
}

/** The public files as they are read: what is missing, cut or malformed is said with its path. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes, equalBytes } from '#common/bytes.ts';
import { HASH_BYTES, leafHash, type MerkleTree } from '#common/tlog/merkle.ts';
import { decodeEntries, parseTilePath, TILE_WIDTH, tileBytes, tilePath, type Tile } from '#common/tlog/tiles.ts';
import { codeOf } from '../store/files.ts';
import type { FaultReport as Report } from './types.ts';
import type { PublicFiles } from './public.ts';

export function* tilesAt(size: number, level: number): Generator<Tile & { readonly level: number }> {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  for (let index = 0; index * TILE_WIDTH < hashes; index++) {
    yield { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) };
  }
}

export async function hashTile(files: PublicFiles, tile: Tile, report: Report): Promise<Uint8Array | undefined> {
  const bytes = await read(files, tile, report);
  const length = tile.width * HASH_BYTES;
  if (bytes === undefined || bytes.length === length) return bytes;
  const what = `It has ${bytes.length} bytes instead of ${length}.`;
  report({ code: 'TILE', where: tilePath(tile), what, side: 'file' });
  return undefined;
}

/** The ids that the bundle of the same place names. */
export async function entryBundle(files: PublicFiles, { index, width }: Tile, report: Report) {
  const tile: Tile = { level: 'entries', index, width };
  const bytes = await read(files, tile, report);
  try {
    return bytes === undefined ? undefined : decodeEntries(bytes, width);
  } catch (error) {
    report({ code: 'TILE', where: tilePath(tile), what: (error as Error).message, side: 'file' });
    return undefined;
  }
}

/** Tiles of tiles, against the leaves that are right. */
export async function verifyUpperTiles(files: PublicFiles, tree: MerkleTree, size: number, report: Report) {
  for (let level = 1; size >= TILE_WIDTH ** level; level++) {
    for (const tile of tilesAt(size, level)) {
      const bytes = await hashTile(files, tile, report);
      if (bytes === undefined || equalBytes(bytes, tileBytes(tree, tile))) continue;
      report({ code: 'TILE', where: tilePath(tile), what: 'It is not what the tiles below it make.', side: 'file' });
    }
  }
}

/** Partial tiles of smaller trees, which stay until their tile is full: whoever remembers an older checkpoint reads them. */
export async function* olderTiles(
  files: PublicFiles,
  size: number,
): AsyncGenerator<{ readonly tile: Tile; readonly bytes: Uint8Array; readonly width: number }> {
  const paths = await readdir(join(files.dir, 'tile'), { recursive: true }).catch(() => []);
  for (const path of paths.toSorted()) {
    const tile = parseTilePath(`tile/${path.replaceAll('\\', '/')}`);
    if (tile === null || tile.width === TILE_WIDTH) continue;
    const scale = TILE_WIDTH ** (tile.level === 'entries' ? 0 : tile.level);
    const width = Math.min(TILE_WIDTH, Math.floor(size / scale) - tile.index * TILE_WIDTH);
    // What is as wide as it can be is looked at by itself; what lies beyond the checkpoint nobody has signed.
    if (tile.width >= width) continue;
    yield { tile, bytes: await readFile(join(files.dir, 'tile', path)), width };
  }
}

/** Against the leaves that are right. */
export async function verifyOlderTiles(files: PublicFiles, tree: MerkleTree, size: number, report: Report) {
  for await (const { tile, bytes } of olderTiles(files, size)) {
    const level = tile.level === 'entries' ? 0 : tile.level;
    if (equalBytes(hashesIn(tile, bytes), tileBytes(tree, { ...tile, level }))) continue;
    report({ code: 'TILE', where: tilePath(tile), what: 'It is not the beginning of the tile that it became.', side: 'file' }); // prettier-ignore
  }
}

function hashesIn({ level, width }: Tile, bytes: Uint8Array): Uint8Array {
  if (level !== 'entries') return bytes;
  try {
    return concatBytes(decodeEntries(bytes, width).map(leafHash));
  } catch {
    return new Uint8Array();
  }
}

async function read(files: PublicFiles, tile: Tile, report: Report): Promise<Uint8Array | undefined> {
  try {
    return await files.tile(tile);
  } catch (error) {
    const what = codeOf(error) === 'ENOENT' ? 'The file is missing.' : (error as Error).message;
    report({ code: 'TILE', where: tilePath(tile), what, side: 'file' });
    return undefined;
  }
}

/** The log's public folder: `checkpoint` and `tile/…`, as C2SP tlog-tiles lays them out. Written for whoever may read it while we write. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HASH_BYTES } from '#common/tlog/merkle.ts';
import { TILE_WIDTH, tilePath, type Tile } from '#common/tlog/tiles.ts';
import { codeOf, makeFolder, syncFolder, writeWhole } from '../store/files.ts';

export type FilledTile = Tile & { readonly bytes: Uint8Array };

/** Bytes of an entry in a bundle: its length, then a receipt's id. */
const ENTRY_BYTES = 2 + HASH_BYTES;

export interface PublicFiles {
  readonly dir: string;
  /** Resolves when the full tiles outlive a power cut. @throws DISK_FULL */
  write(tiles: readonly FilledTile[]): Promise<void>;
  /** Tiles first, then the checkpoint that speaks of them, which outlives a power cut. @throws DISK_FULL */
  publish(tiles: readonly FilledTile[], checkpoint: string): Promise<void>;
  checkpoint(): Promise<string | undefined>;
  /** A tile as a tree that has it shows it: from a fuller file where the partial one is gone. @throws ENOENT */
  tile(tile: Tile): Promise<Uint8Array>;
  /** Whether a full tile of a tree of `size` is missing. */
  lacks(size: number): Promise<boolean>;
}

export function publicFiles(dir: string): PublicFiles {
  const made = new Set<string>();
  /** Full tiles since the last checkpoint: their partial forms can go. */
  let filled: FilledTile[] = [];
  const fileOf = (tile: Tile): string => join(dir, tilePath(tile));

  async function writeTile(tile: FilledTile): Promise<void> {
    const path = fileOf(tile);
    const folder = dirname(path);
    if (!made.has(folder)) {
      await makeFolder(folder);
      if (made.size > 1_000) made.clear();
      made.add(folder);
    }
    // Every start checks the partial tiles against the database and writes them again where they differ: they need no sync. They are whole
    // or not there all the same: who is killed while it writes one may start again with a larger tree, and nobody looks at it any more.
    await writeWhole(path, tile.bytes, { sync: isFull(tile) ? 'file' : false });
  }

  async function write(tiles: readonly FilledTile[]): Promise<void> {
    if (!made.has(dir)) await makeFolder(dir);
    made.add(dir);
    await Promise.all(tiles.map(writeTile));
    const full = tiles.filter(isFull);
    await Promise.all([...new Set(full.map((tile) => dirname(fileOf(tile))))].map(syncFolder));
    filled.push(...full);
  }

  return {
    dir,
    write,
    async publish(tiles, checkpoint) {
      await write(tiles);
      await writeWhole(join(dir, 'checkpoint'), checkpoint);
      const covered = filled;
      filled = [];
      for (const tile of covered) {
        const partial = `${fileOf(tile)}.p`;
        made.delete(partial);
        await rm(partial, { recursive: true, force: true });
      }
    },
    checkpoint: () => readFile(join(dir, 'checkpoint'), 'utf8').catch(unlessMissing),
    async tile(tile) {
      const bytes = await readFile(fileOf(tile)).catch(unlessMissing);
      if (bytes !== undefined) return bytes;
      const whole = await readFile(fileOf({ ...tile, width: TILE_WIDTH }));
      return whole.subarray(0, tile.width * (tile.level === 'entries' ? ENTRY_BYTES : HASH_BYTES));
    },
    async lacks(size) {
      const folders = new Map<string, ReadonlySet<string>>();
      for (const tile of fullTiles(size)) {
        const path = fileOf(tile);
        const folder = dirname(path);
        const names = folders.get(folder) ?? new Set(await readdir(folder).catch(() => []));
        folders.set(folder, names);
        if (!names.has(path.slice(folder.length + 1))) return true;
      }
      return false;
    },
  };
}

const isFull = ({ width }: Tile): boolean => width === TILE_WIDTH;

function* fullTiles(size: number): Generator<Tile> {
  for (
    let level = 0, count = Math.floor(size / TILE_WIDTH);
    count > 0;
    level++, count = Math.floor(count / TILE_WIDTH)
  ) {
    for (let index = 0; index < count; index++) {
      yield { level, index, width: TILE_WIDTH };
      if (level === 0) yield { level: 'entries', index, width: TILE_WIDTH };
    }
  }
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

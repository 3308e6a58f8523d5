/** Consistency proofs out of a log's public files (C2SP tlog-tiles), in a folder or behind a URL; nothing of them is believed unproved. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HASH_BYTES } from '../common/tlog/merkle.ts';
import { TILE_WIDTH, tilePath, type Tile } from '../common/tlog/tiles.ts';
import { TiledTree } from '../log/prove.ts';

const PATIENCE = 20_000;

export function publicLog(place: string): (from: number, to: number) => Promise<readonly Uint8Array[]> {
  const read = /^https?:\/\//.test(place) ? fromUrl(place) : (path: string) => readFile(join(place, path));
  const hashes = async (tile: Tile): Promise<Uint8Array> => {
    // Logs may drop partial tiles once they are full: then the full one begins with the same hashes.
    const bytes = await read(tilePath(tile)).catch(() => read(tilePath({ ...tile, width: TILE_WIDTH })));
    return bytes.subarray(0, tile.width * HASH_BYTES);
  };
  return (from, to) => new TiledTree(to, hashes).consistencyProof(from);
}

function fromUrl(prefix: string): (path: string) => Promise<Uint8Array> {
  return async (path) => {
    const reply = await fetch(`${prefix.replace(/\/$/, '')}/${path}`, { signal: AbortSignal.timeout(PATIENCE) });
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
    return new Uint8Array(await reply.arrayBuffer());
  };
}

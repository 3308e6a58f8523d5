/**
 * Verifies the log twice: the public files from nothing but themselves and the key, as a stranger would, and the database's rows against
 * them. Says where they part, and which side is wrong, instead of stopping at the first difference. Changes nothing, repairs nothing.
 */
import type { Client } from 'pg';
import { equalBytes } from '#common/bytes.ts';
import { HASH_BYTES, leafHash } from '#common/tlog/merkle.ts';
import { KeyHistory } from '#common/keys/keys.ts';
import { formatVkey, type Vkey } from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { TILE_WIDTH, tilePath } from '#common/tlog/tiles.ts';
import { entryBundle, hashTile, tilesAt, verifyOlderTiles, verifyUpperTiles } from './fsck-files.ts';
import { RowReader, type StoredRow } from './fsck-rows.ts';
import { Sides, type Leaf } from './fsck-sides.ts';
import type { PublicFiles } from './public.ts';
import { countReceipts, readHead, readName } from './rows.ts';
import type { Fault, FaultReport as Report, FsckReport } from './types.ts';

export interface FsckOptions {
  readonly connect: () => Promise<Client>;
  readonly org: string;
  /** The key that must have signed. */
  readonly vkey: Vkey;
  readonly files: PublicFiles;
  /** The newest head that left the database, before its tiles did. */
  readonly remembered?: string | undefined;
}

const MAX_FAULTS = 100;

export async function fsck({ connect, org, vkey, files, remembered }: FsckOptions): Promise<FsckReport> {
  const faults: Fault[] = [];
  const report: Report = (fault) => {
    if (faults.length < MAX_FAULTS) faults.push({ index: null, side: null, ...fault });
  };
  const client = await connect();
  try {
    const name = await readName(client, org);
    if (name !== undefined && name.vkey !== formatVkey(vkey))
      report({ code: 'KEY', where: 'logs', what: `The database calls ${name.vkey} the log’s key.`, side: 'database' });
    const checkpoint = await readCheckpoint(files, vkey, report);
    await verifyHeads(client, org, vkey, checkpoint, remembered, report);
    // Without a checkpoint to hold them to, rows and files can still be held to each other, as far as the database goes.
    const size = checkpoint?.size ?? (await countReceipts(client, org));
    await verifyLeaves(client, org, files, size, checkpoint?.root, new KeyHistory(vkey), report);
    return { ok: faults.length === 0, size: checkpoint?.size ?? 0, faults };
  } finally {
    await client.end();
  }
}

interface Signed {
  readonly size: number;
  readonly root: Uint8Array;
}

async function readCheckpoint(files: PublicFiles, vkey: Vkey, report: Report): Promise<Signed | undefined> {
  const fault = { code: 'CHECKPOINT', where: 'checkpoint', side: 'file' } as const;
  const note = await files.checkpoint();
  if (note === undefined) return void report({ ...fault, what: 'The file is missing.' });
  try {
    const { size, root } = verifyCheckpoint(note, [vkey]);
    return { size: Number(size), root };
  } catch (error) {
    return void report({ ...fault, what: (error as Error).message });
  }
}

/** The signed heads that are kept in three places: the database, the public checkpoint, the file beside the public folder. */
async function verifyHeads(
  client: Client,
  org: string,
  vkey: Vkey,
  published: Signed | undefined,
  remembered: string | undefined,
  report: Report,
): Promise<void> {
  const head = await readHead(client, org);
  const count = await countReceipts(client, org);
  const [code, where] = ['CHECKPOINT', 'checkpoints'] as const;
  if (count !== (head?.size ?? 0))
    report({ code: 'COUNT', where, what: `The database holds ${count} receipts and a signed head for ${head?.size ?? 0}.`, side: 'database' }); // prettier-ignore
  if (published !== undefined) {
    const own = await readHead(client, org, published.size);
    if (published.size > (head?.size ?? 0)) {
      const what = `It covers ${published.size} receipts; the database has signed ${head?.size ?? 0}: rows were taken out, or it was put back.`;
      report({ code, where: 'checkpoint', what, side: 'database' });
    } else if (own === undefined || !equalBytes(own.root, published.root))
      report({ code, where, what: `The database never had the tree that was published at ${published.size} receipts.`, side: 'database' }); // prettier-ignore
    else if (head !== undefined && published.size < head.size) {
      const what = `It covers ${published.size} receipts; the database has signed ${head.size}: an older file was put back, or a kernel ended before it published the rest (it does so when it starts).`;
      report({ code, where: 'checkpoint', what, side: 'file' });
    }
  }
  if (remembered === undefined) return;
  try {
    const { size, root } = verifyCheckpoint(remembered, [vkey]);
    const own = await readHead(client, org, Number(size));
    if (own === undefined || !equalBytes(own.root, root))
      report({
        code,
        where,
        what: `The database lacks the head that it signed at ${size} receipts.`,
        side: 'database',
      });
  } catch (error) {
    report({ code, where: `${org}.heads`, what: (error as Error).message, side: 'file' });
  }
}

/** Every leaf as each side has it: the hash in a tile, the entry in a bundle, the row in the database. */
async function verifyLeaves(
  client: Client,
  org: string,
  files: PublicFiles,
  size: number,
  root: Uint8Array | undefined,
  keys: KeyHistory,
  report: Report,
): Promise<void> {
  const sides = new Sides();
  const rows = new RowReader({ client, org, keys, report });
  for (const tile of tilesAt(size, 0)) {
    const hashes = await hashTile(files, tile, report);
    const entries = await entryBundle(files, tile, report);
    const first = tile.index * TILE_WIDTH;
    const stored = await rows.read(first, tile.width);
    for (let at = 0; at < tile.width; at++)
      sides.add({
        index: first + at,
        tile: hashes?.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
        entry: hashOf(entries?.[at]),
        row: hashOf(stored[at]?.id),
      });
  }
  const { tree, trusted, parted } = sides.judge(root);
  if (!trusted && root !== undefined)
    report({ code: 'TREE', where: 'checkpoint', what: 'Neither the tiles nor the database make the root that was signed.' }); // prettier-ignore
  for (const { leaf, right } of parted)
    for (const fault of partings(leaf, size, trusted ? right : undefined)) report(fault);
  await verifyUpperTiles(files, tree, size, report);
  if (trusted) await verifyOlderTiles(files, tree, size, report);
}

const hashOf = (entry: StoredRow['id'] | undefined): Uint8Array | undefined =>
  entry === undefined ? undefined : leafHash(entry);

/** `right`: the leaf's hash under the signed root; undefined when nobody knows. */
function* partings(
  { index, tile, entry, row }: Leaf,
  size: number,
  right: Uint8Array | undefined,
): Generator<Parameters<Report>[0]> {
  const wrong = (hash: Uint8Array | undefined): boolean => hash !== undefined && right !== undefined && !equalBytes(hash, right); // prettier-ignore
  const number = Math.floor(index / TILE_WIDTH);
  const at = { index: number, width: Math.min(TILE_WIDTH, size - number * TILE_WIDTH) };
  if (right === undefined) {
    const what = `Tile, bundle and database do not agree on receipt ${index}, and the signed root tells of none of them that it is right.`;
    yield { code: 'TREE', where: `receipt ${index}`, what, index };
    return;
  }
  if (wrong(tile)) yield { code: 'TILE', where: tilePath({ ...at, level: 0 }), what: `Hash ${index % TILE_WIDTH}, of receipt ${index}, was changed.`, index, side: 'file' }; // prettier-ignore
  if (wrong(entry)) yield { code: 'TILE', where: tilePath({ ...at, level: 'entries' }), what: `Entry ${index % TILE_WIDTH}, of receipt ${index}, was changed.`, index, side: 'file' }; // prettier-ignore
  if (wrong(row)) yield { code: 'RECEIPT', where: `receipt ${index}`, what: 'The log published another receipt there than the database holds.', index, side: 'database' }; // prettier-ignore
}

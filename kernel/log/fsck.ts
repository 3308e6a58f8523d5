/**
 * Verifies the log twice: the public files from nothing but themselves and the key, as a stranger would, then the database's rows against
 * them. Says where they part instead of stopping at the first difference.
 */
import type { Client } from 'pg';
import { equalBytes, toHex } from '#common/bytes.ts';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { HASH_BYTES, leafHash, MerkleTree } from '#common/merkle.ts';
import { KeyHistory } from '#common/keys.ts';
import type { Vkey } from '#common/note.ts';
import { verifyCheckpoint } from '#common/proof.ts';
import { parseReceipt } from '#common/receipt.ts';
import { decodeEntries, TILE_WIDTH, tileBytes, tilePath, type Tile } from '#common/tlog-tiles.ts';
import type { PublicFiles } from './public.ts';
import type { Fault, FsckReport } from './types.ts';

export interface FsckOptions {
  readonly connect: () => Promise<Client>;
  readonly org: string;
  readonly vkey: Vkey;
  readonly files: PublicFiles;
}

const MAX_FAULTS = 100;

type Report = (fault: Fault) => void;

export async function fsck({ connect, org, vkey, files }: FsckOptions): Promise<FsckReport> {
  const faults: Fault[] = [];
  const report: Report = (fault) => {
    if (faults.length < MAX_FAULTS) faults.push(fault);
  };
  const checkpoint = await readCheckpoint(files, vkey, report);
  if (checkpoint === undefined) return { ok: false, size: 0, faults };
  const { size } = checkpoint;
  const ids = await verifyFiles(files, checkpoint, report);
  const client = await connect();
  try {
    await verifyRows(client, org, size, ids, new KeyHistory(vkey), report);
  } finally {
    await client.end();
  }
  return { ok: faults.length === 0, size, faults };
}

async function readCheckpoint(files: PublicFiles, vkey: Vkey, report: Report) {
  const where = 'checkpoint';
  const note = await files.checkpoint();
  if (note === undefined) return void report({ code: 'CHECKPOINT', where, what: 'The file is missing.' });
  try {
    const { size, root } = verifyCheckpoint(note, [vkey]);
    return { size: Number(size), root };
  } catch (error) {
    return void report({ code: 'CHECKPOINT', where, what: messageOf(error) });
  }
}

/** @returns the ids that the bundles name, by leaf; undefined where a bundle is unreadable */
async function verifyFiles(
  files: PublicFiles,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  report: Report,
): Promise<(Uint8Array | undefined)[]> {
  const tree = new MerkleTree();
  const ids: (Uint8Array | undefined)[] = [];
  for (const tile of tilesAt(size, 0)) {
    const hashes = await readTile(files, tile, tile.width * HASH_BYTES, report);
    const entries = await readBundle(files, { ...tile, level: 'entries' }, report);
    for (let i = 0; i < tile.width; i++) {
      const entry = entries?.[i];
      const hash = hashes?.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      tree.appendHash(hash ?? (entry === undefined ? new Uint8Array(HASH_BYTES) : leafHash(entry)));
      ids.push(entry);
      if (hash === undefined || entry === undefined || equalBytes(leafHash(entry), hash)) continue;
      const where = tilePath(tile);
      report({ code: 'TILE', where, what: `Hash ${i} is not that of entry ${tile.index * TILE_WIDTH + i}.` });
    }
  }
  if (!equalBytes(tree.root(), root)) {
    report({ code: 'TREE', where: 'checkpoint', what: 'The tiles lead to another root than the checkpoint’s.' });
  }
  for (let level = 1; size >= TILE_WIDTH ** level; level++) {
    for (const tile of tilesAt(size, level)) {
      const bytes = await readTile(files, tile, tile.width * HASH_BYTES, report);
      if (bytes === undefined || equalBytes(bytes, tileBytes(tree, { ...tile, level }))) continue;
      report({ code: 'TILE', where: tilePath(tile), what: 'The tile is not what the tiles below it make.' });
    }
  }
  return ids;
}

function* tilesAt(size: number, level: number): Generator<Tile> {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  for (let index = 0; index * TILE_WIDTH < hashes; index++) {
    yield { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) };
  }
}

async function readTile(files: PublicFiles, tile: Tile, length: number, report: Report) {
  try {
    const bytes = await files.tile(tile);
    if (bytes.length === length) return bytes;
    report({ code: 'TILE', where: tilePath(tile), what: `It has ${bytes.length} bytes instead of ${length}.` });
  } catch (error) {
    report({ code: 'TILE', where: tilePath(tile), what: messageOf(error) });
  }
  return undefined;
}

async function readBundle(files: PublicFiles, tile: Tile, report: Report) {
  try {
    return decodeEntries(await files.tile(tile), tile.width);
  } catch (error) {
    report({ code: 'TILE', where: tilePath(tile), what: messageOf(error) });
    return undefined;
  }
}

interface StoredRow {
  readonly index: number;
  readonly id: Uint8Array;
  readonly stream: string;
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
}

/** Every row under the checkpoint is what its body says, and each stream is a chain without gaps. */
async function verifyRows(
  client: Client,
  org: string,
  size: number,
  ids: readonly (Uint8Array | undefined)[],
  keys: KeyHistory,
  report: Report,
): Promise<void> {
  const chains = new Map<string, { seq: number; id: string }>();
  const STEP = 4_096;
  for (let from = 0; from < size; from += STEP) {
    const { rows } = await client.query<StoredRow>(
      `select index, id, stream, seq, kind, body from receipts
        where org = $1 and index >= $2 and index < $3 order by index`,
      [org, from, Math.min(from + STEP, size)],
    );
    let next = from;
    for (const row of rows) {
      for (; next < row.index; next++) missing(next, report);
      next = row.index + 1;
      const published = ids[row.index];
      if (published !== undefined && !equalBytes(published, row.id)) {
        report({
          code: 'RECEIPT',
          where: `receipt ${row.index}`,
          what: `The log published ${toHex(published)} there.`,
        });
      }
      verifyRow(row, org, chains, keys, report);
    }
    for (; next < Math.min(from + STEP, size); next++) missing(next, report);
  }
}

function missing(index: number, report: Report): void {
  report({ code: 'COUNT', where: `receipt ${index}`, what: 'The database lacks it.' });
}

function verifyRow(
  { index, id, stream, seq, kind, body }: StoredRow,
  org: string,
  chains: Map<string, { seq: number; id: string }>,
  keys: KeyHistory,
  report: Report,
): void {
  const where = `receipt ${index}`;
  const last = chains.get(stream);
  chains.set(stream, { seq, id: toHex(id) });
  if (sha256Hex(body) !== toHex(id)) {
    report({ code: 'RECEIPT', where, what: 'Its id is not the digest of its body.' });
    return;
  }
  try {
    const statement = parseReceipt(body);
    const { predicate } = statement;
    const says = [predicate.org, predicate.stream, predicate.seq, predicate.kind].join('\n');
    if (says !== [org, stream, seq, kind].join('\n')) {
      report({
        code: 'RECEIPT',
        where,
        what: 'Its row says another organisation, stream, place or kind than its body.',
      });
    }
    if (predicate.seq !== (last?.seq ?? -1) + 1 || predicate.prev !== (last?.id ?? null)) {
      report({
        code: 'CHAIN',
        where,
        what: `It does not follow receipt ${last?.seq ?? 'none'} of stream “${stream}”.`,
      });
    }
    const wrong = keys.judge(statement, index);
    if (wrong !== null) report({ code: 'KEYS', where, what: wrong });
  } catch (error) {
    report({ code: 'RECEIPT', where, what: messageOf(error) });
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AssayError || error instanceof Error) return error.message;
  return String(error);
}

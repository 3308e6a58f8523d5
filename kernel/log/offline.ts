/**
 * A log that no kernel has open: verified as it lies there, and its public files made anew. `openLog` would refuse a log whose files and
 * database part, or mend what it can; whoever wants to know where they part must not open it.
 */
import { join } from 'node:path';
import type { Client } from 'pg';
import { equalBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash } from '#common/tlog/merkle.ts';
import { parseVkey, type Vkey } from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { tilePath } from '#common/tlog/tiles.ts';
import { openStore } from '../store/index.ts';
import { Bundles } from './bundles.ts';
import { fsck } from './fsck.ts';
import { olderTiles } from './fsck-files.ts';
import { HeadFile } from './heads.ts';
import { readKey } from './keys.ts';
import { publicFiles, type FilledTile, type PublicFiles } from './public.ts';
import { lockLog, readHead, readIds, readName, type Head } from './rows.ts';
import { TreeEdge } from './tree.ts';
import type { FsckReport } from './types.ts';

export interface OfflineLog {
  readonly home: string;
  readonly org: string;
  readonly databaseUrl?: string | undefined;
}

/** @throws NOT_FOUND no such log; HOME_LOCKED, LOG_BUSY while a kernel has it; STORE_* codes */
export async function fsckHome(log: OfflineLog): Promise<FsckReport> {
  return alone(log, async ({ connect, vkey, files }) => {
    const remembered = await new HeadFile(join(log.home, 'log', `${log.org}.heads`)).last();
    return fsck({ connect, org: log.org, vkey, files, remembered });
  });
}

export interface Rebuilt {
  readonly size: number;
  readonly dir: string;
  /** Every file that was not there, or not with these bytes. */
  readonly written: readonly string[];
}

/**
 * Writes the public files from the database: over the home's own where they differ, or all of them into `to`. Sure before it writes: the
 * receipts must make the signed head, and continue what was published.
 * @throws LOG_FORKED, and what `fsckHome` throws
 */
export async function rebuildHome(log: OfflineLog, to?: string): Promise<Rebuilt> {
  return alone(log, async ({ client, vkey, files: own }) => {
    const head = await readHead(client, log.org);
    if (head === undefined) throw new AssayError('LOG_FORKED', 'The database holds no signed head.');
    const published = to === undefined ? await publishedHead(own, vkey) : undefined;
    await refuseFork(client, log.org, head, published);
    const files = to === undefined ? own : publicFiles(to);
    const [edge, bundles] = [new TreeEdge(), new Bundles(0, [])];
    const written: string[] = [];
    const write = async (tiles: readonly FilledTile[]): Promise<void> => {
      const differing: FilledTile[] = [];
      for (const tile of tiles) if (!(await holds(files, tile))) differing.push(tile);
      await files.write(differing);
      written.push(...differing.map(tilePath));
    };
    for await (const ids of readIds(client, log.org, 0, head.size)) {
      for (const id of ids) {
        edge.append(leafHash(id));
        bundles.append(id);
      }
      await write([...edge.takeFull(), ...bundles.takeFull()]);
    }
    await write([...edge.takeTiles(), ...bundles.take()]);
    for await (const { tile, bytes, width } of olderTiles(files, head.size)) {
      const whole = await files.tile({ ...tile, width });
      const right = whole.subarray(0, (whole.length / width) * tile.width);
      if (!equalBytes(bytes, right)) await write([{ ...tile, bytes: right }]);
    }
    // One that says the same may carry cosignatures: it stays.
    if (published?.size !== head.size || to !== undefined) {
      await files.publish([], head.note);
      written.push('checkpoint');
    }
    return { size: head.size, dir: files.dir, written };
  });
}

interface Alone {
  readonly client: Client;
  readonly vkey: Vkey;
  readonly files: PublicFiles;
  connect(): Promise<Client>;
}

async function alone<T>({ home, org, databaseUrl }: OfflineLog, work: (log: Alone) => Promise<T>): Promise<T> {
  const store = await openStore({ home, org, databaseUrl });
  try {
    const connect = (): Promise<Client> => store.connect(org);
    const client = await connect();
    try {
      const name = await readName(client, org);
      if (name === undefined)
        throw new AssayError('NOT_FOUND', `The organisation “${org}” has logged nothing here.`, { where: 'org' });
      await lockLog(client, org);
      // The key file stands outside of the database: where there is one, it is the one to believe.
      const vkey = (await readKey(home, org).catch(() => undefined)) ?? parseVkey(name.vkey);
      return await work({ client, connect, vkey, files: publicFiles(join(home, 'log', org)) });
    } finally {
      await client.end();
    }
  } finally {
    await store.close();
  }
}

async function holds(files: PublicFiles, tile: FilledTile): Promise<boolean> {
  const bytes = await files.tile(tile).catch(() => undefined);
  return bytes !== undefined && equalBytes(bytes, tile.bytes);
}

/** What the public checkpoint says, when the log's key signed it; a damaged one is no evidence of anything. */
async function publishedHead(
  files: PublicFiles,
  vkey: Vkey,
): Promise<{ readonly size: number; readonly root: Uint8Array } | undefined> {
  const note = await files.checkpoint();
  try {
    const found = note === undefined ? undefined : verifyCheckpoint(note, [vkey]);
    return found === undefined ? undefined : { size: Number(found.size), root: found.root };
  } catch {
    return undefined;
  }
}

async function refuseFork(
  client: Client,
  org: string,
  head: Head,
  published: { readonly size: number; readonly root: Uint8Array } | undefined,
): Promise<void> {
  if (published !== undefined && published.size > head.size)
    throw new AssayError('LOG_FORKED', `${published.size} receipts were published; the database holds ${head.size}.`);
  const edge = new TreeEdge();
  for await (const ids of readIds(client, org, 0, head.size))
    for (const id of ids) {
      if (edge.size === published?.size) refuse(edge, published, 'was published');
      edge.append(leafHash(id));
    }
  if (edge.size === published?.size) refuse(edge, published, 'was published');
  refuse(edge, head, 'was signed');
}

function refuse(
  edge: TreeEdge,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  what: string,
): void {
  if (equalBytes(edge.root(), root)) return;
  throw new AssayError('LOG_FORKED', `The receipts in the database do not make the tree that ${what} at ${size}.`);
}

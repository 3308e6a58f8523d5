/** Where the log stands: what the database holds, what was published of it, and whether the one is the beginning of the other. */
import type { Client } from 'pg';
import { equalBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash } from '#common/tlog/merkle.ts';
import { formatCheckpoint, formatVkey, signNote, type NoteSigner } from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { TILE_WIDTH, type Tile } from '#common/tlog/tiles.ts';
import { Bundles } from './bundles.ts';
import { keyPath, makeKey, readKey } from './keys.ts';
import type { FilledTile, PublicFiles } from './public.ts';
import { addHead, addName, countReceipts, readHead, readIds, readName, type Head } from './rows.ts';
import { TreeEdge } from './tree.ts';

/** Signs the head of a tree. */
export function signHead(signer: NoteSigner, size: number, root: Uint8Array): Head {
  const text = formatCheckpoint({ origin: signer.name, size: BigInt(size), root });
  return { size, root, note: signNote(text, [signer]) };
}

/** The key that signs this log; a log without one gets it here. @throws LOG_KEY */
export async function signerOf(client: Client, home: string, org: string): Promise<NoteSigner> {
  const name = await readName(client, org);
  const found = await readKey(home, org);
  if (name === undefined) {
    const signer = found ?? (await makeKey(home, org));
    await addName(client, org, signer.name, formatVkey(signer));
    return signer;
  }
  if (found !== undefined && formatVkey(found) === name.vkey) return found;
  const path = keyPath(home, org);
  const what = found === undefined ? `There is no ${path}` : `${path} holds another key`;
  throw new AssayError('LOG_KEY', `${what}: the log of “${org}” is signed as ${name.vkey}.`, { where: path });
}

export interface Standing {
  readonly edge: TreeEdge;
  readonly bundles: Bundles;
  readonly head: Head;
  /** Tiles that have to be published with the head; undefined when it is published. */
  readonly unpublished: readonly FilledTile[] | undefined;
  /** What is public now. */
  readonly published: Head | undefined;
}

/**
 * Writes what full tiles are missing, once it is sure of them. `remembered` is the newest head that left the database.
 * @throws LOG_FORKED: nothing may be written or published any more
 */
export async function standingOf(
  client: Client,
  org: string,
  signer: NoteSigner,
  files: PublicFiles,
  remembered: string | undefined,
): Promise<Standing> {
  const head = await headOf(client, org, signer);
  await knownHead(client, org, signer, remembered, head);
  const published = await knownHead(client, org, signer, await files.checkpoint(), head);
  const trial = (await edgeOf(files, published)) ?? new TreeEdge();
  const from = trial.size;
  for await (const ids of readIds(client, org, from, head.size)) {
    for (const id of ids) {
      trial.append(leafHash(id));
      if (trial.size === published?.size) check(trial, published, 'what was published');
    }
  }
  check(trial, head, 'its own signed head');

  const edge = (from > 0 ? await edgeOf(files, published) : undefined) ?? new TreeEdge();
  const bundles = await bundlesOf(client, org, files, from);
  for await (const ids of readIds(client, org, from, head.size)) {
    for (const id of ids) {
      edge.append(leafHash(id));
      bundles.append(id);
    }
    await files.write([...edge.takeFull(), ...bundles.takeFull()]);
  }
  const rest = [...edge.takeTiles(), ...bundles.take()];
  const complete = published?.size === head.size && from === head.size && rest.length === 0;
  return { edge, bundles, head, published, unpublished: complete ? undefined : rest };
}

async function bundlesOf(client: Client, org: string, files: PublicFiles, size: number): Promise<Bundles> {
  const width = size % TILE_WIDTH;
  const ids: Uint8Array[] = [];
  for await (const some of readIds(client, org, size - width, size)) ids.push(...some);
  const tile: Tile = { level: 'entries', index: Math.floor(size / TILE_WIDTH), width };
  const shown = width === 0 ? undefined : await files.tile(tile).catch(() => undefined);
  return new Bundles(size, ids, shown);
}

/** The newest head in the database; an empty log gets one. */
async function headOf(client: Client, org: string, signer: NoteSigner): Promise<Head> {
  const [found, count] = [await readHead(client, org), await countReceipts(client, org)];
  const head = found ?? signHead(signer, 0, new TreeEdge().root());
  if (head.size !== count) {
    throw forked(`The database holds ${count} receipts and a signed head for ${head.size}.`);
  }
  if (found === undefined) await addHead(client, org, head);
  return head;
}

/** What a note outside the database says, when the database remembers having said it. */
async function knownHead(
  client: Client,
  org: string,
  signer: NoteSigner,
  note: string | undefined,
  head: Head,
): Promise<Head | undefined> {
  if (note === undefined) return undefined;
  let checkpoint;
  try {
    checkpoint = verifyCheckpoint(note, [signer]);
  } catch (cause) {
    throw forked('The published checkpoint is not signed by this log’s key.', cause);
  }
  const size = Number(checkpoint.size);
  if (size > head.size)
    throw forked(`A checkpoint for ${size} receipts was published; the database holds ${head.size}.`);
  const known = await readHead(client, org, size);
  if (known === undefined || !equalBytes(known.root, checkpoint.root)) {
    throw forked(`The database never had the tree that was published at ${size} receipts.`);
  }
  return { size, root: checkpoint.root, note };
}

/** From the tiles, when all are there and lead to the published root. */
async function edgeOf(files: PublicFiles, published: Head | undefined): Promise<TreeEdge | undefined> {
  if (published === undefined || (await files.lacks(published.size))) return undefined;
  try {
    const edge = await TreeEdge.restore(published.size, (tile) => files.tile(tile));
    return equalBytes(edge.root(), published.root) ? edge : undefined;
  } catch {
    return undefined;
  }
}

function check(tree: TreeEdge, head: Head, what: string): void {
  if (equalBytes(tree.root(), head.root)) return;
  throw forked(`The receipts in the database do not make ${what} at ${head.size}.`);
}

function forked(message: string, cause?: unknown): AssayError {
  return new AssayError('LOG_FORKED', message, { cause });
}

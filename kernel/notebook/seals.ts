/** The seals of an organisation: which notebook, which root, and the artifact that is the bundle. */
import { fromHex, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Kernel } from '../kernel.ts';

export interface SealEntry {
  /** The seal receipt's id. */
  readonly id: Digest;
  readonly receipt: Digest;
  readonly notebook: string;
  readonly root: Digest;
  /** The zip's digest: an artifact. */
  readonly bundle: Digest;
  /** RFC 3339 UTC. */
  readonly at: string;
}

export async function keepSeal(
  kernel: Kernel,
  { id, notebook, root, bundle }: Omit<SealEntry, 'receipt' | 'at'>,
): Promise<SealEntry> {
  const { sql } = await kernel.store();
  const row = await sql
    .insertInto('seals')
    .values({ org: kernel.org, id: bytes(id), notebook, root: bytes(root), bundle: bytes(bundle) })
    .returning('at')
    .executeTakeFirstOrThrow();
  return { id, receipt: id, notebook, root, bundle, at: row.at.toISOString() };
}

/** Newest first; of one notebook when named. */
export async function listSeals(
  kernel: Kernel,
  { notebook, limit = 100 }: { readonly notebook?: string | undefined; readonly limit?: number | undefined } = {},
): Promise<SealEntry[]> {
  const { sql } = await kernel.store();
  let query = sql.selectFrom('seals').selectAll().where('org', '=', kernel.org);
  if (notebook !== undefined) query = query.where('notebook', '=', notebook);
  const rows = await query.orderBy('at', 'desc').limit(limit).execute();
  return rows.map(entry);
}

/** @throws NOT_FOUND */
export async function findSeal(kernel: Kernel, id: Digest): Promise<SealEntry> {
  const { sql } = await kernel.store();
  const wanted = fromHex(id);
  const row =
    wanted === null
      ? undefined
      : await sql
          .selectFrom('seals')
          .selectAll()
          .where('org', '=', kernel.org)
          .where('id', '=', wanted)
          .executeTakeFirst();
  if (row === undefined) throw new AssayError('NOT_FOUND', `There is no seal “${id.slice(0, 80)}”.`);
  return entry(row);
}

interface Row {
  readonly id: Uint8Array;
  readonly notebook: string;
  readonly root: Uint8Array;
  readonly bundle: Uint8Array;
  readonly at: Date;
}

function entry({ id, notebook, root, bundle, at }: Row): SealEntry {
  return {
    id: toHex(id),
    receipt: toHex(id),
    notebook,
    root: toHex(root),
    bundle: toHex(bundle),
    at: at.toISOString(),
  };
}

function bytes(digest: Digest): Uint8Array {
  const found = fromHex(digest);
  if (found === null) throw new AssayError('INTERNAL', `“${digest}” is no digest.`);
  return found;
}

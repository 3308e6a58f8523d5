/** The audit packs of an organisation: which period, and the artifact that is the zip. The log itself says that they were made. */
import { isDigest } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Kernel } from '../kernel.ts';

export interface PackEntry {
  /** Of the receipt that sealed it. */
  readonly id: Digest;
  /** RFC 3339: from the first on and before the second. */
  readonly from: string;
  readonly to: string;
  /** In the period. */
  readonly receipts: number;
  /** The zip's digest: an artifact. */
  readonly bundle: Digest;
  readonly bytes: number;
  /** RFC 3339. */
  readonly at: string;
}

const PREFIX = 'pack:';

export async function keepPack(kernel: Kernel, made: Omit<PackEntry, 'bytes' | 'at'>): Promise<PackEntry> {
  const { sql } = await kernel.store();
  const entry = { ...made, bytes: await kernel.artifacts.size(made.bundle), at: new Date().toISOString() };
  await sql
    .insertInto('settings')
    .values({ org: kernel.org, name: PREFIX + entry.id, value: JSON.stringify(entry) })
    .execute();
  return entry;
}

/** Newest first. */
export async function listPacks(kernel: Kernel, limit = 100): Promise<PackEntry[]> {
  const { sql } = await kernel.store();
  const found = await sql
    .selectFrom('settings')
    .select('value')
    .where('org', '=', kernel.org)
    .where('name', 'like', `${PREFIX}%`)
    .execute();
  return found
    .map(({ value }) => value as PackEntry)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, limit);
}

/** @throws NOT_FOUND */
export async function findPack(kernel: Kernel, id: string): Promise<PackEntry> {
  const { sql } = await kernel.store();
  const found = isDigest(id)
    ? await sql
        .selectFrom('settings')
        .select('value')
        .where('org', '=', kernel.org)
        .where('name', '=', PREFIX + id)
        .executeTakeFirst()
    : undefined;
  if (found === undefined) throw new AssayError('NOT_FOUND', `There is no audit pack “${id.slice(0, 80)}”.`);
  return found.value as PackEntry;
}

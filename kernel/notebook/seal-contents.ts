/** What a bundle carries besides the run itself: where its receipts come from, the data that it read, the values that passed. */
import { posix } from 'node:path';
import type { BundleArtifact, BundleFile } from '#common/bundle/types.ts';
import type { Digest } from '#common/data.ts';
import { parseReceipt, type LoggedReceipt } from '#common/receipt/receipt.ts';
import { VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import type { Kernel } from '../kernel.ts';
import type { CarriedValue } from './recording-lineage.ts';

/** A larger file stays behind; `verify` says so. */
const LARGEST_FILE = 256 * 2 ** 20;

/** The stream's receipts and whatever they follow from in other streams. */
export async function withAncestors(
  kernel: Kernel,
  receipts: readonly LoggedReceipt[],
): Promise<readonly LoggedReceipt[]> {
  const log = await kernel.log();
  const found = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  for (const { body } of found.values())
    for (const { digest } of parseReceipt(body).predicate.parents) {
      if (found.has(digest)) continue;
      const parent = await log.get(digest);
      if (parent !== undefined) found.set(digest, parent);
    }
  return [...found.values()];
}

/** The files that data sets were read from, under the names by which a re-run will look for them. */
export async function dataOf(kernel: Kernel, receipts: readonly LoggedReceipt[]): Promise<BundleFile[]> {
  const files = new Map<string, Digest>();
  for (const { body } of receipts) {
    const { method, materials } = parseReceipt(body).predicate;
    if (method?.startsWith('datasets.') === true) for (const { name, digest } of materials) files.set(name, digest);
  }
  const kept: BundleFile[] = [];
  for (const [path, digest] of files) {
    const name = posix.normalize(path);
    if (name.startsWith('/') || name.startsWith('..') || !(await fits(kernel, digest))) continue;
    kept.push({ name, bytes: await kernel.artifacts.get(digest) });
  }
  return kept;
}

/** Inputs and results of the calls, models (also those that a cell handed over as bytes), and whatever else the calls wrote. */
export async function artifactsOf(
  kernel: Kernel,
  receipts: readonly LoggedReceipt[],
  values: ReadonlyMap<Digest, CarriedValue>,
): Promise<BundleArtifact[]> {
  const kept = new Map<Digest, BundleArtifact>();
  for (const { body } of receipts) {
    const { subject, predicate } = parseReceipt(body);
    const { method, params, materials } = predicate;
    if (method === null) continue;
    const told = subject.map(({ name, digest }) => ({ title: `${method} ${name}`, digest: digest.sha256 }));
    if (params !== null) told.push({ title: `${method} input`, digest: params });
    // What data sets were read from lies beside the notebook, under its own name.
    if (!method.startsWith('datasets.'))
      for (const { name, digest } of materials) told.push({ title: `${method} ${name}`, digest });
    for (const { title, digest } of told) {
      if (kept.has(digest)) continue;
      const value = values.get(digest);
      const bytes = value?.bytes ?? ((await fits(kernel, digest)) ? await kernel.artifacts.get(digest) : undefined);
      if (bytes !== undefined)
        kept.set(digest, {
          digest,
          bytes,
          title: value?.title ?? title,
          ...(value === undefined ? {} : { mediaType: VALUE_MEDIA_TYPE }),
        });
    }
  }
  return [...kept.values()];
}

async function fits({ artifacts }: Kernel, digest: Digest): Promise<boolean> {
  return (await artifacts.has(digest)) && (await artifacts.size(digest)) <= LARGEST_FILE;
}

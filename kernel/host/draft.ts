import type { Digest } from '#common/data.ts';
import type { Parent, ReceiptDraft } from '#common/receipt/types.ts';
import { isRecord } from '#common/reference.ts';
import { digestValue } from '#common/value/value.ts';
import type { FoundPlugin } from './find.ts';

/** The stream of calls that belong to no sealed run. */
export const ORG_STREAM = 'org';

/** What is known of a call when it succeeded. */
export interface CallRecord {
  readonly plugin: FoundPlugin;
  /** Name inside the plugin. */
  readonly method: string;
  readonly stream: string;
  readonly seed: number;
  readonly now: number;
  readonly params: Digest;
  readonly result: Digest;
  /** Small JSON about the result. */
  readonly about: Readonly<Record<string, string | number | boolean>>;
  readonly parents: readonly Parent[];
  readonly materials: ReadonlyMap<string, Digest>;
  /** Artifacts that the call wrote and its result names, by property. */
  readonly written: ReadonlyMap<string, Digest>;
}

/** The receipt of a call: its result is the subject, what it read the materials, what it called the parents. */
export function draftReceipt(call: CallRecord, assay: string): ReceiptDraft {
  const { manifest, digest } = call.plugin;
  return {
    kind: manifest.methods[call.method]!.kind ?? 'run',
    stream: call.stream,
    subject: [
      { name: 'result', digest: { sha256: call.result } },
      ...[...call.written].map(([name, sha256]) => ({ name, digest: { sha256 } })),
    ],
    parents: dedupe(call.parents),
    materials: [...call.materials].map(([name, material]) => ({ name, digest: material })),
    plugin: { name: manifest.name, version: manifest.version, digest },
    method: `${manifest.name}.${call.method}`,
    params: call.params,
    env: {
      assay,
      node: process.versions.node,
      v8: process.versions.v8,
      platform: `${process.platform}-${process.arch}`,
      seed: call.seed,
      now: call.now,
    },
    result: call.about,
    comparators: [],
  };
}

/** Properties of a result that hold the digest of an artifact which the call wrote. */
export function writtenIn(result: unknown, artifacts: ReadonlySet<Digest>): Map<string, Digest> {
  const named = new Map<string, Digest>();
  if (artifacts.size === 0 || !isRecord(result)) return named;
  for (const [name, value] of Object.entries(result))
    if (typeof value === 'string' && artifacts.has(value)) named.set(name, value);
  return named;
}

/** What stands in a receipt for a stream: the digest of the list of its chunks' digests. */
export function digestChunks(digests: readonly Digest[]): Digest {
  return digestValue(digests);
}

function dedupe(parents: readonly Parent[]): Parent[] {
  return [...new Map(parents.map((parent) => [`${parent.role} ${parent.digest}`, parent])).values()];
}

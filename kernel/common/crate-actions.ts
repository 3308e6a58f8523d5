/** What the receipts tell of a run, in RO-Crate's words: each call of a plugin is an action with its instrument, objects and results. */
import { ancestorPath, receiptPath } from './bundle-layout.ts';
import type { BundleParts } from './bundle-types.ts';
import { ref, type Entity, type Ref } from './crate-terms.ts';
import type { Digest } from './data.ts';
import { parseReceipt, type Statement } from './receipt.ts';

export interface CrateActions {
  readonly actions: readonly Entity[];
  readonly applications: readonly Entity[];
  /** What actions read or made and the bundle doesn't carry. */
  readonly absent: readonly Entity[];
}

/** `carried`: the path of each file by its digest. */
export function crateActions({ receipts, stream }: BundleParts, carried: ReadonlyMap<Digest, string>): CrateActions {
  const bodies = new Map(receipts.map(({ id, body }) => [id, parseReceipt(body)]));
  const applications = new Map<string, Entity>();
  const absent = new Map<string, Entity>();
  const thing = (digest: Digest, name: string): string => {
    const path = carried.get(digest);
    if (path !== undefined) return path;
    const id = `#sha256-${digest}`;
    const description = 'Not carried in this bundle; receipts name it by its SHA-256.';
    if (!absent.has(id)) absent.set(id, { '@id': id, '@type': 'CreativeWork', name, sha256: digest, description });
    return id;
  };
  const actions = [...bodies].flatMap(([id, statement]): Entity[] => {
    const { plugin, method, time, seq, kind } = statement.predicate;
    if (plugin === null || method === null) return [];
    const instrument = `#plugin-${encodeURIComponent(plugin.name)}-${plugin.digest.slice(0, 16)}`;
    applications.set(instrument, {
      '@id': instrument,
      '@type': 'SoftwareApplication',
      name: plugin.name,
      softwareVersion: plugin.version,
      sha256: plugin.digest,
      softwareRequirements: ref('#assay'),
    });
    const path = statement.predicate.stream === stream ? receiptPath(seq, kind) : ancestorPath(id);
    return [
      {
        '@id': `#receipt-${id}`,
        '@type': 'CreateAction',
        name: method,
        agent: ref('#organisation'),
        instrument: ref(instrument),
        ...some('object', inputs(statement, bodies, thing)),
        ...some(
          'result',
          statement.subject.map(({ name, digest }) => thing(digest.sha256, `${method} ${name}`)),
        ),
        endTime: time,
        subjectOf: ref(path),
      },
    ];
  });
  return { actions, applications: [...applications.values()], absent: [...absent.values()] };
}

/** The call's own input, files that it read, and what the receipts that it follows from were about. */
function inputs(
  { predicate: { params, method, materials, parents } }: Statement,
  bodies: ReadonlyMap<Digest, Statement>,
  thing: (digest: Digest, name: string) => string,
): string[] {
  const followed = parents
    .filter(({ role }) => role !== 'open')
    .flatMap(({ digest }) => bodies.get(digest)?.subject ?? []);
  return [
    ...(params === null ? [] : [thing(params, `${method} input`)]),
    ...materials.map(({ name, digest }) => thing(digest, name)),
    ...followed.map(({ name, digest }) => thing(digest.sha256, name)),
  ];
}

function some(property: 'object' | 'result', paths: readonly string[]): Readonly<Record<string, readonly Ref[]>> {
  return paths.length === 0 ? {} : { [property]: [...new Set(paths)].map(ref) };
}

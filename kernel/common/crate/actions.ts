/** What the receipts tell of a run, in RO-Crate's words: each call of a plugin is an action with its instrument, objects and results. */
import { ancestorPath, receiptPath } from '#common/bundle/layout.ts';
import { ref, type Entity } from './terms.ts';
import type { Digest } from '#common/data.ts';
import type { Statement } from '#common/receipt/receipt.ts';

export interface CrateActions {
  readonly actions: readonly Entity[];
  readonly applications: readonly Entity[];
  /** What actions read or made and the bundle doesn't carry. */
  readonly absent: readonly Entity[];
}

/** References in all actions together, and the least and most that one has: metadata stay what a reader takes in one piece. */
const REFS = 100_000;
const [LEAST, MOST] = [4, 50];
/** A run of more receipts is one action, by all software that it called; its receipts say the rest. */
const MOST_RECEIPTS = 10_000;

/** `receipts` by id; `files`: those of the bundle; `carried`: the path of each of them that is a value, by its digest. */
export function crateActions(
  receipts: ReadonlyMap<Digest, Statement>,
  stream: string,
  files: ReadonlyMap<string, unknown>,
  carried: ReadonlyMap<Digest, string>,
): CrateActions {
  const applications = new Map<string, Entity>();
  const absent = new Map<string, Entity>();
  const most = Math.min(MOST, Math.max(LEAST, Math.floor(REFS / receipts.size)));
  const thing = ({ digest, name }: Thing): string => {
    const path = carried.get(digest);
    if (path !== undefined) return path;
    const id = `#sha256-${digest}`;
    const description = 'Not carried in this bundle; receipts name it by its SHA-256.';
    if (!absent.has(id)) absent.set(id, { '@id': id, '@type': 'CreativeWork', name, sha256: digest, description });
    return id;
  };
  const some = (property: 'object' | 'result', things: readonly Thing[]): Readonly<Record<string, unknown>> => {
    const all = [...new Map(things.map((one) => [one.digest, one])).values()];
    if (all.length === 0) return {};
    const description = `Of ${all.length} things in “${property}”, the first ${most}; its receipt names all of them.`;
    const named = [...new Set(all.slice(0, most).map(thing))];
    return { [property]: named.map(ref), ...(all.length > most ? { description } : {}) };
  };
  const actions = [...receipts].flatMap(([id, statement]): Entity[] => {
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
    if (receipts.size > MOST_RECEIPTS) return [];
    const path = statement.predicate.stream === stream ? receiptPath(seq, kind) : ancestorPath(id);
    const made = statement.subject.map(({ name, digest }) => ({ digest: digest.sha256, name: `${method} ${name}` }));
    return [
      {
        '@id': `#receipt-${id}`,
        '@type': 'CreateAction',
        name: method,
        agent: ref('#organisation'),
        instrument: ref(instrument),
        ...some('object', inputs(statement, receipts)),
        ...some('result', made),
        endTime: time,
        ...(files.has(path) ? { subjectOf: ref(path) } : {}),
      },
    ];
  });
  return { actions, applications: [...applications.values()], absent: [...absent.values()] };
}

interface Thing {
  readonly digest: Digest;
  readonly name: string;
}

/** The call's own input, files that it read, and what the receipts that it follows from were about. */
function inputs(
  { predicate: { params, method, materials, parents } }: Statement,
  receipts: ReadonlyMap<Digest, Statement>,
): Thing[] {
  const followed = parents
    .filter(({ role }) => role !== 'open')
    .flatMap(({ digest }) => receipts.get(digest)?.subject ?? [])
    .map(({ name, digest }) => ({ name, digest: digest.sha256 }));
  return [...(params === null ? [] : [{ digest: params, name: `${method} input` }]), ...materials, ...followed];
}

/**
 * Whether metadata keep the MUST rules of RO-Crate 1.1 (root-data-entity, data-entities, jsonld) and Process Run Crate 0.5, and describe
 * these files as they are. Faults as sentences, the first that were found; none when it conforms. Never throws for what it is given.
 */
import {
  ACTIONS,
  CONTEXTS,
  DESCRIPTOR,
  INSTRUMENTS,
  PROFILE,
  ref,
  ROOT,
  SPECIFICATION,
  TERMS,
  uriPath,
  type Entity,
} from './terms.ts';
import type { Digest } from '#common/data.ts';

export interface CrateFiles {
  readonly paths: ReadonlySet<string>;
  /** What a file's description must say; a null as size is not judged. */
  packed(path: string): { readonly digest: Digest; readonly size: number | null } | undefined;
  /** All of these must be described. */
  readonly listed: Iterable<string>;
  /** A run, which must conform to the profile as well. */
  readonly run: boolean;
}

export function crateFaults(crate: unknown, files: CrateFiles): readonly string[] {
  const shape = shapeFaults(crate);
  if (shape.length > 0) return shape;
  const graph = new Map((crate as { '@graph': Entity[] })['@graph'].map((entity) => [entity['@id'], entity]));
  const rules = files.run ? [rootFaults, partFaults, profileFaults, actionFaults] : [rootFaults, partFaults];
  return rules.flatMap((rule) => rule(graph, files)).slice(0, MOST);
}

type Graph = ReadonlyMap<string, Entity>;
const MOST = 20;

export const typesOf = (entity: Entity | undefined): readonly unknown[] => [entity?.['@type']].flat();
/** What a property refers to; text and numbers refer to nothing. */
export const refsOf = (entity: Entity | undefined, property: string): readonly string[] =>
  [entity?.[property]].flat().flatMap((value) => (isRef(value) ? [value['@id']] : []));

/** JSON-LD as RO-Crate asks for it: its context, flattened, compacted, each entity named once. */
function shapeFaults(crate: unknown): string[] {
  if (!isObject(crate) || Object.keys(crate).toSorted().join() !== '@context,@graph')
    return ['It is not an object of @context and @graph.'];
  const { '@context': context, '@graph': graph } = crate;
  const contexts: readonly unknown[] = [context].flat();
  const foreign = contexts.find((one) => !(CONTEXTS as readonly unknown[]).includes(one));
  if (!contexts.includes(CONTEXTS[0]) || foreign !== undefined)
    return [`Its @context is not that of ${SPECIFICATION}.`];
  if (!Array.isArray(graph)) return ['Its @graph is no list.'];
  const names = new Set<string>();
  for (const [place, entity] of (graph as readonly unknown[]).entries()) {
    if (!isObject(entity)) return [`Entity ${place} is no object.`];
    const { '@id': id, '@type': type } = entity;
    if (typeof id !== 'string' || id === '') return [`Entity ${place} has no @id.`];
    if (names.has(id)) return [`“${id}” is described twice.`];
    names.add(id);
    const kinds: readonly unknown[] = [type].flat();
    if (kinds.length === 0 || !kinds.every((kind) => typeof kind === 'string' && kind !== ''))
      return [`“${id}” has no @type.`];
    for (const [property, value] of Object.entries(entity)) {
      if (!TERMS.has(property)) return [`“${id}” has “${property}”, which is no term of the context.`];
      const flat = [value].flat().every((one) => one !== null && (!isObject(one) || isRef(one)));
      if (!flat || [value].flat().some(Array.isArray))
        return [`“${id}” is not flattened: its “${property}” holds more than text, numbers and references.`];
    }
  }
  return [];
}

function rootFaults(graph: Graph): string[] {
  const descriptor = graph.get(DESCRIPTOR);
  const root = graph.get(ROOT);
  return faults([
    [
      typesOf(descriptor).includes('CreativeWork'),
      `No CreativeWork “${DESCRIPTOR}” describes the metadata themselves.`,
    ],
    [refsOf(descriptor, 'conformsTo').includes(SPECIFICATION), `“${DESCRIPTOR}” does not conform to ${SPECIFICATION}.`],
    [refsOf(descriptor, 'about').join() === ROOT, `“${DESCRIPTOR}” is not about “${ROOT}”.`],
    [typesOf(root).includes('Dataset'), `There is no Dataset “${ROOT}”.`],
    [isDate(root?.['datePublished']), `The datePublished of “${ROOT}” is no ISO 8601 date.`],
    [isText(root?.['name']) && isText(root?.['description']), `“${ROOT}” has no name or no description.`],
    [refsOf(root, 'license').some((id) => graph.has(id)), `“${ROOT}” has no licence that is described.`],
  ]);
}

/** Every file and directory described is there and reached by hasPart from the root; every file that must be is described as it is. */
function partFaults(graph: Graph, files: CrateFiles): string[] {
  const reached = new Set<string>([ROOT]);
  for (const id of reached) for (const part of refsOf(graph.get(id), 'hasPart')) reached.add(part);
  const found: string[] = reached.has(DESCRIPTOR) ? [`“${DESCRIPTOR}” is no part of what it describes.`] : [];
  for (const id of reached) if (!graph.has(id)) found.push(`“${id}” is a part that nothing describes.`);
  const folders = foldersOf(files.paths);
  for (const [id, entity] of graph) {
    const types = typesOf(entity);
    if (id === ROOT || !(types.includes('File') || types.includes('Dataset'))) continue;
    if (!reached.has(id)) found.push(`“${id}” is no part of “${ROOT}”.`);
    const path = uriPath(id);
    const there = types.includes('File') ? files.paths.has(path ?? '') : folders.has(path ?? '');
    if (path === null) found.push(`“${id}” is no path as a URI.`);
    else if (!there) found.push(`“${id}” is not here.`);
    else found.push(...contentFaults(entity, files.packed(path)));
    if (found.length > MOST) return found;
  }
  for (const path of files.listed) if (!described(graph, path)) found.push(`Nothing describes ${path}.`);
  return found;
}

function foldersOf(paths: ReadonlySet<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at + 1));
  return folders;
}

const described = (graph: Graph, path: string): boolean =>
  typesOf(graph.get(ref(path)['@id'])).includes('File') || path === DESCRIPTOR;

function contentFaults(entity: Entity, packed: ReturnType<CrateFiles['packed']>): string[] {
  if (packed === undefined) return [];
  return faults([
    [entity['sha256'] === packed.digest, `“${entity['@id']}” has another SHA-256 than its description.`],
    [
      packed.size === null || entity['contentSize'] === String(packed.size),
      `“${entity['@id']}” has another size than its description.`,
    ],
  ]);
}

function profileFaults(graph: Graph): string[] {
  const conforms = refsOf(graph.get(ROOT), 'conformsTo').includes(PROFILE);
  return faults([
    [conforms && typesOf(graph.get(PROFILE)).includes('CreativeWork'), `“${ROOT}” does not conform to ${PROFILE}.`],
  ]);
}

/** Process Run Crate: every action names the tool that was executed; what it names besides is described. */
function actionFaults(graph: Graph): string[] {
  const actions = [...graph.values()].filter((entity) =>
    typesOf(entity).some((type) => ACTIONS.includes(type as string)),
  );
  const mentioned = new Set(refsOf(graph.get(ROOT), 'mentions'));
  const found = actions.flatMap((action) => {
    const id = action['@id'];
    const tools = refsOf(action, 'instrument');
    const isTool = (tool: string): boolean =>
      typesOf(graph.get(tool)).some((type) => INSTRUMENTS.includes(type as string));
    const things = ['object', 'result', 'agent', 'environment'].flatMap((property) => refsOf(action, property));
    const unknown = things.find((thing) => !graph.has(thing));
    return faults([
      [tools.length > 0 && tools.every(isTool), `“${id}” has no instrument that is a piece of software.`],
      [mentioned.has(id), `“${ROOT}” does not mention “${id}”.`],
      [unknown === undefined, `“${id}” names “${unknown}”, which nothing describes.`],
      [
        action['endTime'] === undefined || isDate(action['endTime']),
        `“${id}” has an endTime that is no ISO 8601 date.`,
      ],
    ]);
  });
  return actions.length === 0 ? ['No action says what was run.'] : found;
}

const faults = (rules: readonly (readonly [holds: boolean, otherwise: string])[]): string[] =>
  rules.filter(([holds]) => !holds).map(([, otherwise]) => otherwise);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRef = (value: unknown): value is { readonly '@id': string } =>
  isObject(value) && typeof value['@id'] === 'string' && Object.keys(value).length === 1;
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isDate = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/.test(value) &&
  !Number.isNaN(Date.parse(value));

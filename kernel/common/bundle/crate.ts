/** ro-crate-metadata.json: RO-Crate 1.1 in the Process Run Crate profile 0.5, so that repositories and other tools can read a bundle. */
import { artifactPath, dataPath, outputPath, PATHS } from './layout.ts';
import type { BundleParts } from './types.ts';
import { crateActions } from '#common/crate/actions.ts';
import { fileEntities, PROOFS, type Packed } from '#common/crate/files.ts';
import { CONTEXTS, PROFILE, ref, ROOT, SPECIFICATION, type Entity, type Ref } from '#common/crate/terms.ts';
import { parseReceipt, type Statement } from '#common/receipt/receipt.ts';

/** The text of the file. `page`: the preview, which is made from the same graph, and so described last. */
export function roCrate(graph: readonly Entity[], page: Entity): string {
  const whole = graph.map((entity) =>
    entity['@id'] === ROOT ? { ...entity, hasPart: [...(entity['hasPart'] as Ref[]), { '@id': page['@id'] }] } : entity,
  );
  return `${JSON.stringify({ '@context': CONTEXTS, '@graph': [...whole, page] }, null, 2)}\n`;
}

/** `files`: everything packed so far; all of it is described, with its SHA-256. */
export function crateGraph(parts: BundleParts, files: ReadonlyMap<string, Packed>): readonly Entity[] {
  const { notebook, org, env, cells, data, artifacts } = parts;
  const receipts = new Map(parts.receipts.map(({ id, body }) => [id, parseReceipt(body)]));
  const { start, end } = times(receipts.values(), parts.stream);
  const described = [...files.keys()].toSorted();
  const carried = new Map(
    described
      .filter((path) => /^(?:artifacts|data|outputs)\//.test(path))
      .map((path) => [files.get(path)!.digest, path]),
  );
  const { actions, applications, absent } = crateActions(receipts, parts.stream, files, carried);
  const environment = Object.entries(env).map(([name, value]): Entity => ({
    '@id': `#environment-${encodeURIComponent(name)}`,
    '@type': 'PropertyValue',
    name,
    value: String(value),
  }));
  // Artifacts are inputs of calls as well.
  const made = new Set([...receipts.values()].flatMap(({ subject }) => subject.map(({ digest }) => digest.sha256)));
  const results = [
    PATHS.cells,
    ...cells.flatMap(({ digest, value }) => (value === undefined ? [] : [outputPath(digest)])),
    ...artifacts.filter(({ digest }) => made.has(digest)).map(({ digest }) => artifactPath(digest)),
  ];
  const objects = [PATHS.notebook, PATHS.env, PATHS.comparators, ...data.map(({ name }) => dataPath(name))];
  return [
    { '@id': PATHS.crate, '@type': 'CreativeWork', conformsTo: { '@id': SPECIFICATION }, about: { '@id': ROOT } },
    {
      '@id': ROOT,
      '@type': 'Dataset',
      conformsTo: { '@id': PROFILE },
      name: notebook.title,
      description: `A sealed run of the notebook ${notebook.name}. Root of all results: ${parts.root}.`,
      datePublished: end,
      license: ref('#terms'),
      publisher: ref('#organisation'),
      hasPart: [...described, PATHS.manifest, 'proof/'].map(ref),
      mentions: ['#run', ...actions.map((action) => action['@id'])].map(ref),
    },
    { '@id': PROFILE, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    {
      '@id': '#terms',
      '@type': 'CreativeWork',
      name: 'Not stated',
      description: 'Ask the organisation that sealed this run.',
    },
    {
      '@id': '#run',
      '@type': 'CreateAction',
      name: `Run of ${notebook.name}`,
      description: `All ${cells.length} sealed cells of the notebook, in the order of their dependencies, with every call of a plugin.`,
      agent: ref('#organisation'),
      instrument: actions.length > 0 ? ref('#assay') : ['#assay', ...applications.map((one) => one['@id'])].map(ref),
      object: [...new Set(objects)].map(ref),
      result: [...new Set(results)].map(ref),
      startTime: start,
      endTime: end,
      actionStatus: { '@id': 'http://schema.org/CompletedActionStatus' },
      environment: environment.map((setting) => ref(setting['@id'])),
    },
    ...actions,
    { '@id': '#organisation', '@type': 'Organization', name: org },
    {
      '@id': '#assay',
      '@type': 'SoftwareApplication',
      name: 'Assay',
      softwareVersion: String(env['assay'] ?? 'unknown'),
    },
    ...applications,
    ...environment,
    ...fileEntities(parts, files),
    ...absent,
    { '@id': PATHS.manifest, '@type': 'File', name: 'SHA-256 of every other file', encodingFormat: 'text/plain' },
    {
      '@id': 'proof/',
      '@type': 'Dataset',
      name: 'Proof',
      description:
        'The seal over the manifest, its signatures, and for each receipt the proof that it is in the log. Made after the manifest, so signed rather than listed there.',
      hasPart: Object.keys(PROOFS).map(ref),
    },
    ...Object.entries(PROOFS).map(([path, name]): Entity => ({ '@id': path, '@type': 'File', name })),
  ];
}

function times(receipts: Iterable<Statement>, stream: string): { readonly start: string; readonly end: string } {
  const own = [...receipts].filter(({ predicate }) => predicate.stream === stream);
  return { start: own[0]!.predicate.time, end: own.at(-1)!.predicate.time };
}

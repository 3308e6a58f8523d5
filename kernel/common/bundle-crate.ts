/** ro-crate-metadata.json: RO-Crate 1.1 in the Process Run Crate profile 0.5, so that repositories and other tools can read a bundle. */
import { sha256Hex } from '#crypto';
import { artifactPath, dataPath, outputPath, PATHS } from './bundle-layout.ts';
import type { BundleParts } from './bundle-types.ts';
import { parseReceipt } from './receipt.ts';

const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5';

interface Ref {
  readonly '@id': string;
}

/** `files`: everything packed so far; all of it is described, with its SHA-256. */
export function roCrate(parts: BundleParts, files: ReadonlyMap<string, Uint8Array>): string {
  const { notebook, org, env, cells, data, artifacts } = parts;
  const { start, end } = times(parts);
  const titles = new Map(artifacts.map(({ digest, title }) => [artifactPath(digest), title]));
  const types = new Map([
    ...artifacts.map(({ digest, mediaType }) => [artifactPath(digest), mediaType] as const),
    ...data.map(({ name, mediaType }) => [dataPath(name), mediaType] as const),
  ]);
  const described = [...files.keys()].toSorted();
  const graph = [
    {
      '@id': PATHS.crate,
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      about: { '@id': './' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      conformsTo: { '@id': PROFILE },
      name: notebook.title,
      description: `A sealed run of the notebook ${notebook.name}. Root of all results: ${parts.root}.`,
      datePublished: end,
      license: { '@id': '#terms' },
      hasPart: [...described.map(ref), ref(PATHS.manifest), ref('proof/')],
      mentions: ref('#run'),
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
      agent: ref('#organisation'),
      instrument: ref('#assay'),
      object: [PATHS.notebook, ...data.map(({ name }) => dataPath(name))].map(ref),
      result: [
        PATHS.cells,
        ...cells.flatMap(({ digest, value }) => (value === undefined ? [] : [outputPath(digest)])),
        ...titles.keys(),
      ]
        .filter(first)
        .map(ref),
      startTime: start,
      endTime: end,
    },
    { '@id': '#organisation', '@type': 'Organization', name: org },
    {
      '@id': '#assay',
      '@type': 'SoftwareApplication',
      name: 'Assay',
      softwareVersion: String(env['assay'] ?? 'unknown'),
    },
    { '@id': PATHS.manifest, '@type': 'File', name: 'SHA-256 of every other file', encodingFormat: 'text/plain' },
    {
      '@id': 'proof/',
      '@type': 'Dataset',
      name: 'The seal over the manifest, and proofs that every receipt is in the log',
    },
    ...described.map((path) => ({
      '@id': uri(path),
      '@type': 'File',
      name: titles.get(path) ?? path.slice(path.lastIndexOf('/') + 1),
      encodingFormat: types.get(path) ?? mediaTypeOf(path),
      contentSize: String(files.get(path)!.length),
      sha256: sha256Hex(files.get(path)!),
    })),
  ];
  const context = ['https://w3id.org/ro/crate/1.1/context', 'https://w3id.org/ro/terms/workflow-run/context'];
  return `${JSON.stringify({ '@context': context, '@graph': graph }, null, 2)}\n`;
}

const uri = (path: string): string => encodeURI(path).replaceAll('#', '%23');
const ref = (path: string): Ref => ({ '@id': path.startsWith('#') ? path : uri(path) });
const first = (path: string, index: number, all: readonly string[]): boolean => all.indexOf(path) === index;

function times({ receipts, stream }: BundleParts): { readonly start: string; readonly end: string } {
  const own = receipts
    .map(({ body }) => parseReceipt(body).predicate)
    .filter((predicate) => predicate.stream === stream);
  return { start: own[0]!.time, end: own.at(-1)!.time };
}

const TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  json: 'application/json',
  csv: 'text/csv',
  value: 'application/vnd.assay.value',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
};

const mediaTypeOf = (path: string): string => TYPES[/\.([a-z]+)$/.exec(path)?.[1] ?? ''] ?? 'application/octet-stream';

/** The files of a bundle as RO-Crate describes them. */
import { artifactPath, ATTACHED, dataPath, outputPath, PATHS, PREVIEW, TOOLS } from '#common/bundle/layout.ts';
import type { BundleParts } from '#common/bundle/types.ts';
import { pathUri, ROOT, type Entity } from './terms.ts';
import type { Digest } from '#common/data.ts';

/** A file as it is packed. */
export interface Packed {
  readonly size: number;
  readonly digest: Digest;
}

/** What comes after the metadata, and so has no SHA-256 in them. */
export const PROOFS: Readonly<Record<string, string>> = {
  [PATHS.seal]: 'The seal: a receipt over the manifest',
  [PATHS.dsse]: 'The seal in a DSSE envelope, signed',
  [PATHS.checkpoint]: 'The log’s signed checkpoint',
  [ATTACHED]: 'The log’s note about what was attached to the seal: its checkpoint, cosigned, and time stamps',
  [PATHS.vkey]: 'The log’s key, as signed notes name it',
  [TOOLS.pem]: 'The log’s key in PEM',
  [TOOLS.allowedSigners]: 'The log’s key for ssh-keygen',
  [TOOLS.sshsig]: 'The manifest’s signature for ssh-keygen',
  [TOOLS.minisignKey]: 'The log’s key for minisign',
  [TOOLS.minisig]: 'The manifest’s signature for minisign',
  [TOOLS.sigstore]: 'The seal’s signature as a Sigstore bundle',
};

/** In order of their paths. */
export function fileEntities({ artifacts, cells, data }: BundleParts, files: ReadonlyMap<string, Packed>): Entity[] {
  const told = new Map<string, { readonly title?: string | undefined; readonly mediaType?: string | undefined }>([
    ...cells.map(({ id, digest }) => [outputPath(digest), { title: `Value of ${id}` }] as const),
    ...data.map(({ name, mediaType }) => [dataPath(name), { mediaType }] as const),
    ...artifacts.map(({ digest, title, mediaType }) => [artifactPath(digest), { title, mediaType }] as const),
  ]);
  return [...files.keys()].toSorted().map((path) => {
    const { title, mediaType } = told.get(path) ?? {};
    return fileEntity(path, files.get(path)!, title, mediaType);
  });
}

/** ro-crate-preview.html, a file and a view of the whole. */
export const pageEntity = (page: Packed): Entity => ({
  ...fileEntity(PREVIEW, page),
  '@type': ['File', 'CreativeWork'],
  about: { '@id': ROOT },
});

function fileEntity(path: string, { size, digest }: Packed, title?: string, mediaType?: string): Entity {
  return {
    '@id': pathUri(path),
    '@type': 'File',
    name: NAMES[path] ?? title ?? path.slice(path.lastIndexOf('/') + 1),
    encodingFormat: mediaType ?? mediaTypeOf(path),
    contentSize: String(size),
    sha256: digest,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  [PATHS.readme]: 'What this is, and how to check it',
  [PATHS.notebook]: 'The notebook as it was run',
  [PATHS.env]: 'What it ran on',
  [PATHS.comparators]: 'How a re-run is to be compared',
  [PATHS.cells]: 'Every sealed cell with the SHA-256 of its value',
  [PREVIEW]: 'This crate as a page',
};

const TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  html: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
  value: 'application/vnd.assay.value',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
};

const mediaTypeOf = (path: string): string => TYPES[/\.([a-z]+)$/.exec(path)?.[1] ?? ''] ?? 'application/octet-stream';

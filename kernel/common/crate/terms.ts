/** RO-Crate 1.1 and Process Run Crate 0.5, as far as a bundle's metadata use them: shared by the one who writes and the one who checks. */
export const CONTEXTS = [
  'https://w3id.org/ro/crate/1.1/context',
  'https://w3id.org/ro/terms/workflow-run/context',
] as const;
export const SPECIFICATION = 'https://w3id.org/ro/crate/1.1';
export const PROFILE = 'https://w3id.org/ro/wfrun/process/0.5';
export const DESCRIPTOR = 'ro-crate-metadata.json';
export const ROOT = './';
export const ACTIONS: readonly string[] = ['CreateAction', 'ActivateAction', 'UpdateAction'];
export const INSTRUMENTS: readonly string[] = ['SoftwareApplication', 'SoftwareSourceCode', 'ComputationalWorkflow'];

/** Every property that a bundle's metadata have; all are terms of those contexts, so that JSON-LD readers drop none of them. */
export const TERMS: ReadonlySet<string> = new Set(
  `@id @type about actionStatus agent author conformsTo contentSize datePublished description encodingFormat endTime environment hasPart
  instrument isBasedOn license mentions name object publisher result sha256 softwareRequirements softwareVersion startTime subjectOf
  temporalCoverage value version`.split(/\s+/),
);

export interface Ref {
  readonly '@id': string;
}

/** One object of `@graph`: flat, others only by reference. */
export interface Entity extends Ref {
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

/** The reference by which a file, a directory or, with `#`, something that is no file is known. */
export const ref = (path: string): Ref => ({ '@id': path.startsWith('#') ? path : pathUri(path) });

/** A path as a relative URI, in one form. */
export const pathUri = (path: string): string => encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F');

/** The path of such a URI; null when it is none, or in another form. */
export function uriPath(uri: string): string | null {
  try {
    const path = decodeURIComponent(uri);
    return pathUri(path) === uri ? path : null;
  } catch {
    return null;
  }
}

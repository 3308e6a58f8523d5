/** What describes a pack's receipts to people and to machines. All of it follows from them, so that a verifier writes it again and compares. */
import { sha256Hex } from '#crypto';
import { PACK_PATHS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { packPage } from './page.ts';
import { packTitle } from './title.ts';
import type { PackPeriod } from './period.ts';
import { packReadme } from './readme.ts';
import type { PackSummary } from './summary.ts';
import { utf8Length } from '#common/canonical.ts';
import type { Receipt } from '#common/verify/receipts.ts';

export interface PackedFile {
  readonly digest: Digest;
  readonly bytes: number;
}

/** Texts by path. `packed` gives what is known of period.json and of the files under receipts/. */
export function packFiles(
  period: PackPeriod,
  summary: PackSummary,
  outside: readonly Receipt[],
  packed: (path: string) => PackedFile,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>([
    [PACK_PATHS.page, packPage(period, summary)],
    [PACK_PATHS.readme, packReadme(period)],
  ]);
  const files = new Map<string, PackedFile>();
  for (const [path, text] of texts) files.set(path, { digest: sha256Hex(text), bytes: utf8Length(text) });
  for (const path of [PACK_PATHS.period, PACK_PATHS.receipts, ...outside.map((receipt) => receipt.path)])
    files.set(path, packed(path));
  return texts.set(PACK_PATHS.crate, crate(period, files));
}

const ref = (id: string): { readonly '@id': string } => ({ '@id': id });

/** RO-Crate 1.1; no Process Run, since it is about many. */
function crate(period: PackPeriod, files: ReadonlyMap<string, PackedFile>): string {
  const described = [...files.keys()].toSorted();
  const graph = [
    {
      ...ref(PACK_PATHS.crate),
      '@type': 'CreativeWork',
      conformsTo: ref('https://w3id.org/ro/crate/1.1'),
      about: ref('./'),
    },
    {
      ...ref('./'),
      '@type': 'Dataset',
      name: packTitle(period),
      description: `All receipts of the organisation ${period.org} from ${period.from} until ${period.to}.`,
      datePublished: period.to,
      temporalCoverage: `${period.from}/${period.to}`,
      license: ref('#terms'),
      author: ref('#organisation'),
      hasPart: [...described.map(ref), ref(PACK_PATHS.manifest), ref('proof/')],
    },
    {
      ...ref('#terms'),
      '@type': 'CreativeWork',
      name: 'Not stated',
      description: 'Ask the organisation whose log this is.',
    },
    { ...ref('#organisation'), '@type': 'Organization', name: period.org },
    { ...ref(PACK_PATHS.manifest), '@type': 'File', name: 'SHA-256 of every other file', encodingFormat: 'text/plain' },
    {
      ...ref('proof/'),
      '@type': 'Dataset',
      name: 'The seal over the manifest, and proofs that all of it is in the log',
    },
    ...described.map((path) => ({
      ...ref(path),
      '@type': 'File',
      name: path.slice(path.lastIndexOf('/') + 1),
      encodingFormat: TYPES[path.slice(path.lastIndexOf('.'))] ?? 'application/octet-stream',
      contentSize: String(files.get(path)!.bytes),
      sha256: files.get(path)!.digest,
    })),
  ];
  return `${JSON.stringify({ '@context': 'https://w3id.org/ro/crate/1.1/context', '@graph': graph }, null, 2)}\n`;
}

const TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.html': 'text/html',
};

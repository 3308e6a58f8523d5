/** Where a bundle has what: shared by the one who packs it and the one who verifies it. */
import type { Digest } from '#common/data.ts';
import { digestValue } from '#common/value/value.ts';

/** What every bundle has. */
const COMMON = {
  readme: 'README.md',
  crate: 'ro-crate-metadata.json',
  manifest: 'manifest-sha256.txt',
  seal: 'proof/seal.json',
  dsse: 'proof/seal.dsse.json',
  checkpoint: 'proof/checkpoint',
  vkey: 'proof/log.vkey',
} as const;

/** A sealed run. */
export const PATHS = {
  ...COMMON,
  notebook: 'notebook.md',
  env: 'env.json',
  comparators: 'comparators.json',
  cells: 'outputs/cells.json',
} as const;

/** An audit pack: all receipts of a period. */
export const PACK_PATHS = {
  ...COMMON,
  page: 'index.html',
  period: 'period.json',
  /** One receipt a line, in the order of the log. */
  receipts: 'receipts/log.jsonl',
  /** That the log as the checkpoint has it continues these receipts: the body of a C2SP add-checkpoint request. */
  range: 'proof/range.add-checkpoint',
} as const;

/** Receipts of the sealed stream in order: `receipts/000003-cell.json`. */
export const receiptPath = (seq: number, kind: string): string =>
  `receipts/${String(seq).padStart(6, '0')}-${kind}.json`;
/** Receipts of other streams that these follow from. */
export const ancestorPath = (id: Digest): string => `receipts/ancestors/${id}.json`;
export const proofPath = (id: Digest): string => `proof/${id}.tlog-proof`;
/** The value codec's bytes of a cell's `{name: value}`. */
export const outputPath = (digest: Digest): string => `outputs/${digest}.value`;
export const artifactPath = (digest: Digest): string => `artifacts/${digest}`;
export const dataPath = (name: string): string => `data/${name}`;

/** Receipts about keys, in order of their stream, and the key that signed the seal: where that is not the log's own. */
export const keyReceiptPath = (seq: number): string => `proof/keys/${String(seq).padStart(6, '0')}.json`;
export const SEAL_VKEY = 'proof/seal.vkey';

/** RFC 3161 replies, where the kernel had an authority: about the notebook's bytes, before the run, and about the checkpoint as the log alone signed it. */
export const STAMPS = { notebook: 'proof/notebook.tsr', checkpoint: 'proof/checkpoint.tsr' } as const;

/** The log's note about the checkpoint and the time stamps as they were attached (attached.ts). Bundles of before have none. */
export const ATTACHED = 'proof/attached.note';

/**
 * A run of very many receipts has them in one file, a line each in the order of `seq`, and one proof for all of them together, instead of two
 * files a receipt. Which of the two forms it is follows from the run: see `isLongRun`.
 */
export const LONG_RUN = { receipts: 'receipts/run.jsonl', proof: 'proof/run.multiproof' } as const;

/** The log's key and its signatures in the forms of other tools (signatures/for-tools.ts): all of them, or, in bundles of before, none. */
export const TOOLS = {
  pem: 'proof/log.pem',
  allowedSigners: 'proof/log.allowed_signers',
  sshsig: 'proof/manifest-sha256.txt.sig',
  minisignKey: 'proof/log.minisign.pub',
  minisig: 'proof/manifest-sha256.txt.minisig',
  sigstore: 'proof/seal.sigstore.json',
} as const;

/** For people and browsers: what ro-crate-metadata.json says. Bundles of before have none. */
export const PREVIEW = 'ro-crate-preview.html';

const ANCESTOR = /^receipts\/ancestors\/[0-9a-f]{64}\.json$/;
const PROOF = /^proof\/[0-9a-f]{64}\.tlog-proof$/;
const KEY = /^proof\/keys\/[0-9]{6,}\.json$/;
const RUN: readonly RegExp[] = [
  /^receipts\/run\.jsonl$/,
  /^proof\/run\.multiproof$/,
  /^receipts\/[0-9]{6,}-[a-z]+\.json$/,
  ANCESTOR,
  /^outputs\/[0-9a-f]{64}\.value$/,
  /^artifacts\/[0-9a-f]{64}$/,
  /^data\/./s,
  PROOF,
  /^proof\/(?:checkpoint|notebook)\.tsr$/,
  KEY,
  /^proof\/seal\.vkey$/,
  /^proof\/attached\.note$/,
];
const NEEDED: Readonly<Record<BundleKind, ReadonlySet<string>>> = {
  run: new Set(Object.values(PATHS)),
  pack: new Set(Object.values(PACK_PATHS)),
};
const OF_RUN: ReadonlySet<string> = new Set([...Object.values(TOOLS), PREVIEW]);
const PACK: readonly RegExp[] = [
  ANCESTOR,
  PROOF,
  KEY,
  /^proof\/checkpoint\.tsr$/,
  /^proof\/seal\.vkey$/,
  /^proof\/attached\.note$/,
];

/** A sealed run or an audit pack: each has its own files, and none of the other's. */
export type BundleKind = 'run' | 'pack';

export function bundleKind(files: ReadonlyMap<string, unknown>): BundleKind {
  return files.has(PACK_PATHS.period) ? 'pack' : 'run';
}

/** Files that a bundle of this kind must have. */
export const neededPaths = (kind: BundleKind): readonly string[] => [...NEEDED[kind]];

/** Whether a bundle of this kind may have a file there; the checks say whether it should. */
export const isBundlePath = (path: string, kind: BundleKind): boolean =>
  NEEDED[kind].has(path) ||
  (kind === 'run' && OF_RUN.has(path)) ||
  (kind === 'pack' ? PACK : RUN).some((pattern) => pattern.test(path));
/** The manifest lists all files but itself and what came after it. */
export const isListed = (path: string): boolean => path !== PATHS.manifest && !path.startsWith('proof/');

/** Lines of `sha256sum`, in order of the paths. */
export function manifestText(digests: ReadonlyMap<string, Digest>): string {
  const lines = [...digests].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return lines.map(([path, digest]) => `${digest}  ${path}\n`).join('');
}

/** The digest that stands for a whole run: of all its sealed cells, in file order. */
export function rootDigest(cells: readonly { readonly id: string; readonly digest: Digest }[]): Digest {
  return digestValue(cells.map(({ id, digest }) => [id, digest]));
}

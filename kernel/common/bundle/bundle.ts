/**
 * Packing a sealed run. The seal names the manifest, so it is logged between the two steps: `prepareBundle` lays out all files and
 * names their manifest, `finishBundle` adds the seal and its proofs. Files are stored, not compressed: the zip's bytes follow from them.
 */
import { sha256Hex } from '#crypto';
import {
  ancestorPath,
  artifactPath,
  ATTACHED,
  dataPath,
  keyReceiptPath,
  LONG_RUN,
  manifestText,
  outputPath,
  PATHS,
  PREVIEW,
  proofPath,
  receiptPath,
  rootDigest,
  SEAL_VKEY,
  STAMPS,
} from './layout.ts';
import { LARGEST_HELD, MAX_HELD_BYTES } from './files.ts';
import { bundleReadme } from './readme.ts';
import type { BundleParts, BundleProof, PreparedBundle, RunProof } from './types.ts';
import { concatBytes } from '#common/bytes.ts';
import { canonicalize } from '#common/canonical.ts';
import { crateGraph, roCrate } from './crate.ts';
import { pageEntity, type Packed } from '#common/crate/files.ts';
import { cratePreview } from '#common/crate/preview.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { MAX_KEPT, parseReceipt, type Kind } from '#common/receipt/receipt.ts';
import { parseVkey } from '#common/tlog/note.ts';
import { toolFiles } from '#common/signatures/for-tools.ts';
import { MAX_FILES } from '#common/zip/format.ts';
import { writeZip } from '#common/zip/zip.ts';

export type { BundleParts } from './types.ts';

const utf8 = new TextEncoder();
/** Below what `readZip` unpacks, by the room for 32,000 proofs. */
const MAX_BUNDLE_BYTES = 1.9e9;
/** In a tree of 2^40 entries, under a checkpoint with a few cosignatures. */
const MAX_PROOF_BYTES = 2560;

/** Receipts of a run, and their bytes, from which on they are in one file. */
export const LONG = { receipts: 10_000, bytes: 32 * 2 ** 20 } as const;

/** @throws BUNDLE_INVALID naming the part that is not what its digest says, or that the receipts don't know */
export function prepareBundle(parts: BundleParts, longFrom: number = LONG.receipts): PreparedBundle {
  checkParts(parts);
  const files = new Map<string, Uint8Array>();
  const packed = new Map<string, Packed>();
  const add = (path: string, given: Uint8Array | string): void => {
    const bytes = typeof given === 'string' ? utf8.encode(given) : given;
    const digest = sha256Hex(bytes);
    if ((packed.get(path)?.digest ?? digest) !== digest) throw invalid('Two files of one name.', path);
    files.set(path, bytes);
    packed.set(path, { size: bytes.length, digest });
  };
  const { notebook, cells, root, data, artifacts, env, comparators, receipts } = parts;
  add(PATHS.notebook, notebook.source);
  add(PATHS.env, canonicalize(env));
  add(PATHS.comparators, canonicalize(comparators));
  add(PATHS.cells, canonicalize({ cells: cells.map(({ id, digest }) => ({ digest, id })), root }));
  for (const { digest, value } of cells) if (value !== undefined) add(outputPath(digest), value);
  for (const { name, bytes } of data) add(dataPath(name), bytes);
  for (const { digest, bytes } of artifacts) add(artifactPath(digest), bytes);
  const read = receipts.map((receipt) => ({ ...receipt, about: parseReceipt(receipt.body).predicate }));
  const own = read.filter(({ about }) => about.stream === parts.stream).toSorted((a, b) => a.about.seq - b.about.seq);
  const long = own.length >= longFrom || own.reduce((sum, { body }) => sum + body.length, 0) > LONG.bytes;
  if (long) checkKept(own.map(({ about }) => about.kind));
  if (long) add(LONG_RUN.receipts, concatBytes(own.map(({ body }) => utf8.encode(`${body}\n`))));
  for (const { id, body, about } of read) {
    const { stream, seq, kind } = about;
    if (stream !== parts.stream) add(ancestorPath(id), body);
    else if (!long) add(receiptPath(seq, kind), body);
  }
  add(PATHS.readme, bundleReadme(parts));
  const graph = crateGraph(parts, packed);
  add(PREVIEW, cratePreview(parts, packed, graph));
  add(PATHS.crate, roCrate(graph, pageEntity(packed.get(PREVIEW)!)));

  const alone = long ? read.filter(({ about }) => about.stream !== parts.stream) : receipts;
  checkSize(files, alone.length);
  const manifest = utf8.encode(manifestText(new Map([...packed].map(([path, { digest }]) => [path, digest]))));
  return { files, manifest, manifestDigest: sha256Hex(manifest), receipts: alone, together: long ? own : [] };
}

/** @throws BUNDLE_INVALID when a proof is missing */
export function finishBundle(prepared: PreparedBundle, proof: RunProof): Uint8Array<ArrayBuffer> {
  const ids = prepared.receipts.map(({ id }) => id);
  const files = new Map([...prepared.files, [PATHS.manifest, prepared.manifest], ...proofFiles(ids, proof)]);
  if (prepared.together.length > 0) {
    if (proof.multiproof === undefined) throw invalid('The receipts of a long run have no proof.', LONG_RUN.proof);
    const together = utf8.encode(proof.multiproof);
    if (together.length > LARGEST_HELD) throw invalid('Too many others wrote to the log meanwhile.', LONG_RUN.proof);
    files.set(LONG_RUN.proof, together);
  }
  for (const [path, text] of toolFiles(parseVkey(proof.vkey), proof.dsse, proof.tools))
    files.set(path, utf8.encode(text));
  return writeZip(files);
}

/** What lies under proof/, for the seal and for these receipts. @throws BUNDLE_INVALID when a proof is missing */
export function proofFiles(receipts: readonly Digest[], proof: BundleProof): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  files.set(PATHS.seal, utf8.encode(proof.seal.body));
  files.set(PATHS.dsse, utf8.encode(proof.dsse));
  files.set(PATHS.checkpoint, utf8.encode(proof.checkpoint));
  files.set(PATHS.vkey, utf8.encode(`${proof.vkey}\n`));
  const { notebook, checkpoint } = proof.stamps ?? {};
  if (notebook !== undefined) files.set(STAMPS.notebook, notebook);
  if (checkpoint !== undefined) files.set(STAMPS.checkpoint, checkpoint);
  files.set(ATTACHED, utf8.encode(proof.attached));
  const { receipts: keys = [], signer = null } = proof.keys ?? {};
  for (const [seq, { body }] of keys.entries()) files.set(keyReceiptPath(seq), utf8.encode(body));
  if (signer !== null) files.set(SEAL_VKEY, utf8.encode(`${signer}\n`));
  for (const id of [...receipts, ...keys.map((key) => key.id), proof.seal.id]) {
    const text = proof.proofs.get(id);
    if (text === undefined) throw invalid('A receipt has no proof.', id);
    files.set(proofPath(id), utf8.encode(text));
  }
  return files;
}

/** Proofs and seal come on top; they, too, must fit. */
function checkSize(files: ReadonlyMap<string, Uint8Array>, receipts: number): void {
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (files.size + receipts + 20 > MAX_FILES || bytes > MAX_BUNDLE_BYTES) {
    throw invalid(
      'A bundle holds at most 32,000 receipts of other runs and 2 GB: leave large artifacts out.',
      'bundle',
    );
  }
  const text = [...files].filter(([path]) => path !== LONG_RUN.receipts && !/^(?:artifacts|data|outputs)\//.test(path));
  const held = text.reduce((sum, [, { length }]) => sum + length, 0) + (receipts + 1) * MAX_PROOF_BYTES;
  if (held > MAX_HELD_BYTES || text.some(([, { length }]) => length > LARGEST_HELD))
    throw invalid(`Receipts of other runs, and their proofs, take more than ${MAX_HELD_BYTES} bytes.`, 'bundle');
}

function checkKept(kinds: readonly Kind[]): void {
  const kept = kinds.filter((kind) => kind === 'gate' || kind === 'model' || kind === 'dataset').length;
  if (kept > MAX_KEPT / 2) throw invalid(`A run has at most ${MAX_KEPT / 2} gates, models and data sets.`, 'receipts');
}

/** What could never verify is refused before anything is sealed. */
function checkParts({ cells, root, artifacts, notebook, receipts, stream }: BundleParts): void {
  if (rootDigest(cells) !== root) throw invalid('The root is not that of the cells.', 'root');
  for (const { id, digest, value } of cells) {
    if (value !== undefined && sha256Hex(value) !== digest)
      throw invalid('The value is not the one of its digest.', `cell ${id}`);
  }
  for (const { digest, bytes } of artifacts) {
    if (sha256Hex(bytes) !== digest) throw invalid('The artifact is not the one of its digest.', digest);
  }
  const own = receipts
    .map(({ body }) => parseReceipt(body))
    .filter(({ predicate }) => predicate.stream === stream)
    .toSorted((a, b) => a.predicate.seq - b.predicate.seq);
  const [open] = own;
  if (open?.predicate.kind !== 'open' || own.at(-1)?.predicate.kind !== 'close')
    throw invalid('The stream runs from `open` to `close`.', stream);
  const digest = sha256Hex(notebook.source);
  if (!open.subject.some(({ digest: { sha256 } }) => sha256 === digest))
    throw invalid('It is not the notebook that was opened.', 'notebook');
}

function invalid(why: string, where: string): AssayError {
  return new AssayError('BUNDLE_INVALID', why, { where });
}

/** Checks over receipts: each by itself, and in the log. verify-stream.ts looks at how they hang together. */
import { ancestorPath, keyReceiptPath, PATHS, proofPath, receiptPath } from './bundle-layout.ts';
import type { Digest } from './data.ts';
import { KEY_STREAM } from './keys.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import { keyName } from './note.ts';
import { parseProof, receiptEntry } from './proof.ts';
import { parseReceipt, type Kind, type Statement } from './receipt.ts';
import { fail, type Found } from './verify-checks.ts';
import { differenceIn, digestOf, textOf, type Files, type Seal, type SignedCheckpoint } from './verify-files.ts';

export interface Receipt extends Statement {
  readonly id: Digest;
  readonly path: string;
}

export interface Receipts {
  /** The sealed stream, in order of `seq`. */
  readonly run: readonly Receipt[];
  /** Of other streams. */
  readonly ancestors: readonly Receipt[];
  /** About the organisation's keys, in order of `seq`. */
  readonly keys: readonly Receipt[];
}

export function checkReceipts(files: Files, seal: Seal): Found<Receipts> {
  const run: Receipt[] = [];
  const ancestors: Receipt[] = [];
  const keys: Receipt[] = [];
  for (const [path, bytes] of files) {
    if (path.startsWith(KEYS)) keys.push(readKeyReceipt(path, bytes));
    if (!path.startsWith('receipts/')) continue;
    const receipt = readReceipt(path, bytes);
    const { stream, seq, kind } = receipt.predicate;
    const own = stream === seal.predicate.stream;
    if (path !== (own ? receiptPath(seq, kind) : ancestorPath(receipt.id)))
      fail(`${path} is not where this receipt belongs.`);
    (own ? run : ancestors).push(receipt);
  }
  for (const list of [run, keys]) list.sort((a, b) => a.predicate.seq - b.predicate.seq);
  return {
    value: { run, ancestors, keys },
    detail: `${run.length} of this run, ${ancestors.length} that it follows from`,
  };
}

const KEYS = 'proof/keys/';

function readKeyReceipt(path: string, bytes: Uint8Array): Receipt {
  const receipt = readReceipt(path, bytes);
  const { kind, stream, seq } = receipt.predicate;
  if (kind !== 'key' || stream !== KEY_STREAM || path !== keyReceiptPath(seq))
    fail(`${path} is not where this receipt belongs.`);
  return receipt;
}

function readReceipt(path: string, bytes: Uint8Array): Receipt {
  try {
    return { ...parseReceipt(bytes), id: digestOf(bytes), path };
  } catch (error) {
    return fail(`${path}: ${(error as Error).message}`);
  }
}

export const everyOne = ({ run, ancestors, keys }: Receipts, seal: Seal): Receipt[] => [
  ...run,
  ...ancestors,
  ...keys,
  { ...seal, path: PATHS.seal },
];

export function checkLog(receipts: Receipts, seal: Seal, { key }: SignedCheckpoint): Found<true> {
  const { org } = seal.predicate;
  const log = keyName(key);
  for (const receipt of everyOne(receipts, seal)) {
    const { predicate } = receipt;
    if (predicate.org !== org)
      fail(`${nameOf(receipt)} is of the organisation “${predicate.org}”, the seal of “${org}”.`);
    if (predicate.log !== log) fail(`${nameOf(receipt)} is for the log ${predicate.log}, but ${log} signed.`);
  }
  return { value: true, detail: `Organisation “${org}”, log ${log}` };
}

/** @returns each receipt's index in the log */
export function checkInclusion(
  files: Files,
  receipts: Receipts,
  seal: Seal,
  signed: SignedCheckpoint,
): Found<ReadonlyMap<Digest, bigint>> {
  const indices = new Map<Digest, bigint>();
  const { size, root } = signed.checkpoint;
  const checkpoint = textOf(files, PATHS.checkpoint);
  const all = everyOne(receipts, seal);
  const unused = unusedProofs(files, all);
  for (const receipt of all) {
    const { id } = receipt;
    const path = proofPath(id);
    if (!files.has(path)) fail(`${nameOf(receipt)}, has no proof.${editedSince(files, receipt, unused)}`);
    try {
      const proof = parseProof(textOf(files, path));
      if (proof.extra !== undefined) fail('it carries something that nobody signed.');
      // One checkpoint for all: a log that shows two histories cannot mix them here.
      if (proof.checkpoint !== checkpoint) fail(`it leads to another checkpoint than ${PATHS.checkpoint}.`);
      const { index, hashes } = proof;
      verifyInclusion(index, size, leafHash(receiptEntry(id)), hashes, root);
      indices.set(id, index);
    } catch (error) {
      fail(`${nameOf(receipt)}, by ${path}: ${(error as Error).message}`);
    }
  }
  const [loose] = unused;
  if (loose !== undefined) fail(`${proofPath(loose)} is for no receipt of this bundle.`);
  return { value: indices, detail: `${indices.size} receipts proved` };
}

/** Ids that there is a proof for, and no receipt. */
function unusedProofs(files: Files, all: readonly Receipt[]): Digest[] {
  const ids = new Set(all.map(({ id }) => id));
  return [...files.keys()]
    .filter((path) => path.endsWith('.tlog-proof'))
    .map((path) => path.slice('proof/'.length, -'.tlog-proof'.length))
    .filter((id) => !ids.has(id));
}

/** A receipt that was edited leaves behind the proof of what it was. */
function editedSince(files: Files, { path }: Receipt, unused: readonly Digest[]): string {
  const [was, ...more] = unused;
  if (was === undefined || more.length > 0) return '';
  const difference = differenceIn(files, path, was);
  return ` The log has ${was.slice(0, 12)}… in its place${difference === null ? '.' : `: ${difference}`}`;
}

const KIND_NAMES: Partial<Record<Kind, string>> = {
  run: 'call',
  model: 'call',
  dataset: 'data set',
  open: 'announcement',
};

/** Where it is and what it is about: `receipts/000003-cell.json, the cell “fit”`. */
export function nameOf({ path, subject, predicate: { kind, method } }: Receipt): string {
  const [first] = subject;
  const about = kind === 'cell' && first !== undefined ? ` “${first.name}”` : method === null ? '' : ` of ${method}`;
  return `${path}, the ${KIND_NAMES[kind] ?? kind}${about}`;
}

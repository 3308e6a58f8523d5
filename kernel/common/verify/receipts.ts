/** Checks over receipts: each by itself, and in the log. verify/stream.ts looks at how they hang together. */
import { ancestorPath, keyReceiptPath, LONG_RUN, PATHS, proofPath, receiptPath } from '#common/bundle/layout.ts';
import { equalBytes } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { KEY_STREAM } from '#common/keys/keys.ts';
import { leafHash, verifyInclusion } from '#common/tlog/merkle.ts';
import { parseMultiproof, rootFromMany, type Range } from '#common/tlog/multiproof.ts';
import { keyName } from '#common/tlog/note.ts';
import { leafRow } from '#common/tlog/rows.ts';
import { parseProof, receiptEntry } from '#common/tlog/proof.ts';
import { parseReceipt, type Kind, type Statement } from '#common/receipt/receipt.ts';
import { fail, type Found, type VerifyCode } from './checks.ts';
import { differenceIn, digestOf, textOf, type Files, type Seal, type SignedCheckpoint } from './files.ts';
import type { LongRun } from './long-run.ts';

export interface Receipt extends Statement {
  readonly id: Digest;
  readonly path: string;
}

export interface Receipts {
  /** The sealed stream, in order of `seq`; of a long run those that were kept. */
  readonly run: readonly Receipt[];
  readonly long: LongRun | null;
  /** Of the run, all of them. */
  readonly count: number;
  /** Of other streams. */
  readonly ancestors: readonly Receipt[];
  /** About the organisation's keys, in order of `seq`. */
  readonly keys: readonly Receipt[];
}

export function checkReceipts(files: Files, seal: Seal, long: LongRun | null): Found<Receipts> {
  if (long === null && files.all.has(LONG_RUN.receipts)) fail(`${LONG_RUN.receipts} was not read.`);
  failOn(long, 'RECEIPTS');
  const run: Receipt[] = [];
  const ancestors: Receipt[] = [];
  for (const [path, bytes] of files) {
    if (!path.startsWith('receipts/') || path === LONG_RUN.receipts) continue;
    const receipt = readReceipt(path, bytes);
    const { stream, seq, kind } = receipt.predicate;
    const own = stream === seal.predicate.stream;
    if (path !== (own ? receiptPath(seq, kind) : ancestorPath(receipt.id)))
      fail(`${path} is not where this receipt belongs.`);
    if (own && long !== null) fail(`${path} belongs into ${LONG_RUN.receipts}.`);
    (own ? run : ancestors).push(receipt);
  }
  run.sort((a, b) => a.predicate.seq - b.predicate.seq);
  const keys = keyReceipts(files);
  const count = long?.count ?? run.length;
  return {
    value: { run: long?.kept ?? run, long, count, ancestors, keys },
    detail: `${count} of this run, ${ancestors.length} that it follows from`,
  };
}

/** Those about keys that a bundle carries, in order of `seq`. */
export function keyReceipts(files: Files): Receipt[] {
  const keys = [...files].filter(([path]) => path.startsWith(KEYS)).map((file) => readKeyReceipt(...file));
  return keys.toSorted((a, b) => a.predicate.seq - b.predicate.seq);
}

const KEYS = 'proof/keys/';

function readKeyReceipt(path: string, bytes: Uint8Array): Receipt {
  const receipt = readReceipt(path, bytes);
  const { kind, stream, seq } = receipt.predicate;
  if (kind !== 'key' || stream !== KEY_STREAM || path !== keyReceiptPath(seq))
    fail(`${path} is not where this receipt belongs.`);
  return receipt;
}

/** What was found while a long run went by. */
export function failOn(long: LongRun | null, code: VerifyCode): void {
  const fault = long?.faults.get(code);
  if (fault !== undefined) fail(fault);
}

export function readReceipt(path: string, bytes: Uint8Array): Receipt {
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
  failOn(receipts.long, 'LOG');
  for (const receipt of everyOne(receipts, seal)) {
    const { predicate } = receipt;
    if (predicate.org !== org)
      fail(`${nameOf(receipt)} is of the organisation “${predicate.org}”, the seal of “${org}”.`);
    if (predicate.log !== log) fail(`${nameOf(receipt)} is for the log ${predicate.log}, but ${log} signed.`);
  }
  return { value: true, detail: `Organisation “${org}”, log ${log}` };
}

/** @returns each receipt's index in the log */
export function checkInclusion(files: Files, receipts: Receipts, seal: Seal, signed: SignedCheckpoint): Found<Indices> {
  const { size, root } = signed.checkpoint;
  const checkpoint = textOf(files, PATHS.checkpoint);
  const { long, ancestors } = receipts;
  const indices = new Indices(long, long === null ? [] : provedTogether(files, long, signed, checkpoint));
  if (long === null && files.has(LONG_RUN.proof)) fail(`${LONG_RUN.proof} is for no receipt of this bundle.`);
  const all = everyOne({ ...receipts, run: long === null ? receipts.run : [], ancestors }, seal);
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
  return { value: indices, detail: `${indices.size + (long?.count ?? 0)} receipts proved` };
}

/** Where each receipt is in the log. */
export class Indices extends Map<Digest, bigint> {
  private readonly long: LongRun | null;
  private readonly ranges: readonly Range[];
  private readonly places: readonly number[];

  /** `ranges` hold the entries of the long run, in order. */
  constructor(long: LongRun | null, ranges: readonly Range[]) {
    super();
    this.long = long;
    this.ranges = ranges;
    let place = 0;
    this.places = ranges.map(({ start, end }) => (place += end - start) - (end - start));
  }

  override get(id: Digest): bigint | undefined {
    return super.get(id) ?? this.at(this.long?.place(id) ?? -1);
  }

  /** Of a place in the long run. */
  at(place: number): bigint | undefined {
    if (place < 0) return undefined;
    let [low, high] = [0, this.places.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.places[middle]! <= place) low = middle;
      else high = middle;
    }
    return BigInt(this.ranges[low]!.start + place - this.places[low]!);
  }
}

function provedTogether(files: Files, long: LongRun, signed: SignedCheckpoint, checkpoint: string): readonly Range[] {
  const { size, root } = signed.checkpoint;
  if (!files.has(LONG_RUN.proof)) fail(`${LONG_RUN.receipts} has no proof.`);
  try {
    const proof = parseMultiproof(textOf(files, LONG_RUN.proof));
    if (proof.checkpoint !== checkpoint) fail(`it leads to another checkpoint than ${PATHS.checkpoint}.`);
    if (proof.ranges.reduce((sum, { start, end }) => sum + end - start, 0) !== long.count)
      fail('it is for another number of receipts.');
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) fail('no log is that large.');
    if (!equalBytes(rootFromMany(Number(size), proof, leafRow(long.ids)), root)) fail('it leads to another root.');
    return proof.ranges;
  } catch (error) {
    // All are proved together, so that the proof cannot say which is wrong; the chain between them can.
    const broken = long.faults.get('STREAM');
    const located = broken === undefined ? '' : ` The chain breaks where ${broken}`;
    return fail(`${LONG_RUN.receipts}, by ${LONG_RUN.proof}: ${(error as Error).message}${located}`);
  }
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

/** Checks over receipts: each by itself, in the log, in its stream, and by those it follows from. */
import { ancestorPath, PATHS, proofPath, receiptPath } from './bundle-layout.ts';
import type { Digest } from './data.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import { keyName } from './note.ts';
import { parseProof, receiptEntry } from './proof.ts';
import { parseReceipt, ROLES, type Kind, type Statement } from './receipt.ts';
import { fail, type Found } from './verify-checks.ts';
import { digestOf, textOf, type Files, type Seal, type SignedCheckpoint } from './verify-files.ts';

interface Receipt extends Statement {
  readonly id: Digest;
  readonly path: string;
}

export interface Receipts {
  /** The sealed stream, in order of `seq`. */
  readonly run: readonly Receipt[];
  /** Of other streams. */
  readonly ancestors: readonly Receipt[];
}

export function checkReceipts(files: Files, seal: Seal): Found<Receipts> {
  const run: Receipt[] = [];
  const ancestors: Receipt[] = [];
  for (const [path, bytes] of files) {
    if (!path.startsWith('receipts/')) continue;
    const receipt = readReceipt(path, bytes);
    const { stream, seq, kind } = receipt.predicate;
    const own = stream === seal.predicate.stream;
    if (path !== (own ? receiptPath(seq, kind) : ancestorPath(receipt.id)))
      fail(`${path} is not where this receipt belongs.`);
    (own ? run : ancestors).push(receipt);
  }
  run.sort((a, b) => a.predicate.seq - b.predicate.seq);
  return { value: { run, ancestors }, detail: `${run.length} of this run, ${ancestors.length} that it follows from` };
}

function readReceipt(path: string, bytes: Uint8Array): Receipt {
  try {
    return { ...parseReceipt(bytes), id: digestOf(bytes), path };
  } catch (error) {
    return fail(`${path}: ${(error as Error).message}`);
  }
}

const everyOne = ({ run, ancestors }: Receipts, seal: Seal): (Statement & { readonly id: Digest })[] => [
  ...run,
  ...ancestors,
  seal,
];

export function checkLog(receipts: Receipts, seal: Seal, { key }: SignedCheckpoint): Found<true> {
  const { org } = seal.predicate;
  const log = keyName(key);
  for (const { id, predicate } of everyOne(receipts, seal)) {
    if (predicate.org !== org)
      fail(`${name(id, predicate.kind)} is of the organisation “${predicate.org}”, the seal of “${org}”.`);
    if (predicate.log !== log) fail(`${name(id, predicate.kind)} is for the log ${predicate.log}, but ${log} signed.`);
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
  for (const { id, predicate } of everyOne(receipts, seal)) {
    const path = proofPath(id);
    try {
      const proof = parseProof(textOf(files, path));
      if (proof.extra !== undefined) fail('it carries something that nobody signed.');
      // One checkpoint for all: a log that shows two histories cannot mix them here.
      if (proof.checkpoint !== checkpoint) fail(`it leads to another checkpoint than ${PATHS.checkpoint}.`);
      const { index, hashes } = proof;
      verifyInclusion(index, size, leafHash(receiptEntry(id)), hashes, root);
      indices.set(id, index);
    } catch (error) {
      fail(`${name(id, predicate.kind)}, ${path}: ${(error as Error).message}`);
    }
  }
  for (const path of files.keys()) {
    if (
      path.endsWith('.tlog-proof') &&
      path.startsWith('proof/') &&
      !indices.has(path.slice('proof/'.length, -'.tlog-proof'.length))
    ) {
      fail(`${path} is for no receipt of this bundle.`);
    }
  }
  return { value: indices, detail: `${indices.size} receipts proved` };
}

export function checkStream({ run }: Receipts, seal: Seal, indices: ReadonlyMap<Digest, bigint>): Found<true> {
  const chain = [...run, seal];
  for (const [place, { id, predicate }] of chain.entries()) {
    const before = chain[place - 1];
    if (predicate.stream !== seal.predicate.stream) fail(`${name(id, predicate.kind)} is of another stream.`);
    if (predicate.seq !== place) fail(`Receipt number ${place} of the run is missing.`);
    if (predicate.prev !== (before?.id ?? null))
      fail(`${name(id, predicate.kind)} does not name the receipt before it.`);
    if (before !== undefined && indices.get(before.id)! >= indices.get(id)!)
      fail(`${name(id, predicate.kind)} was logged before its predecessor.`);
  }
  return { value: true, detail: `${chain.length} receipts, the seal the last` };
}

export interface Ends {
  readonly open: Receipt;
  readonly close: Receipt;
}

export function checkOpenClose({ run }: Receipts, seal: Seal): Found<Ends> {
  const [open, close] = [run[0], run.at(-1)];
  if (open?.predicate.kind !== 'open') fail('The run does not begin with its announcement.');
  if (close?.predicate.kind !== 'close') fail('The run does not end with its close.');
  const twice = run
    .slice(1, -1)
    .find(({ predicate }) => predicate.kind === 'open' || predicate.kind === 'close' || predicate.kind === 'seal');
  if (twice !== undefined) fail(`${twice.path} stands in the middle of the run.`);
  const { count, outcome } = close.predicate.result as { readonly count?: unknown; readonly outcome?: unknown };
  if (count !== run.length) fail(`The run closed with ${String(count)} receipts; here are ${run.length}.`);
  if (outcome !== 'done') fail(`The run ended “${String(outcome)}”.`);
  for (const [role, { id }] of Object.entries({ open, close })) {
    if (!seal.predicate.parents.some((parent) => parent.role === role && parent.digest === id))
      fail(`The seal does not name the run’s ${role}.`);
  }
  return { value: { open, close }, detail: `${run.length} receipts, as counted when the run closed` };
}

export function checkParents(receipts: Receipts, seal: Seal, indices: ReadonlyMap<Digest, bigint>): Found<true> {
  const all = new Map(everyOne(receipts, seal).map((receipt) => [receipt.id, receipt]));
  let links = 0;
  for (const { id, predicate } of all.values()) {
    for (const { digest, role } of predicate.parents) {
      const parent =
        all.get(digest) ?? fail(`${name(id, predicate.kind)} follows from ${digest.slice(0, 12)}…, which is not here.`);
      const kinds: readonly Kind[] = ROLES[role];
      if (!kinds.includes(parent.predicate.kind))
        fail(`${name(id, predicate.kind)} has a ${parent.predicate.kind} receipt as its “${role}”.`);
      if (indices.get(digest)! >= indices.get(id)!)
        fail(`${name(id, predicate.kind)} was logged before what it follows from.`);
      links++;
    }
  }
  const reached = new Set(receipts.run.flatMap(({ predicate }) => predicate.parents.map(({ digest }) => digest)));
  for (const id of reached) for (const { digest } of all.get(id)!.predicate.parents) reached.add(digest);
  const loose = receipts.ancestors.find(({ id }) => !reached.has(id));
  if (loose !== undefined) fail(`${loose.path} has nothing to do with this run.`);
  return { value: true, detail: `${links} links followed` };
}

const name = (id: Digest, kind: Kind): string => `The ${kind} receipt ${id.slice(0, 12)}…`;

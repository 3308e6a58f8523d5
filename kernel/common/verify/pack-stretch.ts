/**
 * A pack's stretch in its log. It is proved as a whole: its receipts, appended to the tree that stood before them, make a tree that the signed
 * one continues.
 */
import { PACK_PATHS } from '#common/bundle/layout.ts';
import { fromBase64 } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { ROLES, type Kind } from '#common/receipt/receipt.ts';
import { HASH_BYTES, verifyConsistency } from '#common/tlog/merkle.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { fail, type Found } from './checks.ts';
import { textOf, type Files, type Seal, type SignedCheckpoint } from './files.ts';
import { refuse, type Pack } from './pack-reader.ts';
import { checkInclusion, checkLog, nameOf, type Receipts } from './receipts.ts';

export function checkOrigin({ period }: Pack, outside: Receipts, seal: Seal, signed: SignedCheckpoint): Found<true> {
  if (period.vkey !== formatVkey(signed.key))
    fail(`${PACK_PATHS.period} is about another log than the one that signed.`);
  if (period.org !== seal.predicate.org) fail(`${PACK_PATHS.period} is about the organisation “${period.org}”.`);
  return checkLog(outside, seal, signed);
}

export function checkStretch(
  files: Files,
  { period, stretch }: Pack,
  outside: Receipts,
  seal: Seal,
  signed: SignedCheckpoint,
): Found<ReadonlyMap<Digest, bigint>> {
  const { start, stop } = period;
  const proof = rangeProof(files, stop);
  const { size, root } = signed.checkpoint;
  try {
    verifyConsistency(stop, size, proof, stretch.verified.root(), root);
  } catch (error) {
    fail(`Receipts ${start} to ${stop - 1} are not, all together, those of the log: ${(error as Error).message}`);
  }
  const { value, detail } = checkInclusion(files, outside, seal, signed);
  for (const receipt of outside.ancestors) {
    const index = value.get(receipt.id)!;
    if (index >= BigInt(start) && index < BigInt(stop)) fail(`${nameOf(receipt)} belongs into ${PACK_PATHS.receipts}.`);
  }
  if (value.get(seal.id)! < BigInt(stop)) fail('The pack was sealed before its last receipt was logged.');
  return {
    value,
    detail: `${stop - start} receipts proved together, ${detail.replace(' receipts proved', '')} by themselves`,
  };
}

/** `old <stop>`, a hash a line, an empty line, the checkpoint: exactly as Assay writes it. */
function rangeProof(files: Files, stop: number): Uint8Array[] {
  const text = textOf(files, PACK_PATHS.range);
  const end = text.indexOf('\n\n');
  const [old, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  const hashes = lines.map((line) => fromBase64(line));
  if (old !== `old ${stop}` || hashes.some((hash) => hash?.length !== HASH_BYTES))
    fail(`${PACK_PATHS.range} is no proof that goes on from ${stop} receipts.`);
  if (text.slice(end + 2) !== textOf(files, PACK_PATHS.checkpoint))
    fail(`${PACK_PATHS.range} leads to another checkpoint than ${PACK_PATHS.checkpoint}.`);
  return hashes as Uint8Array[];
}

export function checkParents(
  { stretch, outside, period }: Pack,
  seal: Seal,
  indices: ReadonlyMap<Digest, bigint>,
): Found<true> {
  const { faults, missing } = stretch.verified;
  refuse(faults, 'PARENTS');
  const all = new Map([...outside, { ...seal, path: PACK_PATHS.seal }].map((receipt) => [receipt.id, receipt]));
  let away = missing;
  for (const receipt of all.values())
    for (const { digest, role } of receipt.predicate.parents) {
      const parent = all.get(digest);
      if (parent === undefined && digest !== period.announced) away++;
      if (parent === undefined) continue;
      const kinds: readonly Kind[] = ROLES[role];
      if (!kinds.includes(parent.predicate.kind)) fail(`${nameOf(receipt)} has ${nameOf(parent)}, as its “${role}”.`);
      if (indices.get(digest)! >= indices.get(receipt.id)!)
        fail(`${nameOf(receipt)} was logged before what it follows from.`);
    }
  // Of a gate before the stretch its own gate, model and data are carried too.
  const gates = outside.filter(({ predicate }) => predicate.kind === 'gate');
  const reached = new Set(gates.flatMap(({ predicate }) => predicate.parents.map(({ digest }) => digest)));
  const loose = outside.find(
    ({ id }) => id !== period.announced && !stretch.verified.followed.has(id) && !reached.has(id),
  );
  if (loose !== undefined) fail(`${loose.path} has nothing to do with this period.`);
  if (!seal.predicate.parents.some(({ digest, role }) => digest === period.announced && role === 'previous'))
    fail('The seal does not name the announcement of this pack.');
  if (away === 0) return { value: true, detail: 'All that they follow from is here.' };
  return {
    value: true,
    ok: null,
    detail: `${away} that they follow from stand before the stretch and are not carried, so not judged.`,
  };
}

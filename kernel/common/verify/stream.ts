/** Checks over how receipts hang together: in the run's stream, from its announcement to its close, and by what each follows from. */
import { PATHS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { toHex } from '#common/bytes.ts';
import { HASH_BYTES } from '#common/tlog/merkle.ts';
import { ROLES, type Kind, type Role } from '#common/receipt/receipt.ts';
import { fail, type Found } from './checks.ts';
import type { Seal } from './files.ts';
import { linePath } from './long-faults.ts';
import type { LongRun } from './long-run.ts';
import { everyOne, failOn, nameOf, type Indices, type Receipt, type Receipts } from './receipts.ts';

export function checkStream({ run, long }: Receipts, seal: Seal, indices: Indices): Found<true> {
  if (long !== null) return checkLongStream(long, seal, indices);
  const chain = [...run, { ...seal, path: PATHS.seal }];
  for (const [place, receipt] of chain.entries()) {
    const { id, predicate } = receipt;
    const before = chain[place - 1];
    if (predicate.stream !== seal.predicate.stream) fail(`${nameOf(receipt)} is of another stream.`);
    if (predicate.seq !== place) fail(`Receipt number ${place} of the run is missing.`);
    if (predicate.prev !== (before?.id ?? null)) fail(`${nameOf(receipt)} does not name the receipt before it.`);
    if (before !== undefined && indices.get(before.id)! >= indices.get(id)!)
      fail(`${nameOf(receipt)} was logged before its predecessor.`);
  }
  return { value: true, detail: `${chain.length} receipts, the seal the last` };
}

/** Its own order was checked as it went by, and its proof gives its places in the log in order. */
function checkLongStream(long: LongRun, seal: Seal, indices: Indices): Found<true> {
  const receipt = { ...seal, path: PATHS.seal };
  const { stream, seq, prev } = seal.predicate;
  failOn(long, 'STREAM');
  if (seq !== long.count)
    fail(`Receipt number ${long.count} of the run is missing: ${nameOf(receipt)} is number ${seq}.`);
  if (long.count > 0 && prev !== toHex(long.ids.subarray(-HASH_BYTES))) fail(`${nameOf(receipt)} does not name the receipt before it.`); // prettier-ignore
  if (long.count > 0 && indices.at(long.count - 1)! >= indices.get(seal.id)!)
    fail(`${nameOf(receipt)} was logged before its predecessor.`);
  return { value: true, detail: `${long.count + 1} receipts of ${stream}, the seal the last` };
}

export interface Ends {
  readonly open: Receipt;
  readonly close: Receipt;
}

export function checkOpenClose({ run, long, count: there }: Receipts, seal: Seal): Found<Ends> {
  failOn(long, 'OPEN_CLOSE');
  const [open, close] = [run[0], run.at(-1)];
  if (open?.predicate.kind !== 'open') fail('The run does not begin with its announcement.');
  if (close?.predicate.kind !== 'close') fail('The run does not end with its close.');
  const twice = run
    .slice(1, -1)
    .find(({ predicate }) => predicate.kind === 'open' || predicate.kind === 'close' || predicate.kind === 'seal');
  if (twice !== undefined) fail(`${twice.path} stands in the middle of the run.`);
  const { count, outcome } = Object(close.predicate.result) as { readonly count?: unknown; readonly outcome?: unknown };
  if (count === undefined || outcome === undefined)
    fail(`${close.path} does not say how many receipts there are, or how the run ended.`);
  if (count !== there) fail(`The run closed with ${String(count)} receipts; here are ${there}.`);
  if (outcome !== 'done') fail(`The run ended “${String(outcome)}”.`);
  for (const [role, { id }] of Object.entries({ open, close })) {
    if (!seal.predicate.parents.some((parent) => parent.role === role && parent.digest === id))
      fail(`The seal does not name the run’s ${role}.`);
  }
  return { value: { open, close }, detail: `${there} receipts, as counted when the run closed` };
}

export function checkParents(receipts: Receipts, seal: Seal, indices: Indices): Found<true> {
  const { long, run, ancestors } = receipts;
  failOn(long, 'PARENTS');
  const all = new Map(everyOne(receipts, seal).map((receipt) => [receipt.id, receipt]));
  let links = long?.links ?? 0;
  for (const receipt of long === null ? all.values() : [...ancestors, { ...seal, path: PATHS.seal }]) {
    const { id, predicate } = receipt;
    for (const { digest, role } of predicate.parents) {
      const parent = find(digest, all, long) ?? fail(`${nameOf(receipt)} follows from ${digest.slice(0, 12)}…, which is not here.`); // prettier-ignore
      if (!allows(role, parent.kind)) fail(`${nameOf(receipt)} has ${parent.name}, as its “${role}”.`);
      if (indices.get(digest)! >= indices.get(id)!) fail(`${nameOf(receipt)} was logged before what it follows from.`);
      links++;
    }
  }
  for (const { digest, role, place } of long?.outside ?? []) {
    const parent = all.get(digest) ?? fail(`${linePath(place)} follows from ${digest.slice(0, 12)}…, which is not here, or is no earlier receipt of the run.`); // prettier-ignore
    if (!allows(role, parent.predicate.kind)) fail(`${linePath(place)} has ${nameOf(parent)}, as its “${role}”.`);
    if (indices.get(digest)! >= indices.at(place)!) fail(`${linePath(place)} was logged before what it follows from.`);
    links++;
  }
  const reached = new Set(
    long?.outside.map(({ digest }) => digest) ?? run.flatMap(({ predicate }) => predicate.parents.map(({ digest }) => digest)), // prettier-ignore
  );
  for (const id of reached) for (const { digest } of all.get(id)?.predicate.parents ?? []) reached.add(digest);
  const loose = ancestors.find(({ id }) => !reached.has(id));
  if (loose !== undefined) fail(`${loose.path} has nothing to do with this run.`);
  return { value: true, detail: `${links} links followed` };
}

function find(
  id: Digest,
  all: ReadonlyMap<Digest, Receipt>,
  long: LongRun | null,
): { readonly kind: Kind; readonly name: string } | undefined {
  const receipt = all.get(id);
  if (receipt !== undefined) return { kind: receipt.predicate.kind, name: nameOf(receipt) };
  const place = long?.place(id) ?? -1;
  return place < 0 ? undefined : { kind: long!.kind(place), name: linePath(place) };
}

function allows(role: Role, kind: Kind): boolean {
  const kinds: readonly Kind[] = ROLES[role];
  return kinds.includes(kind);
}

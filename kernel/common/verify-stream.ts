/** Checks over how receipts hang together: in the run's stream, from its announcement to its close, and by what each follows from. */
import { PATHS } from './bundle-layout.ts';
import type { Digest } from './data.ts';
import { ROLES, type Kind } from './receipt.ts';
import { fail, type Found } from './verify-checks.ts';
import type { Seal } from './verify-files.ts';
import { everyOne, nameOf, type Receipt, type Receipts } from './verify-receipts.ts';

export function checkStream({ run }: Receipts, seal: Seal, indices: ReadonlyMap<Digest, bigint>): Found<true> {
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
  const { count, outcome } = Object(close.predicate.result) as { readonly count?: unknown; readonly outcome?: unknown };
  if (count === undefined || outcome === undefined)
    fail(`${close.path} does not say how many receipts there are, or how the run ended.`);
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
  for (const receipt of all.values()) {
    const { id, predicate } = receipt;
    for (const { digest, role } of predicate.parents) {
      const parent =
        all.get(digest) ?? fail(`${nameOf(receipt)} follows from ${digest.slice(0, 12)}…, which is not here.`);
      const kinds: readonly Kind[] = ROLES[role];
      if (!kinds.includes(parent.predicate.kind)) fail(`${nameOf(receipt)} has ${nameOf(parent)}, as its “${role}”.`);
      if (indices.get(digest)! >= indices.get(id)!) fail(`${nameOf(receipt)} was logged before what it follows from.`);
      links++;
    }
  }
  const reached = new Set(receipts.run.flatMap(({ predicate }) => predicate.parents.map(({ digest }) => digest)));
  for (const id of reached) for (const { digest } of all.get(id)!.predicate.parents) reached.add(digest);
  const loose = receipts.ancestors.find(({ id }) => !reached.has(id));
  if (loose !== undefined) fail(`${loose.path} has nothing to do with this run.`);
  return { value: true, detail: `${links} links followed` };
}

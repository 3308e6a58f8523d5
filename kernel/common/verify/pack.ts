/**
 * The checks of an audit pack that a sealed run doesn't have, and those that look at a stretch of the log instead of one run's stream. The
 * stretch is proved as a whole: its receipts, appended to the tree that stood before them, make a tree that the signed one continues.
 */
import { ancestorPath, PACK_PATHS } from '#common/bundle/layout.ts';
import { fromBase64 } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { LogFault } from './log-verifier.ts';
import { HASH_BYTES, verifyConsistency } from '#common/tlog/merkle.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { packFiles } from '#common/pack/files.ts';
import { PAGE_VERSION, PAGES_KNOWN } from '#common/pack/page.ts';
import { readPeriod, type PackPeriod } from '#common/pack/period.ts';
import { StretchReader, type Stretch } from '#common/pack/stretch.ts';
import type { PackSummary } from '#common/pack/summary.ts';
import { ROLES, type Kind, type Statement } from '#common/receipt/receipt.ts';
import { Checks, fail, type Found } from './checks.ts';
import { digestOf, sameText, textOf, type Files, type Seal, type SignedCheckpoint } from './files.ts';
import { checkKeys } from './keys.ts';
import { checkLineage } from './lineage.ts';
import type { Outset } from './run.ts';
import { checkInclusion, checkLog, keyReceipts, nameOf, readReceipt, type Receipt, type Receipts } from './receipts.ts';

export interface Pack {
  readonly period: PackPeriod;
  readonly stretch: Stretch;
  readonly summary: PackSummary;
  /** Receipts outside of the stretch that it follows from, and the announcement. */
  readonly outside: readonly Receipt[];
  /** About the organisation's keys, in order. */
  readonly keys: readonly Receipt[];
}

/** @returns what the pack is about, when its receipts can be read */
export async function checkPack(
  checks: Checks,
  { laid: files, seal, signed, sealer }: Outset,
): Promise<Pack | undefined> {
  const pack = checks.run('RECEIPTS', [await readPack(files)], checkReceipts);
  const outside: Receipts | undefined = pack && {
    run: [],
    long: null,
    count: 0,
    ancestors: pack.outside,
    keys: pack.keys,
  };
  checks.run('LOG', [pack, outside, seal, signed], checkOrigin);
  const indices = checks.run('INCLUSION', [files, pack, outside, seal, signed], checkStretch);
  checks.run('KEYS', [outside, seal, signed, sealer, indices, pack?.stretch.verified.signers], checkKeys);
  checks.run('STREAM', [pack, seal], ({ stretch, period }, { predicate }) => {
    refuse(stretch.verified.faults, 'STREAM');
    if (predicate.seq !== 1 || predicate.prev !== period.announced)
      fail(`${PACK_PATHS.seal}, the seal, does not come right after the announcement of this pack.`);
    return { value: true, detail: `${stretch.verified.streamCount} streams, unbroken within the stretch` };
  });
  checks.run('OPEN_CLOSE', [pack], ({ summary }) => {
    const [wrong] = summary.miscounted;
    if (wrong !== undefined) fail(wrong);
    const open = summary.incidents.filter(({ what }) => what === 'never closed').length;
    const never = open === 0 ? '' : `, ${open} of them begun and not closed in the period: the page names them`;
    return { value: true, detail: `${summary.runs.length} runs${never}` };
  });
  const linked = checks.run('PARENTS', [pack, seal, indices], checkParents);
  checks.run('LINEAGE', [pack, outside, seal], ({ stretch }, ...known) => {
    refuse(stretch.verified.faults, 'LINEAGE');
    return checkLineage(...known);
  });
  checks.run('GATES', [pack, linked], ({ summary: { skipped, gates, unjudged } }, _linked) => {
    const [first] = skipped;
    if (first !== undefined) fail(skipped.length > 1 ? `${first} And ${skipped.length - 1} more.` : first);
    if (unjudged > 0)
      return { value: true, ok: null, detail: `${unjudged} can’t be judged: what they follow from is not carried.` };
    return { value: true, detail: gates === 0 ? 'Nothing here needs one.' : `${gates} held to their gates` };
  });
  checks.run('PERIOD', [pack, seal, files, indices], checkPeriod);
  checks.run('REPORT', [files, pack], checkReport);
  return pack;
}

function refuse(faults: readonly LogFault[], ...codes: readonly LogFault['code'][]): void {
  const found = faults.filter(({ code }) => codes.includes(code));
  const [first] = found;
  if (first === undefined) return;
  const where = first.index < 0 ? PACK_PATHS.receipts : `${PACK_PATHS.receipts}, number ${first.index}`;
  fail(`${where}: ${first.detail}${found.length > 1 ? ` And ${found.length - 1} more.` : ''}`);
}

/** What the receipts are, or why they can't be read. */
type PackRead = Omit<Pack, 'summary'> | Error;

/** The stretch goes by: it may be longer than memory. */
async function readPack(files: Files | undefined): Promise<PackRead | undefined> {
  if (files === undefined) return undefined;
  try {
    const period = readPeriod(files.get(PACK_PATHS.period)!);
    const outside: Receipt[] = [];
    for (const [path, bytes] of files) {
      if (!path.startsWith('receipts/')) continue;
      const receipt = readReceipt(path, bytes);
      if (path !== ancestorPath(receipt.id)) fail(`${path} is not where this receipt belongs.`);
      outside.push(receipt);
    }
    const reader = new StretchReader(period, outside);
    for await (const chunk of files.contents(PACK_PATHS.receipts)) reader.push(chunk);
    return { period, stretch: reader.end(), outside, keys: keyReceipts(files) };
  } catch (error) {
    if (error instanceof AssayError && error.code === 'CANCELLED') throw error;
    return error as Error;
  }
}

function checkReceipts(read: PackRead): Found<Pack> {
  if (read instanceof Error) throw read;
  const { period, stretch, outside, keys } = read;
  const { faults, receipts } = stretch.verified;
  refuse(faults, 'RECEIPT', 'TWICE', 'COUNT');
  const { start, stop } = period;
  if (receipts !== stop - start)
    fail(`${PACK_PATHS.receipts} has ${receipts} receipts, ${PACK_PATHS.period} speaks of ${stop - start}.`);
  return {
    value: { period, stretch, summary: stretch.summary!, outside, keys },
    detail: `${stretch.summary!.receipts} of the period, ${receipts - stretch.summary!.receipts} beside it, ${outside.length} that they follow from`,
  };
}

function checkOrigin({ period }: Pack, outside: Receipts, seal: Seal, signed: SignedCheckpoint): Found<true> {
  if (period.vkey !== formatVkey(signed.key))
    fail(`${PACK_PATHS.period} is about another log than the one that signed.`);
  if (period.org !== seal.predicate.org) fail(`${PACK_PATHS.period} is about the organisation “${period.org}”.`);
  return checkLog(outside, seal, signed);
}

function checkStretch(
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

function checkParents(
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

function checkPeriod(pack: Pack, seal: Seal, files: Files, indices: ReadonlyMap<Digest, bigint>): Found<true> {
  const { period, summary, stretch, outside } = pack;
  const { from, to, first, end, announced } = period;
  const announcement: Statement | undefined = stretch.announcement ?? outside.find(({ id }) => id === announced);
  if (announcement === undefined) fail('The announcement of this pack is not here.');
  const announcedAt = indices.get(announced) ?? BigInt(summary.edges.after?.id === announced ? end : -1);
  if (announcedAt < BigInt(end)) fail('The pack was announced before the last receipt of its stretch was logged.');
  const { kind, time, stream, seq, result } = announcement.predicate;
  const said = Object(result) as { readonly pack?: unknown; readonly from?: unknown; readonly to?: unknown };
  if (kind !== 'archive' || seq !== 0 || said.pack !== 'announced' || stream !== seal.predicate.stream)
    fail('What the pack calls its announcement is something else.');
  const until = typeof said.to === 'string' && said.to < time ? said.to : time;
  if (from !== said.from || to !== until)
    fail(`It was announced for ${String(said.from)} to ${String(said.to)}; it is about ${from} to ${to}.`);
  const sealed = Object(seal.predicate.result) as { readonly period?: unknown };
  if (sealed.period !== digestOf(files.get(PACK_PATHS.period)!)) fail('The seal is about another period.');
  const { before, after, first: one, last } = summary.edges;
  if (before !== null && before.time >= from)
    fail(`Receipt ${before.index}, before the stretch, claims ${before.time}: it belongs to the period.`);
  if (after === null || after.time < to)
    fail(`Receipt ${end}, behind the stretch, claims ${after?.time ?? 'nothing'}: it belongs to the period.`);
  if (one !== null && one.time < from) fail(`Receipt ${first} claims ${one.time}: the stretch begins too early.`);
  if (last !== null && last.time >= to) fail(`Receipt ${end - 1} claims ${last.time}: the stretch ends too late.`);
  const stray = summary.strayTimes === 0 ? '' : `; ${summary.strayTimes} of them claim a time outside of it`;
  const none = first === 0 ? 'none, the log begins later' : `none, between receipts ${first - 1} and ${end}`;
  const which = first === end ? none : `receipts ${first} to ${end - 1}`;
  return { value: true, detail: `${from} to ${to}: ${which}${stray}` };
}

/** Written again from the receipts, every description must come out the same. */
function checkReport(files: Files, { period, summary, outside }: Pack): Found<true> {
  if (!PAGES_KNOWN.includes(period.page))
    return {
      value: true,
      ok: null,
      detail: `Not judged: the page is written in form ${period.page}, this verifier knows ${PAGE_VERSION}.`,
    };
  const written = packFiles(period, summary, outside, (path) => {
    const { digest, size } = files.all.get(path)!;
    return { digest, bytes: size };
  });
  for (const [path, text] of written)
    if (!sameText(files, path, text)) fail(`${path} is not what these receipts give.${firstLine(files, path, text)}`);
  return { value: true, detail: `${[...written.keys()].join(', ')}: written anew and the same` };
}

function firstLine(files: Files, path: string, text: string): string {
  const found = textOf(files, path).split('\n');
  const line = text.split('\n').findIndex((expected, at) => expected !== found[at]);
  return ` Line ${(line < 0 ? text.split('\n').length : line) + 1} says something else.`;
}

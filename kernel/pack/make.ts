/**
 * Making an audit pack: announce it in the log, cut the period out, read and verify every receipt, write the report, seal, prove. The
 * receipts pass through a file, so that a period of any length is packed in the same memory.
 */
import { nanoid } from 'nanoid';
import { crc32 } from '#crypto';
import { attachedFiles } from '#common/bundle/attached.ts';
import { PACK_PATHS } from '#common/bundle/layout.ts';
import { AssayError } from '#common/errors.ts';
import { verifyConsistency } from '#common/tlog/merkle.ts';
import { formatVkey, parseCheckpoint, parseVkey, splitNote } from '#common/tlog/note.ts';
import { announcePack, finishPack, outsideReceipt, preparePack, sealPack } from '#common/pack/pack.ts';
import { OutsideParents } from '#common/pack/outside.ts';
import { PAGE_VERSION } from '#common/pack/page.ts';
import { parsePeriod, peaksIn, type PackPeriod } from '#common/pack/period.ts';
import { StretchReader, type Stretch } from '#common/pack/stretch.ts';
import type { PackSummary } from '#common/pack/summary.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { parseReceipt, type LoggedReceipt } from '#common/receipt/receipt.ts';
import { stampedNote } from '#common/verify/time.ts';
import { zipRecords } from '#common/zip/zip.ts';
import type { Kernel } from '../kernel.ts';
import type { Log, Witnessed } from '../log/types.ts';
import { draft } from '../notebook/recording.ts';
import { noteAuthority, stamp } from '../timestamps.ts';
import { keepPack, type PackEntry } from './packs.ts';
import { spool, type Spool } from './spool.ts';

export interface PackRequest {
  /** Days (YYYY-MM-DD, both included) or moments (RFC 3339, the second excluded). */
  readonly from: string;
  readonly to: string;
  /** Names the pack in events. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Packed extends PackEntry {
  /** Numbers in the log: [first, end). */
  readonly first: number;
  readonly end: number;
  readonly incidents: number;
  /** Gates that were skipped: a verifier will say so. */
  readonly skipped: number;
  readonly witnesses: Witnessed | null;
  /** RFC 3339, or null: an authority saw the checkpoint before. */
  readonly stamped: string | null;
}

/** How long a pack waits for witnesses, in milliseconds. */
const WITNESS_PATIENCE = 5_000;

/** @throws PERIOD_INVALID, LOG_FORKED when the database is not what was published, CANCELLED, DISK_FULL, STORE_* codes */
export async function makePack(kernel: Kernel, request: PackRequest): Promise<Packed> {
  const { id = nanoid() } = request;
  const asked = parsePeriod(request.from, request.to, Date.now());
  const say = (state: 'started' | 'reading' | 'done' | 'failed', more: object = {}): void =>
    void kernel.events.emit({ type: 'pack', call: id, state, ...more });
  say('started');
  try {
    await refuseUnknown(kernel);
    const log = await kernel.log();
    await noteAuthority(log, kernel.home);
    const stream = `pack/${nanoid()}`;
    const announcement = await log.append(draft({ stream }, 'archive', announcePack(asked)));
    const period = await cutOut(log, asked, announcement);
    const total = 2 * (period.stop - period.start);
    const read = (done: number): void => {
      if (request.signal?.aborted === true) throw new AssayError('CANCELLED');
      say('reading', { done, total });
    };
    const parents = new OutsideParents();
    const receipts = await spool(noted(log.stretch.read(period.start, period.stop), parents, read));
    try {
      const outside = await parents.gather((parent) => log.get(parent), announcement);
      const { stretch, summary } = await readStretch(receipts, period, outside, (done) => read(total / 2 + done));
      const packed = await seal(kernel, { log, stream, period, outside, receipts, stretch, summary });
      say('done', { done: total, total });
      return packed;
    } finally {
      await receipts.remove();
    }
  } catch (error) {
    say('failed', { error: AssayError.from(error).toJSON() });
    throw error;
  }
}

/** Opening a log makes one: an organisation whose name was mistyped must not get one. @throws NOT_FOUND */
async function refuseUnknown(kernel: Kernel): Promise<void> {
  const { sql } = await kernel.store();
  const known = await sql.selectFrom('logs').select('origin').where('org', '=', kernel.org).executeTakeFirst();
  if (known === undefined)
    throw new AssayError('NOT_FOUND', `The organisation “${kernel.org}” has logged nothing here.`, { where: 'org' });
}

/** Nothing that was logged after the announcement plays a part: whoever makes packs while others write gets a whole one. */
async function cutOut(
  log: Log,
  asked: { readonly from: string; readonly to: string },
  announcement: LoggedReceipt,
): Promise<PackPeriod> {
  const { time, org } = parseReceipt(announcement.body).predicate;
  const to = asked.to < time ? asked.to : time;
  if (asked.from >= to) throw new AssayError('PERIOD_INVALID', 'The period has only just begun.', { where: 'from' });
  const { first, end } = await log.stretch.within(asked.from, to, announcement.index + 1);
  const start = Math.max(0, first - 1);
  return {
    from: asked.from,
    to,
    org,
    vkey: log.vkey,
    announced: announcement.id,
    first,
    end,
    start,
    stop: end + 1,
    before: peaksIn(await log.stretch.peaks(start)),
    page: PAGE_VERSION,
  };
}

async function* noted(
  pages: AsyncIterable<readonly LoggedReceipt[]>,
  parents: OutsideParents,
  read: (done: number) => void,
): AsyncGenerator<readonly LoggedReceipt[]> {
  let done = 0;
  for await (const page of pages) {
    for (const receipt of page) parents.add(receipt);
    yield page;
    read((done += page.length));
  }
}

/** As a verifier will. @throws LOG_FORKED: what the database holds there is not what a log could have published */
async function readStretch(
  receipts: Spool,
  period: PackPeriod,
  outside: readonly LoggedReceipt[],
  read: (done: number) => void,
): Promise<{ readonly stretch: Stretch; readonly summary: PackSummary }> {
  const reader = new StretchReader(period, outside.map(outsideReceipt));
  let bytes = 0;
  for await (const chunk of receipts.chunks()) {
    reader.push(chunk);
    bytes += chunk.length;
    read(Math.floor((bytes / receipts.bytes) * (period.stop - period.start)));
  }
  const stretch = reader.end();
  const [fault] = stretch.verified.faults;
  if (stretch.summary === null) throw forked(`Receipt ${fault!.index} in the database: ${fault!.detail}`);
  return { stretch, summary: stretch.summary };
}

interface ToSeal {
  readonly log: Log;
  readonly stream: string;
  readonly period: PackPeriod;
  readonly outside: readonly LoggedReceipt[];
  readonly receipts: Spool;
  readonly stretch: Stretch;
  readonly summary: PackSummary;
}

async function seal(
  kernel: Kernel,
  { log, stream, period, outside, receipts, stretch, summary }: ToSeal,
): Promise<Packed> {
  const { stop } = period;
  // Before anything is sealed: the database must hold what the log published.
  await rangeProof(log, stop, stretch, (await log.cosigned(stop, 0)).note);
  const prepared = preparePack(period, summary, outside, receipts);
  const sealed = await log.append(draft({ stream }, 'archive', sealPack(prepared, period)));
  const { note: checkpoint, witnesses } = await log.cosigned(sealed.index + 1, WITNESS_PATIENCE);
  const keys = await log.keyReceipts(Number(parseCheckpoint(splitNote(checkpoint).text).size));
  const signer = log.keys().at(sealed.index);
  const proofs = await log.proofs([...outside, ...keys, sealed], checkpoint);
  const stamped = await stamp(
    kernel.home,
    stampedNote(checkpoint, splitNote(checkpoint).text, parseVkey(log.vkey)),
  ).catch((err: unknown) => {
    kernel.logger.warn({ err }, 'the pack has no time stamp');
    return null;
  });
  const stamps = { checkpoint: stamped?.reply };
  const files = finishPack(prepared, {
    seal: sealed,
    dsse: await log.dsse(sealed.id),
    checkpoint,
    vkey: log.vkey,
    keys: { receipts: keys, signer: signer.after === null ? null : formatVkey(signer.vkey) },
    proofs,
    stamps,
    attached: await log.signAttached(sealed.id, attachedFiles(checkpoint, stamps)),
    range: await rangeProof(log, stop, stretch, checkpoint),
    stop,
  });
  const bundle = await kernel.artifacts.put(zipped(files, receipts));
  const { from, to, first, end } = period;
  const entry = await keepPack(kernel, { id: sealed.id, from, to, receipts: end - first, bundle });
  return {
    ...entry,
    first,
    end,
    incidents: summary.incidents.length,
    skipped: summary.skipped.length,
    witnesses,
    stamped: stamped?.before ?? null,
  };
}

/** @throws LOG_FORKED */
async function rangeProof(
  log: Log,
  stop: number,
  { verified }: Stretch,
  checkpoint: string,
): Promise<readonly Uint8Array[]> {
  const proof = await log.stretch.consistency(stop, checkpoint);
  const { size, root } = verifyCheckpoint(checkpoint, [parseVkey(log.vkey)]);
  try {
    verifyConsistency(stop, size, proof, verified.root(), root);
  } catch (cause) {
    throw forked(`The receipts in the database are not those that the log published: among the first ${stop} some were changed.`, cause); // prettier-ignore
  }
  return proof;
}

/** The same bytes as `writeZip` makes, with the receipts read from their file. */
async function* zipped(files: ReadonlyMap<string, Uint8Array>, receipts: Spool): AsyncGenerator<Uint8Array> {
  const entries = [...files].map(([path, bytes]) => ({ path, crc: crc32(bytes), size: bytes.length }));
  const { locals, tail } = zipRecords([
    ...entries,
    { path: PACK_PATHS.receipts, crc: receipts.crc, size: receipts.bytes },
  ]);
  for (const { path, header } of locals) {
    yield header;
    const bytes = files.get(path);
    if (bytes === undefined) yield* receipts.chunks();
    else yield bytes;
  }
  yield* tail;
}

function forked(message: string, cause?: unknown): AssayError {
  return new AssayError('LOG_FORKED', `${message} \`assay log fsck\` says where.`, { cause });
}

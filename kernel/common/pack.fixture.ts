/** For tests: audit packs of a log in memory, honest and otherwise. */
import { sha256Hex } from '#crypto';
import { MemoryLog } from './bundle.fixture.ts';
import { PACK_PATHS } from './bundle-layout.ts';
import { MerkleRange } from './merkle-range.ts';
import { announcePack, finishPack, outsideReceipt, preparePack, sealPack } from './pack.ts';
import { PAGE_VERSION } from './pack-page.ts';
import { peaksIn, type PackPeriod } from './pack-period.ts';
import { StretchReader } from './pack-stretch.ts';
import { OutsideParents } from './pack-outside.ts';
import { receiptEntry } from './proof.ts';
import { parseReceipt, type LoggedReceipt } from './receipt.ts';
import { writeZip } from './zip.ts';

const utf8 = new TextEncoder();
const timeIn = ({ body }: LoggedReceipt): string => parseReceipt(body).predicate.time;

export interface PackTwist {
  /** What a dishonest organisation, which has the log's key, writes into period.json. */
  readonly period?: (period: PackPeriod) => PackPeriod;
  /** Announces another period than it packs. */
  readonly announced?: { readonly from: string; readonly to: string };
  readonly outside?: (outside: readonly LoggedReceipt[]) => readonly LoggedReceipt[];
  /** Lines of receipts/log.jsonl. */
  readonly lines?: (lines: readonly string[]) => readonly string[];
  /** Files before their manifest is made. */
  readonly files?: (files: Map<string, Uint8Array>) => void;
  /** Logged between the announcement and the seal. */
  readonly meanwhile?: (log: MemoryLog) => void;
}

/** The pack of `from` until `to`, which the log's receipts claim to be times. */
export async function packOf(
  log: MemoryLog,
  from: string,
  to: string,
  twist: PackTwist = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = `pack/${log.receipts.length}`;
  const announcement = log.append({ stream, ...announcePack(twist.announced ?? { from, to }) });
  const until = to < timeIn(announcement) ? to : timeIn(announcement);
  twist.meanwhile?.(log);
  const all = log.receipts.slice(0, announcement.index + 1);
  const first = all.findIndex((receipt) => timeIn(receipt) >= from);
  const end = all.findLastIndex((receipt) => timeIn(receipt) < until) + 1;
  const start = Math.max(0, first - 1);
  const cut: PackPeriod = {
    from,
    to: until,
    org: 'test',
    vkey: log.vkey,
    announced: announcement.id,
    first,
    end,
    start,
    stop: end + 1,
    before: [],
    page: PAGE_VERSION,
  };
  const said = twist.period?.(cut) ?? cut;
  const tree = new MerkleRange();
  for (const { id } of log.receipts.slice(0, said.start)) tree.append(receiptEntry(id));
  const period = { ...said, before: peaksIn(tree.peaks()) };
  const stretch = log.receipts.slice(period.start, period.stop);
  const outsideOf = new OutsideParents();
  for (const receipt of stretch) outsideOf.add(receipt);
  const parents = await outsideOf.gather(async (id) => log.receipts.find((receipt) => receipt.id === id), announcement);
  const outside = twist.outside?.(parents) ?? parents;
  const lines = stretch.map(({ body }) => body);
  const jsonl = utf8.encode((twist.lines?.(lines) ?? lines).map((line) => `${line}\n`).join(''));
  const reader = new StretchReader(period, outside.map(outsideReceipt));
  reader.push(jsonl);
  const { summary } = reader.end();
  if (summary === null) throw new Error('The stretch cannot be read.');
  let prepared = preparePack(period, summary, outside, { digest: sha256Hex(jsonl), bytes: jsonl.length });
  if (twist.files !== undefined) {
    const files = new Map(prepared.files);
    twist.files(files);
    const manifest = utf8.encode(
      [...files, [PACK_PATHS.receipts, jsonl] as const]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, bytes]) => `${sha256Hex(bytes)}  ${path}\n`)
        .join(''),
    );
    prepared = { ...prepared, files, manifest, manifestDigest: sha256Hex(manifest) };
  }
  const seal = log.append({ stream, ...sealPack(prepared, period) });
  const proved = [...outside, seal];
  return writeZip(
    finishPack(prepared, {
      seal,
      dsse: log.dsse(seal),
      checkpoint: log.checkpoint(),
      vkey: log.vkey,
      proofs: new Map(proved.map((receipt) => [receipt.id, log.proof(receipt)])),
      range: log.tree.consistencyProof(period.stop),
      stop: period.stop,
    }).set(PACK_PATHS.receipts, jsonl),
  );
}

/** For tests: audit packs of a log in memory, honest and otherwise. */
import { sha256Hex } from '#crypto';
import { MemoryLog, sealedRun } from '#common/bundle/bundle.fixture.ts';
import { PACK_PATHS } from '#common/bundle/layout.ts';
import { MerkleRange } from '#common/tlog/merkle-range.ts';
import { announcePack, finishPack, outsideReceipt, preparePack, sealPack } from './pack.ts';
import { PAGE_VERSION } from './page.ts';
import { peaksIn, type PackPeriod } from './period.ts';
import { StretchReader } from './stretch.ts';
import { OutsideParents } from './outside.ts';
import { receiptEntry } from '#common/tlog/proof.ts';
import { parseReceipt, type LoggedReceipt } from '#common/receipt/receipt.ts';
import { writeZip } from '#common/zip/zip.ts';

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
      attached: log.signAttached(seal),
      vkey: log.vkey,
      proofs: new Map(proved.map((receipt) => [receipt.id, log.proof(receipt)])),
      range: log.tree.consistencyProof(period.stop),
      stop: period.stop,
    }).set(PACK_PATHS.receipts, jsonl),
  );
}

/** Receipts 0 to 8 are a sealed run and what it needs; behind it comes all that a page can tell of. A receipt a second, from 10 November 2026. */
export function busyLog(): MemoryLog {
  const log = new MemoryLog();
  sealedRun({ log });
  const named = (name: string): { readonly name: string; readonly digest: { readonly sha256: string } }[] => [
    { name, digest: { sha256: sha256Hex(name) } },
  ];
  const plugin = { name: 'models', version: '1.0.0', digest: sha256Hex('plugin') };
  const patients = log.append({ kind: 'dataset', stream: 'org', method: 'datasets.read', plugin: { ...plugin, name: 'datasets' }, subject: named('result'), materials: [{ name: 'datasets/patients/patients.csv', digest: sha256Hex('patients') }] }); // prettier-ignore
  const model = log.append({ kind: 'model', stream: 'org', method: 'models.train', plugin, subject: named('model'), parents: [{ digest: patients.id, role: 'dataset' }], env: { assay: '0.1.0', node: '24.21.0', platform: 'linux-x64' } }); // prettier-ignore
  const looked = [
    { digest: model.id, role: 'model' },
    { digest: patients.id, role: 'dataset' },
  ] as const;
  const validation = log.append({ kind: 'gate', stream: 'org', method: 'govern.gate', plugin: { ...plugin, name: 'govern' }, result: { gate: 'validation', passed: true }, parents: looked }); // prettier-ignore
  const deployment = log.append({ kind: 'gate', stream: 'org', method: 'govern.gate', plugin: { ...plugin, name: 'govern' }, result: { gate: 'deployment', passed: true }, parents: [{ digest: validation.id, role: 'gate' }, ...looked] }); // prettier-ignore
  log.append({ kind: 'inference', stream: 'org', method: 'models.predict', plugin, parents: [{ digest: deployment.id, role: 'gate' }, looked[0]] }); // prettier-ignore
  log.append({ kind: 'gate', stream: 'org', method: 'govern.gate', plugin: { ...plugin, name: 'govern' }, result: { gate: 'validation', passed: false }, parents: looked }); // prettier-ignore
  log.append({ kind: 'approval', stream: 'org', subject: named('release 4') });
  log.append({ kind: 'open', stream: 'run-2', subject: named('notebook.md'), result: { title: 'Begun <script>alert("x")</script> & \u202Ehidden' } }); // prettier-ignore
  const open = log.append({
    kind: 'open',
    stream: 'run-3',
    subject: named('notebook.md'),
    result: { title: 'Fails at noon' },
  });
  log.append({ kind: 'close', stream: 'run-3', parents: [{ digest: open.id, role: 'open' }], result: { count: 2, outcome: 'failed', root: null } }); // prettier-ignore
  const seal = log.receipts.find(({ body }) => parseReceipt(body).predicate.kind === 'seal')!;
  log.append({ kind: 'reproduce', stream: 'reproduce/1', parents: [{ digest: seal.id, role: 'seal' }], result: { ok: false, counts: { IDENTICAL: 1, DIVERGED: 1 } } }); // prettier-ignore
  log.append({ kind: 'reproduce', stream: 'reproduce/2', parents: [{ digest: seal.id, role: 'seal' }], result: { ok: true, counts: { IDENTICAL: 2 } } }); // prettier-ignore
  return log;
}

/** The n-th second of those logs. */
export const second = (n: number): string => new Date(Date.UTC(2026, 10, 10) + n * 1000).toISOString();

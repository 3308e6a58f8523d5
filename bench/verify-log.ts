/**
 * How many receipts of a whole log a verifier checks in a second: canonical bytes, closed schema, stream order, parents, Merkle root,
 * signed checkpoint. 100,000 receipts of 1.1 KB in 50 streams; Node, and Chromium with all its processes, on the same bytes, in CPU time. Rival in
 * the same run: the same checks by parsing every receipt, as a verifier of the usual kind does.
 */
import { MemoryLog } from '../kernel/common/bundle/bundle.fixture.ts';
import { MerkleTree } from '../kernel/common/tlog/merkle.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '../kernel/common/receipt/receipt.ts';
import { receiptEntry } from '../kernel/common/tlog/proof.ts';
import { verifyLog } from '../kernel/common/verify/log.ts';
import { sha256Hex } from '#crypto';
import { median } from './lib/median.ts';
import { cpuSeconds, family } from './lib/process-tree.ts';
import { openModule } from '../test/browser/module-page.ts';

const RECEIPTS = 100_000;
const RUNS = 5;
const rate = (ms: number): string => `${Math.round(RECEIPTS / ms)},000`.replace(/^0,/, '');
const digest = sha256Hex('some file');

/** Cells, calls and data sets of 50 runs, side by side. */
function makeLog(): MemoryLog {
  const log = new MemoryLog();
  const opens = Array.from({ length: 50 }, (_, run) => log.append({ kind: 'open', stream: `seal/run-${run}` }));
  const plugin = { name: 'shap', version: '1.0.0', digest };
  let last: LoggedReceipt = opens[0]!;
  while (log.receipts.length < RECEIPTS) {
    const index = log.receipts.length;
    const draft: Partial<ReceiptDraft> & Pick<ReceiptDraft, 'kind'> = {
      kind: (['run', 'cell', 'dataset', 'model'] as const)[index % 4]!,
      subject: [{ name: 'result', digest: { sha256: digest } }],
      // A cell follows from the call before it.
      parents: [{ digest: opens[index % 50]!.id, role: 'open' }, { digest: last.id, role: index % 4 === 1 ? 'call' : 'previous' }], // prettier-ignore
      materials: [{ name: 'wages', digest }],
      plugin,
      method: 'shap.explain',
      params: digest,
      env: { node: '24.21.0', assay: '0.1.0', seed: 42 },
      result: { rows: 534, ms: 12.25, note: 'exact' },
    };
    last = log.append({ ...draft, stream: `seal/run-${index % 50}` });
  }
  return log;
}

const log = makeLog();
const bytes = new TextEncoder().encode(log.receipts.map(({ body }) => `${body}\n`).join(''));
const given = { org: 'test', checkpoint: log.checkpoint(), vkey: log.vkey };
const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
  bytes.subarray(index * 65_536, (index + 1) * 65_536),
);

async function ours(): Promise<void> {
  const report = await verifyLog(chunks, given);
  if (!report.ok || report.receipts !== RECEIPTS) throw new Error(JSON.stringify(report));
}

/** Every receipt parsed, its keys checked and written again; then chain, parents and tree. */
async function parsing(): Promise<void> {
  const tree = new MerkleTree();
  const heads = new Map<string, { readonly seq: number; readonly id: string }>();
  const kinds = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split('\n').slice(0, -1)) {
    const { predicate } = parseReceipt(line);
    const id = sha256Hex(line);
    const head = heads.get(predicate.stream);
    const fits = predicate.seq === (head?.seq ?? -1) + 1 && predicate.prev === (head?.id ?? null);
    if (!fits || predicate.parents.some((parent) => !kinds.has(parent.digest))) throw new Error(line);
    heads.set(predicate.stream, { seq: predicate.seq, id });
    kinds.set(id, predicate.kind);
    tree.append(receiptEntry(id));
  }
  if (Buffer.compare(tree.root(), log.tree.root()) !== 0) throw new Error('root');
}

async function cpu(run: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return median(times);
}

/** The same module as a page would load it, on the same bytes: milliseconds of all processes that the browser has. */
async function inChromium(): Promise<number> {
  const { page, close } = await openModule('kernel/common/verify/log.ts', { '/log': bytes });
  try {
    const load = `(async () => {
      const { verifyLog } = await import('/module.js');
      const bytes = new Uint8Array(await (await fetch('/log')).arrayBuffer());
      const chunks = [];
      for (let at = 0; at < bytes.length; at += 65536) chunks.push(bytes.subarray(at, at + 65536));
      globalThis.verify = () => verifyLog(chunks, ${JSON.stringify(given)});
    })()`;
    await page.evaluate(load);
    const pids = family(process.pid).filter((pid) => pid !== process.pid);
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const before = cpuSeconds(pids);
      const report = await page.evaluate<{ readonly ok: boolean }>('verify()');
      if (!report.ok) throw new Error(JSON.stringify(report));
      times.push((cpuSeconds(pids) - before) * 1000);
    }
    return median(times);
  } finally {
    await close();
  }
}

const [node, parse, chromium] = [await cpu(ours), await cpu(parsing), await inChromium()];
console.log(`Verifying a log of ${RECEIPTS.toLocaleString('en')} receipts, ${Math.round(bytes.length / RECEIPTS)} bytes each; medians of ${RUNS}

| where | receipts a CPU-second | against parsing |
|---|---|---|
| Node ${process.versions.node} | ${rate(node)} | ${(parse / node).toFixed(1)}× |
| Chromium | ${rate(chromium)} | ${(parse / chromium).toFixed(1)}× |
| Node, by parsing each receipt | ${rate(parse)} | 1 |`);

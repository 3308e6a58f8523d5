/**
 * How many receipts a second one kernel makes durable through its own PostgreSQL, and how long each call waits: built, hashed, chained,
 * committed with fsync, its tree signed and published as tiles. Rival in the same run on the same server: the usual way, a transaction
 * per receipt over a pool of 8 connections, with neither tree nor signature; and Assay's log with HMAC tags beside it. CPU is the kernel's and the server's together.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { ReceiptDraft } from '#common/receipt/receipt.ts';
import { openLog } from '../kernel/log/index.ts';
import { openStore } from '../kernel/store/index.ts';
import { serversOf } from '../kernel/store/postgres/orphans.ts';
import { print } from './lib/cpu.ts';

const IN_FLIGHT = [1, 64, 1_024];
const RUNS = 3;
const SECONDS = 1.5;
/** Of the clock in /proc/<pid>/stat. */
const TICK_MS = 10;

const digest = 'ab'.repeat(32);
const draft = (n: number): ReceiptDraft => ({
  kind: 'run',
  stream: `seal/run-${n % 10}`,
  subject: [{ name: 'result', digest: { sha256: digest } }],
  parents: [{ digest, role: 'open' }],
  materials: [{ name: 'wages', digest }],
  plugin: { name: 'shap', version: '1.0.0', digest },
  method: 'shap.explain',
  params: digest,
  env: { node: '24.21.0', assay: '0.1.0', seed: n },
  result: { rows: 534, ms: 12.25, note: 'exact' },
  comparators: [],
});

interface Measured {
  readonly rate: number;
  /** Milliseconds from call to answer. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds a receipt. */
  readonly cpu: number;
}

const home = mkdtempSync(join(tmpdir(), 'assay-bench-'));
const store = await openStore({ home, org: 'local' });
const log = await openLog({ store, home, org: 'local' });
/** The same with an HMAC beside each receipt. */
const tagged = await openLog({ store, home, org: 'tagged' });
await tagged.changeKeys({ event: 'tag', master: randomBytes(32), reason: null });

/** Milliseconds that this process and the server's used so far. */
function cpuSoFar(): number {
  const { user, system } = process.cpuUsage();
  const servers = serversOf(join(home, 'pg')).map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  });
  return (user + system) / 1_000 + servers.reduce((sum, ms) => sum + ms, 0);
}

async function measure(inFlight: number, write: (n: number) => Promise<unknown>): Promise<Measured> {
  const [start, cpu] = [performance.now(), cpuSoFar()];
  const waited: number[] = [];
  let n = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - start < SECONDS * 1_000) {
      const asked = performance.now();
      await write(n++);
      waited.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const took = performance.now() - start;
  const at = (share: number): number => waited.toSorted((a, b) => a - b)[Math.floor(share * waited.length)]!;
  const used = cpuSoFar() - cpu;
  return { rate: (waited.length / took) * 1_000, p50: at(0.5), p99: at(0.99), cpu: (used * 1_000) / waited.length };
}

/** Receipts of an organisation that no log writes. */
async function usualWay(n: number): Promise<void> {
  const body = JSON.stringify({ ...draft(n), nonce: randomBytes(16).toString('hex') });
  const row = { org: 'local', index: usual++, id: randomBytes(32), stream: 'usual', seq: usual, kind: 'run', body };
  await store.sql
    .insertInto('receipts')
    .values({ ...row, hmac: null })
    .execute();
}
let usual = 1_000_000_000;

/** Turn and turn about, since the table that all of them write grows. */
async function medians(inFlight: number, writes: readonly ((n: number) => Promise<unknown>)[]): Promise<Measured[]> {
  for (const write of writes) await measure(inFlight, write);
  const runs: Measured[][] = writes.map(() => []);
  for (let run = 0; run < RUNS; run++)
    for (const [which, write] of writes.entries()) runs[which]!.push(await measure(inFlight, write));
  return runs.map((all) => all.toSorted((a, b) => a.rate - b.rate)[RUNS >> 1]!);
}

const rows: string[][] = [];
for (const inFlight of IN_FLIGHT) {
  const [ours, withTags, theirs] = (await medians(inFlight, [
    (n) => log.append(draft(n)),
    (n) => tagged.append(draft(n)),
    usualWay,
  ])) as [Measured, Measured, Measured];
  for (const [what, { rate, p50, p99, cpu }] of [
    ['Assay', ours],
    ['Assay with tags', withTags],
    ['a transaction each', theirs],
  ] as const) {
    const name = `${inFlight.toLocaleString('en')} in flight, ${what}`;
    const ratio = what === 'a transaction each' ? '1' : `${(theirs.cpu / cpu).toFixed(1)}×`;
    rows.push([name, Math.round(rate).toLocaleString('en'), p50.toFixed(2), p99.toFixed(2), cpu.toFixed(0), ratio]);
  }
}
print(['durable receipts', 'a second', 'p50 ms', 'p99 ms', 'CPU µs each', 'CPU against usual'], rows);
console.log('\nTessera (Go) is not installed: no figures of it.');
await log.close();
await tagged.close();
await store.close();
rmSync(home, { recursive: true });

/**
 * How long `assay verify` and the saved Verify page take for a bundle of 1,000,000 receipts, and for one of 1 GB of artifacts, and how much memory.
 * Every check is made: each receipt's canonical bytes and schema, order, parents, lineage, its place in the log; every file's SHA-256.
 * Beside it `sha256sum` of the same file: what reading and hashing it once costs anybody. The bundles are made first, which takes a minute.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildVerifier } from '../workbench/verifier.node.ts';
import { launchChromium } from '../test/browser/chromium.ts';
import { writeBigBundle, type Big } from './lib/big-bundle.ts';
import { runCommand } from './lib/command.ts';
import { print } from './lib/cpu.ts';
import { cpuSeconds, family, peakMemory } from './lib/process-tree.ts';

const CASES: readonly (readonly [what: string, big: Big])[] = [
  ['1,000,000 receipts', { receipts: 1_000_000, artifacts: 0, artifactBytes: 0 }],
  ['1 GB of artifacts', { receipts: 40, artifacts: 16, artifactBytes: 2 ** 26 }],
];
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
// Not maxRSS: Linux counts into it what the process had that started this one.
const TREE = fileURLToPath(new URL('lib/process-tree.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../kernel/cli.ts', import.meta.url));

interface Took {
  readonly wall: number;
  readonly cpu: number;
  /** MB */
  readonly memory: number;
}

/** The command in a process of its own, which says at its end what it took. */
function command(file: string): Took {
  const script = `const { main } = await import(${JSON.stringify(CLI)});
    const code = await main(['verify', ${JSON.stringify(file)}, '--json']);
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const { peakMemory } = await import(${JSON.stringify(TREE)});
    console.log(JSON.stringify([code, userCPUTime + systemCPUTime, peakMemory(process.pid)]));`;
  const start = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const wall = (performance.now() - start) / 1000;
  const [code, cpu, memory] = JSON.parse(stdout.trim().split('\n').at(-1)!) as [number, number, number];
  if (code !== 0) throw new Error(stdout + stderr);
  return { wall, cpu: cpu / 1e6, memory };
}

function sha256sum(file: string): Took {
  const { wall, cpu } = runCommand(['sha256sum', file], folder);
  return { wall: wall / 1000, cpu: cpu / 1000, memory: Number.NaN };
}

async function inChromium(page: string, file: string): Promise<Took> {
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    await tab.goto(pathToFileURL(page).href);
    const pids = family(process.pid).filter((pid) => pid !== process.pid);
    const [before, start] = [cpuSeconds(pids), performance.now()];
    await tab.setInputFiles('input[aria-label="Bundle"]', file);
    await tab.waitForSelector('.verdict[data-ok="true"]', { timeout: 600_000 });
    const wall = (performance.now() - start) / 1000;
    return { wall, cpu: cpuSeconds(pids) - before, memory: Math.max(...pids.map(peakMemory)) };
  } finally {
    await browser.close();
  }
}

const seconds = (value: number): string => (Number.isNaN(value) ? '–' : `${value.toFixed(1)} s`);
const row = (what: string, where: string, took: Took, receipts: number): string[] => [
  what,
  where,
  seconds(took.cpu),
  seconds(took.wall),
  Number.isNaN(took.memory) ? '–' : `${Math.round(took.memory)} MB`,
  receipts < 1000 || Number.isNaN(took.cpu) ? '–' : `${Math.round(receipts / took.cpu / 1000)},000`,
];

try {
  const page = join(folder, 'verify.html');
  writeFileSync(page, await buildVerifier());
  const rows: string[][] = [];
  for (const [what, big] of CASES) {
    const file = join(folder, 'big.zip');
    writeBigBundle(file, big);
    const named = `${what} (${Math.round(statSync(file).size / 1e6)} MB)`;
    rows.push(row(named, `Node ${process.versions.node}`, command(file), big.receipts));
    rows.push(row(named, 'Chromium, the page', await inChromium(page, file), big.receipts));
    rows.push(row(named, 'sha256sum', sha256sum(file), 0));
  }
  print(['bundle', 'where', 'CPU time', 'wall time', 'most memory', 'receipts a CPU-second'], rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

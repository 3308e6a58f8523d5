/**
 * How long from `assay serve` to a kernel that answers and prints its link, and what it costs to keep one idle. Cold: an empty home, so the
 * database is made first. Warm: the same home again. The workbench is built before, as in every start but the first. Rival, where it is
 * installed: Jupyter's server to its first answer; it has no database to start.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from './lib/cpu.ts';
import { median } from './lib/median.ts';
import { cpuSeconds, family, memory } from './lib/process-tree.ts';
import { jupyterCommand, startAssay, startJupyter, stop, type Server } from './lib/servers.ts';

const RUNS = 5;
const IDLE_MS = 5000;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

async function measure(name: string, start: (run: number) => Promise<Server>): Promise<string[]> {
  const runs: { readonly ms: number; readonly cpu: number }[] = [];
  let mb = '';
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    const started = await start(run);
    runs.push({ ms: performance.now() - began, cpu: cpuSeconds(family(started.child.pid!)) });
    if (run === RUNS - 1) mb = await idle(started.child.pid!);
    await stop(started);
  }
  return [name, median(runs.map(({ ms }) => ms)).toFixed(0), median(runs.map(({ cpu }) => cpu)).toFixed(2), mb];
}

/** Memory of the first process and of those below it, and the CPU time that doing nothing takes. */
async function idle(pid: number): Promise<string> {
  await sleep(1000);
  const before = cpuSeconds(family(pid));
  await sleep(IDLE_MS);
  const all = family(pid);
  const busy = ((cpuSeconds(all) - before) / (IDLE_MS / 1000)) * 100;
  return `${memory([pid]).toFixed(0)} + ${memory(all.slice(1)).toFixed(0)} MB, ${busy.toFixed(1)} %`;
}

const dir = mkdtempSync(join(tmpdir(), 'assay-startup-'));
const home = (run: number): string => join(dir, `cold${run}`);
try {
  await stop(await startAssay(PROJECT, join(dir, 'build')));
  const rows = [
    await measure('assay serve, cold (empty home)', (run) => startAssay(PROJECT, home(run))),
    await measure('assay serve, warm', () => startAssay(PROJECT, home(0))),
  ];
  if (jupyterCommand !== undefined) rows.push(await measure(jupyterCommand, () => startJupyter(dir)));
  print(['start', 'ready, ms', 'CPU s', 'idle: server + its children, of a core'], rows);
  if (jupyterCommand === undefined)
    console.log('\nJupyter is not installed here: no rival. On Debian: apt-get install jupyter-notebook');
} finally {
  rmSync(dir, { recursive: true, force: true });
}

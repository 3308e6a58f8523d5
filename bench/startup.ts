/**
 * How long from `assay serve` to a kernel that answers, and what it costs to keep one idle. Cold: an empty home, so the database is made
 * first. Warm: the same home again. The workbench is built before, as in every start but the first.
 * Rival: `jupyter server` to its first answer, where it is installed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 5;
const IDLE_MS = 5000;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const TICKS = 100;
const RIVAL = process.env['JUPYTER'] ?? 'jupyter';

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The process and all below it. */
function family(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry))
      parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${entry}/status`))?.[1] ?? 0));
  }
  const below = (pid: number): number[] => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ];
  return below(root);
}

/** Proportional set size in MB: what shared pages cost is shared out. */
const memory = (pids: number[]): number =>
  pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0) / 1024;
/** CPU seconds so far. */
const cpu = (pids: number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
  }, 0);

interface Started {
  readonly ms: number;
  readonly cpu: number;
  readonly child: ChildProcess;
}

async function answers(child: ChildProcess, url: () => string | undefined): Promise<Started> {
  const begun = performance.now();
  for (;;) {
    const to = url();
    if (
      to !== undefined &&
      (await fetch(to).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      return { ms: performance.now() - begun, cpu: cpu(family(child.pid as number)), child };
    }
    if (child.exitCode !== null) throw new Error('It ended before it answered.');
    await sleep(5);
  }
}

function assay(home: string): Promise<Started> {
  const args = [join(PROJECT, 'kernel/cli.js'), 'serve', '--no-open', '--port', '0', '--home', home];
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return answers(child, () => {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    return origin === undefined ? undefined : `${origin}/api/v1/health`;
  });
}

async function stop({ child }: Started): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function jupyter(dir: string): Promise<Started> {
  const port = await freePort();
  const args = [
    'server',
    '--no-browser',
    '--allow-root',
    `--port=${port}`,
    '--ServerApp.token=',
    `--ServerApp.root_dir=${dir}`,
  ];
  return answers(spawn(RIVAL, args, { cwd: dir, stdio: 'ignore' }), () => `http://127.0.0.1:${port}/api`);
}

async function measure(
  name: string,
  start: (run: number) => Promise<Started>,
): Promise<{ name: string; ms: number; cpu: number; mb: string }> {
  const runs: Started[] = [];
  let mb = '';
  for (let run = 0; run < RUNS; run++) {
    const started = await start(run);
    runs.push(started);
    if (run === RUNS - 1) mb = await idle(started);
    await stop(started);
  }
  return { name, ms: median(runs.map(({ ms }) => ms)), cpu: median(runs.map((run) => run.cpu)), mb };
}

/** Memory of the first process and of those below it, and the CPU time that doing nothing takes. */
async function idle({ child }: Started): Promise<string> {
  const pid = child.pid as number;
  await sleep(1000);
  const before = cpu(family(pid));
  await sleep(IDLE_MS);
  const all = family(pid);
  const busy = ((cpu(all) - before) / (IDLE_MS / 1000)) * 100;
  return `${memory([pid]).toFixed(0)} + ${memory(all.slice(1)).toFixed(0)} MB, ${busy.toFixed(1)} % of a core`;
}

const dir = mkdtempSync(join(tmpdir(), 'assay-startup-'));
try {
  const built = await assay(join(dir, 'build'));
  await stop(built);
  const rows = [
    await measure('assay serve, cold (empty home)', (run) => assay(join(dir, `cold${run}`))),
    await measure('assay serve, warm', () => assay(join(dir, 'cold0'))),
  ];
  const hasRival = spawnSync(RIVAL, ['server', '--version']).status === 0;
  if (hasRival) rows.push(await measure('jupyter server', () => jupyter(dir)));
  console.log('| start | to the first answer | CPU time | idle: kernel + its children |\n|---|---|---|---|');
  for (const { name, ms, cpu, mb } of rows)
    console.log(`| ${name} | ${ms.toFixed(0)} ms | ${cpu.toFixed(2)} s | ${mb} |`);
  if (!hasRival) console.log('\n`jupyter server` is not installed here: no rival.');
} finally {
  rmSync(dir, { recursive: true, force: true });
}

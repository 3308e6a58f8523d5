/**
 * How do SHAP values scale over cores, and how much memory does a large file take?
 *
 * No rival: shap's TreeExplainer uses one core, and holds rows and values whole. The same call through the kernel with 1, 2, … workers for its parts, up to the
 * cores that there are; the digests of the results have to be the same. CPU time is that of the whole process, all workers together: what it grows
 * by is what starting workers and preparing the model in each of them cost. Wall time means little where others use the machine (the load is said), so the speed-up
 * is that of the busiest thread's CPU time, which is what the call would take on cores of its own. Each
 * kernel is a process of its own, so that its peak of memory (VmHWM) is its own as well. ROWS=1000000 takes a larger file.
 */
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { npyHead } from '#common/data/npy.ts';
import { digestValue } from '#common/value/value.ts';
import { openScratchHost } from '../kernel/host/scratch.ts';
import { openArtifacts } from '../kernel/store/artifacts.ts';
import { writeModel } from '../plugins/models/lib/write.ts';
import { print } from './lib/cpu.ts';
import { forest, rowsFor } from './lib/forests.ts';

const FEATURES = 30;
const LARGE = Number(process.env['ROWS'] ?? 100_000);

interface Measured {
  readonly digest: string;
  readonly cpu: number;
  readonly wall: number;
  /** Seconds of CPU time of the thread that has most. */
  readonly busiest: number;
  readonly peak: number;
}

if (process.argv[2] === 'one') await one(process.argv.slice(3));
else await all();

/** One call in this process: method, model, rows, cores, folder. */
async function one([method = '', model = '', data = '', cores = '1', dir = '']: readonly string[]): Promise<void> {
  const { host } = await openScratchHost({
    pluginDirs: ['plugins'],
    projectDir: '.',
    artifacts: await openArtifacts(join(dir, 'artifacts')),
    limits: { cores: Number(cores), timeout: 3_600_000 },
  });
  const began = performance.now();
  const before = process.cpuUsage();
  const input = { model, data: method === 'shap.explainFile' ? data : { file: data } };
  const { result } = await host.call({ method, input }, { base: [dir] });
  const { user, system } = process.cpuUsage(before);
  const wall = performance.now() - began;
  const busiest = readdirSync('/proc/self/task').reduce((most, thread) => Math.max(most, cpuOf(thread)), 0);
  await host.close();
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? NaN) / 1024;
  const measured: Measured = {
    digest: digestValue(result),
    cpu: (user + system) / 1e6,
    wall: wall / 1000,
    busiest,
    peak,
  };
  console.log(JSON.stringify(measured));
}

/** Seconds; a thread's clock ticks a hundred times a second. */
function cpuOf(thread: string): number {
  const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function all(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'assay-cores-'));
  try {
    const names = Array.from({ length: FEATURES }, (_, j) => `f${j}`);
    for (const [trees, depth] of [
      [50, 6],
      [500, 6],
      [100, 10],
    ] as const) {
      const features = names.map((name) => ({ name, type: 'number' as const }));
      const ensemble = forest(7, trees, depth, FEATURES);
      const model = { ensemble, features, target: 'y', classes: null, training: {}, version: '0' };
      writeFileSync(join(dir, `${trees}x${depth}.onnx`), writeModel(model));
    }
    for (const rows of [10_000, 50_000, LARGE]) writeRows(join(dir, `${rows}.npy`), rows);
    const most = availableParallelism();
    const cores = [1, 2, 4, 8, 16, 32].filter((count) => count <= most);
    const lines: string[][] = [];
    for (const [method, model, rows] of [
      ['shap.explain', '500x6', 10_000],
      ['shap.explain', '500x6', 50_000],
      ['shap.explain', '100x10', 10_000],
      ['shap.explainFile', '50x6', LARGE],
      ['shap.explainFile', '500x6', LARGE],
    ] as const)
      lines.push(...(await scaling(dir, method, model, rows, cores)));
    print(
      [
        'method',
        'trees × depth',
        'rows',
        'workers',
        's CPU',
        'busiest thread',
        'speed-up',
        's wall',
        'peak MB',
        'load',
      ],
      lines,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function scaling(
  dir: string,
  method: string,
  model: string,
  rows: number,
  cores: readonly number[],
): Promise<string[][]> {
  const lines: string[][] = [];
  let first: Measured | null = null;
  for (const count of cores) {
    const args = [fileURLToPath(import.meta.url), 'one', method, `${model}.onnx`, `${rows}.npy`, String(count), dir];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
    const measured = JSON.parse(stdout) as Measured;
    first ??= measured;
    if (measured.digest !== first.digest) throw new Error(`${count} workers give another digest.`);
    const { cpu, wall, busiest, peak } = measured;
    lines.push([
      method,
      model.replace('x', ' × '),
      rows.toLocaleString('en'),
      String(count),
      cpu.toFixed(1),
      busiest.toFixed(1),
      `${(first.busiest / busiest).toFixed(2)}×`,
      wall.toFixed(1),
      peak.toFixed(0),
      loadavg()[0]!.toFixed(1),
    ]);
  }
  return lines;
}

function writeRows(path: string, rows: number): void {
  const file = openSync(path, 'w');
  writeSync(file, npyHead([rows, FEATURES], new Float64Array(0)));
  for (let first = 0; first < rows; first += 50_000)
    writeSync(file, new Uint8Array(rowsFor(first + 1, Math.min(50_000, rows - first), FEATURES).buffer));
  closeSync(file);
}

/**
 * How long from nothing to the first SHAP values, one row, of a model that lies on the disk: a process starts, reads it, explains, prints and ends.
 *
 * The model: XGBoost's, 100 trees of depth 6 over 30 features (or 500), as ONNX for ours. `assay call` opens a kernel with its database, loads the plugin into
 * a worker, compares with onnxruntime, and leaves a signed receipt: cold in an empty home, where the database is made first, and in the same home again.
 * `in a process` is the plugin's code in a script: the same values and checks, no kernel and no receipt. Rival: XGBoost in Python, `import` to
 * `predict(pred_contribs=True)`, which is all that shap's TreeExplainer would do with it after importing itself. CPU is that of every process started.
 * Medians of three, in turns.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { print } from './lib/cpu.ts';
import { medianRun, type Ran, runCommand } from './lib/command.ts';
import { pythonWith } from './lib/python.ts';
import { savedModel } from './lib/trained.ts';

const RUNS = 3;
const python = pythonWith('xgboost', 'numpy');
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const PROJECT = here('..');
const CLI = here('../kernel/cli.js');
const dir = mkdtempSync(join(tmpdir(), 'assay-first-'));

function rowsFor(trees: number): string[][] {
  const { onnx, json, row } = savedModel({ trees, depth: 6, features: 30 });
  const [model, input] = [join(dir, `${trees}.onnx`), join(dir, `${trees}.json`)];
  writeFileSync(model, onnx);
  writeFileSync(input, JSON.stringify({ model, data: { columns: row.map((_, j) => `f${j}`), rows: [row] } }));
  const call = (home: string): Ran =>
    runCommand([process.execPath, CLI, 'call', 'shap.explain', '--input', input, '--home', join(dir, home)], PROJECT);
  const ways: [string, (run: number) => Ran][] = [
    ['assay call, empty home', (run) => call(`cold-${trees}-${run}`)],
    ['assay call', () => call('warm')],
    [
      'in a process',
      () => runCommand([process.execPath, here('lib/cold-explain.ts'), model, JSON.stringify(row)], dir),
    ],
  ];
  if (python !== null && json !== null) {
    const saved = join(dir, `${trees}-xgboost.json`);
    writeFileSync(saved, json);
    const asked = [here('lib/cold_xgboost.py'), saved, JSON.stringify(row)];
    ways.push(['XGBoost in Python', () => runCommand([python, ...asked], dir)]);
  }
  call('warm');
  const runs = ways.map((): Ran[] => []);
  for (let run = 0; run < RUNS; run++) ways.forEach(([, way], i) => runs[i]!.push(way(run)));
  return ways.map(([name], i) => {
    const { wall, cpu } = medianRun(runs[i]!);
    return [String(trees), name, wall.toFixed(0), cpu.toFixed(0)];
  });
}

try {
  print(['trees', 'by', 'wall ms', 'CPU ms'], [...rowsFor(100), ...rowsFor(500)]);
  if (python === null) console.log('\nXGBoost is missing: no rival. On Debian: apt-get install python3-xgboost');
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** shap's own C++ as a rival, where SHAP_SOURCE names a checkout of its source: compiled without Python (shap_driver.cc), run on one core. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ensemble, LEQ, LT, type Tree } from '../../kernel/common/onnx/trees.ts';

/** `scores` is what shap takes the model to say. */
export type Mode = 'covers' | 'background' | 'interactions' | 'scores';

export interface RivalRun {
  /** Rows explained: fewer than were given where those would take longer than asked. */
  readonly rows: number;
  /** Milliseconds of CPU time that these took. */
  readonly ms: number;
  /** (rows × features × scores); interactions have features twice, scores none. */
  readonly values: Float64Array;
  /** Where the values start from (scores); empty for interactions and scores. */
  readonly base: Float64Array;
}

export interface ShapCpp {
  /**
   * @param most milliseconds after which no more rows are tried
   * @throws when its process ends with an error or a signal
   */
  explain(mode: Mode, ensemble: Ensemble, x: Float64Array, background: Float64Array, most: number): RivalRun;
}

/** What setuptools adds to shap's own flags (none on Linux) with a Python of Debian's, and the -O3 that shap's wheels are compiled with. */
const FLAGS = ['-O3', '-DNDEBUG', '-fwrapv', '-w'];

/** @returns a sentence where it is missing */
export function compileShap(source = process.env.SHAP_SOURCE): ShapCpp | string {
  if (source === undefined) return 'shap’s C++ is missing: SHAP_SOURCE names no checkout of its source.';
  const headers = join(source, 'shap', 'cext');
  if (!existsSync(join(headers, 'tree_shap.h')))
    return 'shap’s C++ is missing: SHAP_SOURCE has no shap/cext/tree_shap.h.';
  const folder = mkdtempSync(join(tmpdir(), 'assay-shap-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const driver = join(folder, 'driver');
  const compiled = spawnSync(
    'g++',
    [...FLAGS, '-I', headers, join(import.meta.dirname, 'shap_driver.cc'), '-o', driver],
    {
      encoding: 'utf8',
    },
  );
  if (compiled.status !== 0) return `shap’s C++ is missing: g++ says ${compiled.stderr.trim() || 'nothing'}`;
  return {
    explain(mode, ensemble, x, background, most) {
      const { features, scores } = ensemble;
      const [input, output] = [join(folder, 'in'), join(folder, 'out')];
      writeFileSync(input, write(ensemble, x, background));
      const ran = spawnSync(driver, [input, output, mode, String(most)], { encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(`shap’s C++ ended with ${ran.signal ?? ran.status}. ${ran.stderr}`);
      const [rows, ms] = ran.stdout.trim().split(' ').map(Number) as [number, number];
      const bytes = readFileSync(output);
      const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      if (mode === 'scores') return { rows, ms, values: all, base: new Float64Array() };
      if (mode === 'interactions')
        return { rows, ms, values: inner(all, rows, features, scores), base: new Float64Array() };
      const size = features * scores;
      const values = Float64Array.from({ length: rows * size }, (_, i) => all[i + Math.floor(i / size) * scores]!);
      return { rows, ms, values, base: all.slice(size, size + scores) };
    },
  };
}

/** (rows × (features + 1)² × scores) without what belongs to the base. */
function inner(all: Float64Array, rows: number, features: number, scores: number): Float64Array {
  const out = new Float64Array(rows * features * features * scores);
  const line = (features + 1) * scores;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < features; i++) {
      const from = (row * (features + 1) + i) * line;
      out.set(all.subarray(from, from + features * scores), (row * features + i) * features * scores);
    }
  return out;
}

function write({ trees, features, scores, base }: Ensemble, x: Float64Array, background: Float64Array): Uint8Array {
  const nodes = Math.max(...trees.map(({ feature }) => feature.length));
  const every = (read: (tree: Tree, node: number) => number, empty: number, width = 1): number[] =>
    trees.flatMap((tree) =>
      Array.from({ length: nodes * width }, (_, i) => (i < tree.feature.length * width ? read(tree, i) : empty)),
    );
  const ints = (read: (tree: Tree, node: number) => number): Int32Array => Int32Array.from(every(read, -1));
  const isLeaf = (tree: Tree, node: number): boolean => tree.feature[node]! < 0;
  const parts = [
    Int32Array.of(trees.length, nodes, scores, features, x.length / features, background.length / features, 0, 0),
    ints((tree, node) => (isLeaf(tree, node) ? -1 : tree.yes[node]!)),
    ints((tree, node) => (isLeaf(tree, node) ? -1 : tree.no[node]!)),
    ints((tree, node) => (isLeaf(tree, node) ? -1 : tree.missing[node] === 1 ? tree.yes[node]! : tree.no[node]!)),
    ints((tree, node) => tree.feature[node]!),
    Float64Array.from(every(atMost, 0)),
    Float64Array.from(every(({ value }, at) => value[at]!, 0, scores)),
    Float64Array.from(every(({ cover }, node) => cover[node]!, 0)),
    base,
    x,
    background,
  ];
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
}

/** The threshold t of x ≤ t: for x < t, as shap itself does it with XGBoost's models, the float32 before. */
function atMost(tree: Tree, node: number): number {
  const threshold = tree.threshold[node]!;
  if (tree.feature[node]! < 0 || tree.mode[node] === LEQ) return threshold;
  if (tree.mode[node] !== LT || Math.fround(threshold) !== threshold)
    throw new Error('shap knows x ≤ t, and x < t of float32s.');
  return before(threshold);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

function before(value: number): number {
  if (value === 0) return -1.401298464324817e-45;
  float[0] = value;
  bits[0]! += value > 0 ? -1 : 1;
  return float[0];
}

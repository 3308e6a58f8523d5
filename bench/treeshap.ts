/**
 * How many rows does exact TreeSHAP explain in a second of CPU time, next to the published algorithm?
 *
 * Rival: Python's shap can't be installed where this ran (no pip), so the reference is its algorithm in TypeScript (lib/classic-treeshap.ts), one
 * row after the other as shap does it, on as many rows as a fifth of a second allows. Its C++ should be faster than that, so the ratios are not
 * ratios to shap. Trees are random: complete to depth 6 and 10; at most 20 deep with some 1,000 leaves. Time holds all that is prepared for
 * a model, which is why few rows cost more each. Medians of three runs, or one where a run takes longer than half a second. `gap` is the largest
 * difference from the reference.
 */
import { createRequire } from 'node:module';
import { scoreTrees } from '../kernel/common/onnx/score-trees.ts';
import { readModel } from '../kernel/common/onnx/model.ts';
import type { Runtime } from '../kernel/common/onnx/session.ts';
import { Table } from '../kernel/common/data/table.ts';
import { writeModel } from '../plugins/models/lib/write.ts';
import { attributeTrees } from '../plugins/shap/lib/by-trees.ts';
import { explain } from '../plugins/shap/lib/explain.ts';
import { interactTrees } from '../plugins/shap/lib/interactions/by-trees.ts';
import { classicByBackground, classicByCovers, classicInteractions } from './lib/classic-treeshap.ts';
import { print } from './lib/cpu.ts';
import { forest, rowsFor } from './lib/forests.ts';
import { median } from './lib/median.ts';

const REFERENCE_MS = 200;

/** CPU milliseconds of one run. */
function cpu(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function medianCpu(run: () => unknown): number {
  const runs = [cpu(run)];
  while (runs.length < 3 && runs[0]! < 500) runs.push(cpu(run));
  return median(runs);
}

/** Milliseconds that a row takes by the published algorithm, and its values of the first rows. */
function reference(run: (rows: number) => Float64Array): { readonly each: number; readonly values: Float64Array } {
  let rows = 1;
  let values = run(1);
  for (;;) {
    const taken = cpu(() => (values = run(rows)));
    if (taken > REFERENCE_MS / 4 || rows >= 1024) return { each: taken / rows, values };
    rows = Math.min(1024, rows * 4);
  }
}

const rate = (perSecond: number): string =>
  perSecond >= 100 ? Math.round(perSecond).toLocaleString('en') : perSecond.toPrecision(2);

function byRows(
  trees: number,
  depth: number,
  features: number,
  backgrounds: readonly number[],
  most: number,
): string[][] {
  const ensemble = forest(7, trees, depth, features);
  const x = rowsFor(8, 10_000, features);
  return backgrounds.flatMap((size) => {
    const background = size === 0 ? null : { x: rowsFor(9, size, features), rows: size };
    const classic = reference((rows) =>
      background === null ? classicByCovers(ensemble, x, rows) : classicByBackground(ensemble, x, rows, background.x),
    );
    return [1, 100, 1000, 10_000]
      .filter((rows) => rows <= most)
      .map((rows) => {
        let algorithm = '';
        let values: Float64Array = new Float64Array();
        const taken = medianCpu(() => {
          ({ algorithm, values } = attributeTrees(ensemble, x, rows, background, () => undefined));
        });
        const common = Math.min(values.length, classic.values.length);
        let gap = 0;
        for (let i = 0; i < common; i++) gap = Math.max(gap, Math.abs(values[i]! - classic.values[i]!));
        return [
          size === 0 ? 'covers' : `background ${size.toLocaleString('en')}`,
          String(trees),
          String(depth),
          String(features),
          rows.toLocaleString('en'),
          algorithm,
          taken < 100 ? taken.toFixed(1) : Math.round(taken).toLocaleString('en'),
          rate((rows / taken) * 1000),
          rate(1000 / classic.each),
          `${rate((classic.each * rows) / taken)}×`,
          gap.toExponential(0),
        ];
      });
  });
}

const rows: string[][] = [];
for (const features of [10, 30]) {
  rows.push(...byRows(100, 6, features, [0], 10_000));
  for (const depth of [10, 20]) rows.push(...byRows(100, depth, features, [0], 1000));
  rows.push(...byRows(100, 6, features, [100, 1000], 10_000));
}
rows.push(...byRows(500, 6, 30, [0], 10_000), ...byRows(500, 10, 30, [0], 100));
rows.push(...byRows(10, 10, 30, [100, 1000], 10_000), ...byRows(10, 20, 30, [100, 1000], 100));
print(
  [
    'absent features',
    'trees',
    'depth',
    'features',
    'rows',
    'by',
    'ms CPU',
    'rows/s',
    'published, rows/s',
    'ratio',
    'gap',
  ],
  rows,
);

/** Interactions of features, next to TreeSHAP with each feature held present and absent, as shap does it. */
function interactionsByRows(trees: number, depth: number, features: number, counts: readonly number[]): string[][] {
  const ensemble = forest(7, trees, depth, features);
  const x = rowsFor(8, counts.at(-1)!, features);
  const classic = reference((count) => classicInteractions(ensemble, x, count));
  return counts.map((count) => {
    const { values } = attributeTrees(ensemble, x, count, null, () => undefined);
    let algorithm = '';
    let found: Float64Array = new Float64Array();
    const taken = medianCpu(() => {
      ({ algorithm, interactions: found } = interactTrees(ensemble, x, count, null, values, () => undefined));
    });
    const common = Math.min(found.length, classic.values.length);
    let gap = 0;
    for (let i = 0; i < common; i++) gap = Math.max(gap, Math.abs(found[i]! - classic.values[i]!));
    return [
      String(trees),
      String(depth),
      String(features),
      count.toLocaleString('en'),
      algorithm,
      taken < 100 ? taken.toFixed(1) : Math.round(taken).toLocaleString('en'),
      rate((count / taken) * 1000),
      rate(1000 / classic.each),
      `${rate((classic.each * count) / taken)}×`,
      gap.toExponential(0),
    ];
  });
}

console.log('\nInteraction values, path-dependent:\n');
print(
  ['trees', 'depth', 'features', 'rows', 'by', 'ms CPU', 'rows/s', 'published, rows/s', 'ratio', 'gap'],
  [
    ...interactionsByRows(100, 6, 10, [1, 100, 10_000]),
    ...interactionsByRows(100, 6, 30, [1, 100, 10_000]),
    ...interactionsByRows(100, 10, 30, [1, 100, 1000]),
    ...interactionsByRows(100, 20, 30, [1, 100, 1000]),
  ],
);

const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime;

/** A whole answer, from the file's bytes on: reading, explaining, adding up, and asking onnxruntime for every row. */
async function whole(trees: number, depth: number, count: number): Promise<string[]> {
  const features = 30;
  const ensemble = forest(7, trees, depth, features);
  const names = Array.from({ length: features }, (_, j) => `f${j}`);
  const bytes = writeModel({
    ensemble,
    features: names.map((name) => ({ name, type: 'number' })),
    target: 'y',
    classes: null,
    training: {},
    version: '0',
  });
  const x = rowsFor(8, count, features);
  const data = Table.fromColumns(
    Object.fromEntries(
      names.map((name, j) => [name, Float64Array.from({ length: count }, (_, r) => x[r * features + j]!)]),
    ),
  );
  const runs: number[] = [];
  for (let i = 0; i < 2; i++) {
    const before = process.cpuUsage();
    await explain(runtime, { model: readModel(bytes), data, method: 'auto' }, () => undefined);
    const { user, system } = process.cpuUsage(before);
    runs.push((user + system) / 1000);
  }
  const shap = medianCpu(() => attributeTrees(ensemble, x, count, null, () => undefined));
  const score = medianCpu(() => scoreTrees(ensemble, x, count));
  return [
    String(trees),
    String(depth),
    count.toLocaleString('en'),
    runs[0]!.toFixed(0),
    runs[1]!.toFixed(0),
    shap.toFixed(1),
    score.toFixed(1),
    `${(shap / score).toFixed(1)}×`,
  ];
}

console.log('\nA whole answer, ms CPU, path-dependent, 30 features:\n');
const answers: string[][] = [];
for (const [trees, depth, count] of [
  [100, 6, 1],
  [100, 6, 10_000],
  [500, 6, 10_000],
  [100, 10, 1],
  [100, 10, 1000],
] as const)
  answers.push(await whole(trees, depth, count));
print(
  ['trees', 'depth', 'rows', 'first', 'again', 'of that SHAP values', 'our prediction', 'SHAP ÷ prediction'],
  answers,
);

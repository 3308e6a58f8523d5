/**
 * How many rows does exact TreeSHAP explain in a second of CPU time, next to XGBoost and to shap's own C++?
 *
 * Rivals, one thread each, on the same models and rows: **XGBoost** 1.7.4 (Debian), `predict(pred_contribs=True)` and `pred_interactions=True`, in float32, which
 * is what shap itself calls for XGBoost's models; the model loaded and the rows in a DMatrix. **shap's C++** (shap/cext/tree_shap.h of the checkout that
 * SHAP_SOURCE names, which is not part of this repository), compiled by `g++ -O3` without Python around it (lib/shap_driver.cc); the figures in results/ are of its commit 0cea3f8. Without SHAP_SOURCE the
 * published algorithm in TypeScript (lib/classic-treeshap.ts) stands in its column. Models are trained by XGBoost on 20,000 made-up rows (5,000 to
 * 10,000 where trees are deep: lib/trained.ts); without XGBoost they are random. `ms CPU` holds all that ours prepares for a model, made anew in every run, and ratios
 * are to it; `kept` is what the same question takes when it is asked of the model again. The rivals prepare nothing, so where so many rows would take them more than a second they explain fewer, and ~ marks what follows from those. Medians
 * of three runs, or one where a run takes longer than half a second. `off` is the largest difference of a value from ours.
 */
import { createRequire } from 'node:module';
import type { Runtime } from '../kernel/common/onnx/session.ts';
import type { Ensemble } from '../kernel/common/onnx/trees.ts';
import { attributeTrees } from '../plugins/shap/lib/by-trees.ts';
import { interactTrees } from '../plugins/shap/lib/interactions/by-trees.ts';
import { print } from './lib/cpu.ts';
import { rowsFor } from './lib/forests.ts';
import { shapRival } from './lib/shap-rival.ts';
import { gapOf, medianCpu, milliseconds, rate, ratio } from './lib/taken.ts';
import { ROWS, trained, type Trained, type Wanted, xgboostMissing } from './lib/trained.ts';
import { answerOf } from './lib/whole-answer.ts';

const shap = shapRival();
for (const missing of [xgboostMissing, shap.missing]) if (missing !== null) console.log(`${missing}\n`);

const quiet = (): void => undefined;
const none = new Float64Array();
const known = new Map<string, Trained>();

/** Trains each kind of model once, and asks XGBoost for values and interactions of so many rows in the same go. */
function modelOf(wanted: Wanted): Trained {
  const key = JSON.stringify(wanted);
  const model = known.get(key) ?? trained(wanted);
  known.set(key, model);
  return model;
}

const first = ({ x, ensemble }: Trained, rows: number): Float64Array => x.subarray(0, rows * ensemble.features);

interface Rival {
  readonly rows: number;
  readonly ms: number;
}

/** A rival's rows a second, and its time over ours; ~ where it explained fewer rows than we did. */
function against(rival: Rival | undefined, rows: number, ours: number): string[] {
  if (rival === undefined || Number.isNaN(rival.ms)) return ['', ''];
  const each = rival.ms / rival.rows;
  return [`${rival.rows < rows ? '~' : ''}${rate(1000 / each)}`, ratio((each * rows) / ours)];
}

/** What XGBoost took for so many rows, or for the most that were asked of it. */
function xgboost(wanted: Wanted, model: Trained, kind: 'contribs' | 'interactions', count: number): Rival | undefined {
  const taken = model[kind][wanted[kind]?.indexOf(count) ?? -1] ?? model[kind].at(-1);
  return taken && { rows: taken.rows, ms: taken.seconds * 1000 };
}

function shape({ trees, depth, features, classes = 0, missing }: Wanted, { ensemble }: Trained): string[] {
  const task = classes === 0 ? 'regression' : classes === 2 ? 'binary' : `${classes} classes`;
  const leaves = ensemble.trees.reduce((sum, { feature }) => sum + (feature.length + 1) / 2, 0) / trees;
  return [
    missing === true ? `${task}, missing` : task,
    String(trees),
    `${depth} (${Math.round(leaves)})`,
    String(features),
  ];
}

const COUNTS = [1, 100, 10_000];
const kind = (trees: number, depth: number, features: number, more: Partial<Wanted> = {}): Wanted => ({
  trees,
  depth,
  features,
  contribs: COUNTS,
  ...more,
});
const narrow = kind(100, 6, 10, { interactions: COUNTS });
const usual = kind(100, 6, 30, { interactions: COUNTS });
const wide = kind(100, 6, 50, { interactions: COUNTS });
const many = kind(500, 6, 30);
const deep = kind(100, 10, 30, { interactions: [1, 100, 1000] });
const deepest = kind(100, 20, 30, { interactions: [1, 100] });
const classes = kind(102, 6, 30, { classes: 3 });
const model = ['model', 'trees', 'depth (leaves)', 'features'];
const ours = ['rows', 'by', 'ms CPU', 'rows/s'];
/** For which nothing was prepared. */
const anew = ({ ensemble }: Trained): Ensemble => ({ ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree })) });
const both = ['XGBoost, rows/s', 'ratio', `${shap.name}, rows/s`, 'ratio'];

function byCovers(wanted: Wanted, counts: readonly number[]): string[][] {
  const model = modelOf(wanted);
  const { ensemble } = model;
  const rival = shap.explain('covers', ensemble, first(model, 1000), none);
  return counts.map((count) => {
    const x = count > ROWS ? rowsFor(8, count, ensemble.features) : first(model, count);
    let found = attributeTrees(ensemble, first(model, 1), 1, null, quiet);
    const ms = medianCpu(() => (found = attributeTrees(anew(model), x, count, null, quiet)));
    const kept = medianCpu(() => attributeTrees(ensemble, x, count, null, quiet), 'once before');
    const own = count > ROWS ? none : found.values;
    return [
      ...shape(wanted, model),
      count.toLocaleString('en'),
      found.algorithm,
      milliseconds(ms),
      rate((count / ms) * 1000),
      milliseconds(kept),
      ...against(xgboost(wanted, model, 'contribs', count), count, ms),
      ...against(rival, count, ms),
      gapOf(own, model.values),
      gapOf(own, rival.values),
    ];
  });
}

console.log('By covers:\n');
print(
  [...model, ...ours, 'kept', ...both, 'XGBoost off', 'shap off'],
  [
    ...[narrow, wide, many, deep, deepest].flatMap((wanted) => byCovers(wanted, COUNTS)),
    ...byCovers(usual, [...COUNTS, 1_000_000]),
    ...[kind(500, 10, 30), kind(500, 20, 30)].flatMap((wanted) => byCovers(wanted, [1, 100])),
    ...[kind(100, 6, 30, { classes: 2 }), classes, kind(100, 6, 30, { missing: true })].flatMap((wanted) =>
      byCovers(wanted, [10_000]),
    ),
  ],
);

function byBackground(wanted: Wanted, sizes: readonly number[], counts: readonly number[]): string[][] {
  const model = modelOf(wanted);
  const { ensemble } = model;
  return sizes.flatMap((size) => {
    const background = { x: rowsFor(9, size, ensemble.features), rows: size };
    const rival = shap.explain('background', ensemble, first(model, 1000), background.x);
    return counts.map((count) => {
      let found = attributeTrees(ensemble, first(model, 1), 1, background, quiet);
      const ms = medianCpu(() => (found = attributeTrees(anew(model), first(model, count), count, background, quiet)));
      return [
        ...shape(wanted, model),
        size.toLocaleString('en'),
        count.toLocaleString('en'),
        found.algorithm,
        milliseconds(ms),
        rate((count / ms) * 1000),
        ...against(rival, count, ms),
        gapOf(found.values, rival.values),
      ];
    });
  });
}

console.log('\nAgainst a background; XGBoost has no such thing, and shap calculates it in float32:\n');
print(
  [...model, 'background', ...ours, ...both.slice(2), 'shap off'],
  [
    ...byBackground(narrow, [100, 1000], [10_000]),
    ...byBackground(usual, [100, 1000, 10_000], COUNTS),
    ...byBackground(many, [100, 1000], [100, 10_000]),
    ...byBackground(kind(10, 10, 30), [100, 1000, 10_000], COUNTS),
    ...byBackground(kind(10, 20, 30), [100, 1000], [1, 100]),
    ...byBackground(classes, [100], [10_000]),
  ],
);

function interactions(wanted: Wanted): string[][] {
  const model = modelOf(wanted);
  const { ensemble } = model;
  const rival = shap.explain('interactions', ensemble, first(model, 100), none);
  return wanted.interactions!.map((count) => {
    const x = first(model, count);
    const { values } = attributeTrees(ensemble, x, count, null, quiet);
    let found = interactTrees(ensemble, first(model, 1), 1, null, values, quiet);
    const ms = medianCpu(() => (found = interactTrees(anew(model), x, count, null, values, quiet)));
    return [
      ...shape(wanted, model),
      count.toLocaleString('en'),
      found.algorithm,
      milliseconds(ms),
      rate((count / ms) * 1000),
      ...against(xgboost(wanted, model, 'interactions', count), count, ms),
      ...against(rival, count, ms),
      gapOf(found.interactions, rival.values),
    ];
  });
}

console.log('\nInteractions, by covers:\n');
print([...model, ...ours, ...both, 'shap off'], [narrow, usual, wide, deep, deepest].flatMap(interactions));

const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime;
console.log(
  '\nA whole answer, ms CPU, by covers, 30 features, random trees; from the file’s bytes on, additivity checked and every row asked of onnxruntime:\n',
);
const answers: string[][] = [];
for (const [trees, depth, count] of [
  [100, 6, 1],
  [100, 6, 10_000],
  [500, 6, 10_000],
  [100, 10, 1],
  [100, 10, 1000],
] as const)
  answers.push(await answerOf(runtime, trees, depth, count));
print(
  [
    'trees',
    'depth',
    'rows',
    'first',
    'again',
    'SHAP values anew',
    'kept',
    'our prediction',
    'anew ÷ prediction',
    'kept ÷ prediction',
  ],
  answers,
);

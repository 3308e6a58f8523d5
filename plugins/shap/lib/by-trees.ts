import { scoreTrees } from '#common/onnx/score-trees.ts';
import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { baseByCovers } from './edges.ts';
import { interventional, meanOf } from './interventional.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';
import { addByPaths, shallowEnough } from './paths/by-paths.ts';
import { addByTables, planTables } from './tables/by-tables.ts';
import { codesOf } from './tables/codes.ts';

type Step = 'tables' | 'paths' | 'quadrature' | 'patterns';

/** Which exact algorithms ran: the last bits of a value depend on it, so it is sealed with the values. */
export type TreeAlgorithm =
  | 'tables'
  | 'paths'
  | 'quadrature'
  | 'patterns'
  | 'tables, paths'
  | 'tables, quadrature'
  | 'tables, patterns'
  | 'paths, quadrature'
  | 'tables, paths, quadrature';

/**
 * Rows from which an algorithm costs less than the one before, what is prepared for it included (bench/treeshap.ts): paths than visiting each row's
 * leaves; tables than paths; against a background, rows and background rows together from which tables cost less than visiting leaves.
 */
const FROM = { paths: 50, tables: 2000, background: 100 };

interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

type Result = Attribution & { readonly algorithm: TreeAlgorithm };

/**
 * SHAP values of an ensemble's scores, by its covers or against a background, each tree by what costs least: few rows visit the leaves one by one, by
 * quadrature or by patterns of passed features; more share the paths of a tree; many look up tables, where a tree's paths have few features.
 *
 * @param x (rows × features)
 * @param tell hears how many trees are done; throws to stop
 * @throws COVERS_MISSING
 */
export function attributeTrees(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background | null,
  tell: (done: number) => void,
): Result {
  return background === null
    ? byCovers(ensemble, x, rows, tell)
    : againstBackground(ensemble, x, rows, background, tell);
}

function byCovers(ensemble: Ensemble, x: Float64Array, rows: number, tell: (done: number) => void): Result {
  const codes = rows < FROM.paths ? null : codesOf(ensemble);
  if (codes === null) return { ...pathDependent(ensemble, x, rows, tell), algorithm: 'quadrature' };
  const base = baseByCovers(ensemble);
  const all = ensemble.trees.map((_, number) => number);
  const plan = rows < FROM.tables ? null : planTables(ensemble, codes, 'covers');
  const paths = shallowEnough(ensemble, plan?.rest ?? all);
  const rest = (plan?.rest ?? all).filter((number) => !paths.includes(number));
  const values = valuesOfRest(ensemble, rest, rows, (some) => pathDependent(some, x, rows, tell));
  let done = rest.length;
  addByPaths(ensemble, paths, codes, x, rows, values, (more) => tell(done + more));
  done += paths.length;
  if (plan !== null) addByTables(plan, ensemble, x, rows, null, values, (more) => tell(done + more));
  const tables = plan !== null && plan.splits.length > 0;
  return { values, base, algorithm: named({ tables, paths: paths.length > 0, quadrature: rest.length > 0 }) };
}

function againstBackground(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background,
  tell: (done: number) => void,
): Result {
  const visit = (some: Ensemble): Attribution => interventional(some, x, rows, background.x, background.rows, tell);
  const codes = rows + background.rows < FROM.background ? null : codesOf(ensemble);
  if (codes === null) return { ...visit(ensemble), algorithm: 'patterns' };
  const base = meanOf(scoreTrees(ensemble, background.x, background.rows), background.rows, ensemble.scores);
  const plan = planTables(ensemble, codes, 'background');
  const values = valuesOfRest(ensemble, plan.rest, rows, visit);
  addByTables(plan, ensemble, x, rows, background, values, (more) => tell(plan.rest.length + more));
  return { values, base, algorithm: named({ tables: plan.splits.length > 0, patterns: plan.rest.length > 0 }) };
}

/** (rows × features × scores) of some trees by visiting leaves; 0 when there are none. */
function valuesOfRest(
  ensemble: Ensemble,
  rest: readonly number[],
  rows: number,
  visit: (some: Ensemble) => Attribution,
): Float64Array {
  if (rest.length === 0) return new Float64Array(rows * ensemble.features * ensemble.scores);
  const trees = rest.map((number): Tree => ensemble.trees[number]!);
  return visit({ ...ensemble, trees }).values;
}

/** The algorithms that ran. An ensemble without trees or rows ran none: tables, of nothing. */
function named(ran: Partial<Record<Step, boolean>>): TreeAlgorithm {
  const steps = (['tables', 'paths', 'quadrature', 'patterns'] as const).filter((step) => ran[step] === true);
  return (steps.length === 0 ? 'tables' : steps.join(', ')) as TreeAlgorithm;
}

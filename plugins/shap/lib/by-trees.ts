import { scoreTrees } from '#common/onnx/score-trees.ts';
import { depthOf, type Ensemble, type Tree } from '#common/onnx/trees.ts';
import { baseByCovers, forEachLeafLength } from './edges.ts';
import { interventional, meanOf } from './interventional.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';
import { addByPairs } from './pairs.ts';
import { openPaths, shallowEnough } from './paths/by-paths.ts';
import { openTables, planTables } from './tables/by-tables.ts';
import { codesOf } from './tables/codes.ts';

type Step = 'tables' | 'paths' | 'quadrature' | 'pairs' | 'patterns';

/** Which exact algorithms ran: the last bits of a value depend on it, so it is sealed with the values. */
export type TreeAlgorithm =
  | 'tables'
  | 'paths'
  | 'quadrature'
  | 'pairs'
  | 'patterns'
  | 'tables, paths'
  | 'tables, quadrature'
  | 'tables, pairs'
  | 'tables, patterns'
  | 'pairs, patterns'
  | 'tables, pairs, patterns'
  | 'paths, quadrature'
  | 'tables, paths, quadrature';

/** Rows from which an algorithm costs less than the one before, what is prepared for it included (bench/treeshap.ts). */
const FROM = { paths: 50, tables: 2000 };
/** Against a background: nanoseconds, as measured there, of comparing two rows at one level, and of a table by leaf and by pattern. */
const COST = { level: 100, leaf: 4000, pattern: 1 };
/** Pairs of rows from which sharing patterns costs less than comparing each pair. */
const PATTERNS_FROM = 2 ** 20;
/** Beyond, rows are not compared along the tree: that would take too much of the stack. */
const MOST_DEPTH = 64;

interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

type Result = Attribution & { readonly algorithm: TreeAlgorithm };

/** An ensemble with what was prepared to explain it, for any number of rows in turn. */
export interface OpenTrees {
  readonly algorithm: TreeAlgorithm;
  /**
   * What it gives is the caller's own.
   *
   * @param x (rows × features)
   * @param tell hears how many trees are done; throws to stop
   */
  explain(x: Float64Array, rows: number, tell: (done: number) => void): Attribution;
}

/**
 * SHAP values of an ensemble's scores, by its covers or against a background, each tree by what costs least: few rows visit the leaves one by one, by
 * quadrature or against each background row; more share the paths of a tree; many look up tables, where a tree's paths have few features.
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
  const { algorithm, explain } = openTrees(ensemble, background, rows);
  return { ...explain(x, rows, tell), algorithm };
}

/** @param planned how many rows there are in all: it decides by what, so that a row's values don't depend on how the rows are handed in */
export function openTrees(ensemble: Ensemble, background: Background | null, planned: number): OpenTrees {
  return background === null ? byCovers(ensemble, planned) : againstBackground(ensemble, background, planned);
}

function byCovers(ensemble: Ensemble, planned: number): OpenTrees {
  const codes = planned < FROM.paths ? null : codesOf(ensemble);
  if (codes === null)
    return { algorithm: 'quadrature', explain: (x, rows, tell) => pathDependent(ensemble, x, rows, tell) };
  const base = baseByCovers(ensemble);
  const all = ensemble.trees.map((_, number) => number);
  const plan = planned < FROM.tables ? null : planTables(ensemble, codes, 'covers');
  const paths = shallowEnough(ensemble, plan?.rest ?? all);
  const rest = (plan?.rest ?? all).filter((number) => !paths.includes(number));
  const trees = rest.map((number): Tree => ensemble.trees[number]!);
  const addPaths = openPaths(ensemble, paths, codes);
  const addTables = plan === null ? null : openTables(plan, ensemble, null);
  const tables = plan !== null && plan.splits.length > 0;
  return {
    algorithm: named({ tables, paths: paths.length > 0, quadrature: rest.length > 0 }),
    explain(x, rows, tell) {
      const values =
        rest.length === 0
          ? new Float64Array(rows * ensemble.features * ensemble.scores)
          : pathDependent({ ...ensemble, trees }, x, rows, tell).values;
      addPaths(x, rows, values, (more) => tell(rest.length + more));
      addTables?.(x, rows, values, (more) => tell(rest.length + paths.length + more));
      return { values, base: base.slice() };
    },
  };
}

function againstBackground(ensemble: Ensemble, background: Background, planned: number): OpenTrees {
  const { trees, features, scores } = ensemble;
  const compared = planned * background.rows;
  const wanted = [...trees.keys()].filter((number) => prefersTables(trees[number]!, compared));
  const codes = wanted.length === 0 ? null : codesOf(ensemble);
  const plan = codes === null ? null : planTables(ensemble, codes, 'background', wanted);
  const already = new Set(plan?.splits.map(({ number }) => number));
  const rest = trees.filter((_, number) => !already.has(number));
  const isPaired = (tree: Tree): boolean => compared < PATTERNS_FROM && depthOf(tree) <= MOST_DEPTH;
  const paired = rest.filter(isPaired);
  const grouped = rest.filter((tree) => !isPaired(tree));
  const addTables = plan === null ? null : openTables(plan, ensemble, background);
  const base = meanOf(scoreTrees(ensemble, background.x, background.rows), background.rows, scores);
  return {
    algorithm: named({ tables: already.size > 0, pairs: paired.length > 0, patterns: grouped.length > 0 }),
    explain(x, rows, tell) {
      const values =
        grouped.length === 0
          ? new Float64Array(rows * features * scores)
          : interventional({ ...ensemble, trees: grouped }, x, rows, background.x, background.rows, tell).values;
      addByPairs({ ...ensemble, trees: paired }, x, rows, background, values, (more) => tell(grouped.length + more));
      addTables?.(x, rows, values, (more) => tell(rest.length + more));
      return { values, base: base.slice() };
    },
  };
}

/** Whether filling in a tree's tables costs less than comparing so many pairs of rows. */
function prefersTables(tree: Tree, compared: number): boolean {
  const depth = depthOf(tree);
  if (depth > MOST_DEPTH) return false;
  let cost = 0;
  forEachLeafLength(tree, (d) => (cost += COST.leaf + COST.pattern * d * d * 2 ** d));
  return cost < COST.level * depth * compared;
}

/** The algorithms that ran. An ensemble without trees or rows ran none: tables, of nothing. */
export function named(ran: Partial<Record<Step, boolean>>): TreeAlgorithm {
  const steps = (['tables', 'paths', 'quadrature', 'pairs', 'patterns'] as const).filter((step) => ran[step] === true);
  return (steps.length === 0 ? 'tables' : steps.join(', ')) as TreeAlgorithm;
}

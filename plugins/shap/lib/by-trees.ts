import { scoreTrees } from '#common/onnx/score-trees.ts';
import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { baseByCovers, forEachLeafLength } from './edges.ts';
import { interventional, meanOf } from './interventional.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';
import { addByPairs } from './pairs.ts';
import { openPaths, shallowEnough, smallEnough } from './paths/by-paths.ts';
import { openVisits } from './paths/by-visits.ts';
import { openTables } from './tables/by-tables.ts';
import { codesOf } from './tables/codes.ts';
import { planTables } from './tables/plan.ts';
import { named, type TreeAlgorithm } from './tree-algorithm.ts';
import { MOST_DEPTH, shapeOf } from './tree-shape.ts';

/** Rows from which an algorithm costs less than the one before, what is prepared for it included (bench/treeshap.ts). */
const FROM = { paths: 16, tables: 600 };
/** Against a background: nanoseconds, as measured there, of comparing two rows at one level, and of tables by tree, leaf and pattern. */
const COST = { level: 100, tree: 20_000, leaf: 1500, pattern: 1.2 };
/** Pairs of rows from which sharing patterns costs less than comparing each pair. */
const PATTERNS_FROM = 2 ** 20;

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

/** What was prepared last for an ensemble by its covers. */
const opened = new WeakMap<Ensemble, { readonly kind: string; readonly trees: OpenTrees }>();

/** @param planned how many rows there are in all: it decides by what, so that a row's values don't depend on how the rows are handed in */
export function openTrees(ensemble: Ensemble, background: Background | null, planned: number): OpenTrees {
  if (background !== null) return againstBackground(ensemble, background, planned);
  const kind = planned < FROM.paths ? 'visits' : planned < FROM.tables ? 'paths' : 'tables';
  const known = opened.get(ensemble);
  if (known?.kind === kind) return known.trees;
  const trees = byCovers(ensemble, kind);
  opened.set(ensemble, { kind, trees });
  return trees;
}

function byCovers(ensemble: Ensemble, kind: 'visits' | 'paths' | 'tables'): OpenTrees {
  const { trees, features, scores } = ensemble;
  const base = baseByCovers(ensemble);
  const shallow = shallowEnough(ensemble, [...trees.keys()]);
  const walked = new Set(shallow);
  const deep = trees.filter((_, number) => !walked.has(number));
  const codes = kind === 'visits' ? null : codesOf(ensemble);
  const plan = codes === null || kind === 'paths' ? null : planTables(ensemble, codes, 'covers');
  const planned = new Set(plan?.trees.map(({ number }) => number));
  const open = shallow.filter((number) => !planned.has(number));
  const paths = codes === null ? [] : smallEnough(ensemble, open, 1);
  const followed = new Set(paths);
  const visited = open.filter((number) => !followed.has(number));
  const addVisits = openVisits(ensemble, visited);
  const addPaths = codes === null ? null : openPaths(ensemble, paths, codes);
  const addTables = plan === null ? null : openTables(plan, ensemble, null);
  const quadrature = deep.length > 0 || visited.length > 0;
  return {
    algorithm: named({ tables: planned.size > 0, paths: paths.length > 0, quadrature }),
    explain(x, rows, tell) {
      const values =
        deep.length === 0
          ? new Float64Array(rows * features * scores)
          : pathDependent({ ...ensemble, trees: deep }, x, rows, tell).values;
      addVisits(x, rows, values, (more) => tell(deep.length + more));
      addPaths?.(x, rows, values, (more) => tell(deep.length + visited.length + more));
      addTables?.(x, rows, values, (more) => tell(deep.length + open.length + more));
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
  const already = new Set(plan?.trees.map(({ number }) => number));
  const rest = trees.filter((_, number) => !already.has(number));
  const isPaired = (tree: Tree): boolean => compared < PATTERNS_FROM && shapeOf(tree).depth <= MOST_DEPTH;
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
  const { depth } = shapeOf(tree);
  if (depth > MOST_DEPTH) return false;
  let cost = COST.tree;
  forEachLeafLength(tree, (d) => (cost += COST.leaf + COST.pattern * d * d * 2 ** d));
  return cost < COST.level * depth * compared;
}

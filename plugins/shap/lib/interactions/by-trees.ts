import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { forEachLeafLength } from '../edges.ts';
import { addByTables } from '../tables/by-tables.ts';
import { codesOf } from '../tables/codes.ts';
import { planTables } from '../tables/plan.ts';
import { named, type TreeAlgorithm } from '../tree-algorithm.ts';
import { MOST_DEPTH, shapeOf } from '../tree-shape.ts';
import { addByPaths, shallowEnough, smallEnough } from '../paths/by-paths.ts';
import { addByQuadrature } from './by-quadrature.ts';
import { addByPatterns, addByRows } from './by-rows.ts';
import { meetingsOf } from './meetings.ts';

interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

/** Rows from which an algorithm by covers costs less than the one before, what is prepared for it included (bench/treeshap.ts). */
const FROM = { paths: 3, tables: 300 };
/** Against a background: nanoseconds, as measured there, of comparing two rows at one level, and of a table by leaf, by pair of features and pattern. */
const COST = { level: 200, leaf: 12_000, pattern: 2 };
/** Pairs of rows from which sharing patterns costs less than comparing each pair. */
const PATTERNS_FROM = 2 ** 20;

/**
 * SHAP interaction values of an ensemble's scores, by its covers or against a background: half of what each two features give together stands above
 * the diagonal and half below, and what remains of a feature's SHAP value on it, so that rows sum to SHAP values. Each tree goes by what costs least.
 *
 * @param x (rows × features)
 * @param values SHAP values by the same covers or background (rows × features × scores)
 * @param tell hears how many trees are done; throws to stop
 * @param inAll how many rows there are in all, of which these are a part: it decides by what
 * @returns (rows × features × features × scores), and what ran
 * @throws COVERS_MISSING
 */
export function interactTrees(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background | null,
  values: Float64Array,
  tell: (done: number) => void,
  inAll = rows,
): { readonly interactions: Float64Array; readonly algorithm: TreeAlgorithm } {
  const { trees, features, scores } = ensemble;
  const out = new Float64Array(rows * features * features * scores);
  const compared = background === null ? 0 : inAll * background.rows;
  const all = [...trees.keys()];
  const tabled = (tree: Tree): boolean => (background === null ? inAll >= FROM.tables : prefersTables(tree, compared));
  const wanted = all.filter((number) => tabled(trees[number]!));
  const byCode = background === null ? inAll >= FROM.paths : wanted.length > 0;
  const codes = byCode ? codesOf(ensemble) : null;
  const meetings = meetingsOf(ensemble);
  const game = background === null ? 'covers' : 'background';
  const plan = codes === null ? null : planTables(ensemble, codes, game, wanted, meetings);
  const planned = new Set(plan?.trees.map(({ number }) => number));
  const paths =
    codes === null || background !== null
      ? []
      : smallEnough(
          ensemble,
          shallowEnough(
            ensemble,
            all.filter((number) => !planned.has(number)),
          ),
          2,
        );
  for (const number of paths) planned.add(number);
  const rest = trees.filter((_, number) => !planned.has(number));
  const isPaired = (tree: Tree): boolean => compared < PATTERNS_FROM && shapeOf(tree).depth <= MOST_DEPTH;
  let done = 0;
  const part = (some: readonly Tree[], add: (part: Ensemble, tell: (more: number) => void) => void): void => {
    const before = done;
    add({ ...ensemble, trees: some }, (more) => tell(before + more));
    done += some.length;
  };
  if (background === null) part(rest, (some, on) => addByQuadrature(some, x, rows, out, on));
  else {
    part(rest.filter(isPaired), (some, on) => addByRows(some, x, rows, background, out, on));
    part(
      rest.filter((tree) => !isPaired(tree)),
      (some, on) => addByPatterns(some, x, rows, background, out, on),
    );
  }
  if (paths.length > 0) {
    addByPaths(ensemble, paths, codes!, x, rows, out, (more) => tell(done + more), meetings);
    done += paths.length;
  }
  if (plan !== null) addByTables(plan, ensemble, x, rows, background, out, (more) => tell(done + more));
  complete(out, values, features, scores);
  const tables = plan !== null && plan.trees.length > 0;
  const ran =
    background === null
      ? { tables, paths: paths.length > 0, quadrature: rest.length > 0 }
      : { tables, pairs: rest.some(isPaired), patterns: !rest.every(isPaired) };
  return { interactions: out, algorithm: named(ran) };
}

/** Whether filling in a tree's tables costs less than comparing so many pairs of rows. */
function prefersTables(tree: Tree, compared: number): boolean {
  const { depth } = shapeOf(tree);
  if (depth > MOST_DEPTH) return false;
  let cost = 0;
  forEachLeafLength(tree, (d) => (cost += COST.leaf + (COST.pattern * d ** 4 * 2 ** d) / 12));
  return cost < COST.level * depth * compared;
}

/** Mirrors what stands above the diagonal, and gives the diagonal what remains of each SHAP value. */
export function complete(out: Float64Array, values: Float64Array, features: number, scores: number): void {
  const matrix = features * features * scores;
  for (let row = 0; row * features * scores < values.length; row++)
    for (let k = 0; k < scores; k++) {
      const at = (i: number, j: number): number => row * matrix + (i * features + j) * scores + k;
      for (let i = 0; i < features; i++) {
        let rest = values[(row * features + i) * scores + k]!;
        for (let j = 0; j < features; j++) {
          if (j === i) continue;
          if (j < i) out[at(i, j)] = out[at(j, i)]!;
          rest -= out[at(i, j)]!;
        }
        out[at(i, i)] = rest;
      }
    }
}

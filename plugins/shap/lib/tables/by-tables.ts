import { depthOf, type Ensemble, type Tree } from '#common/onnx/trees.ts';
import { type Cluster, type Leaf, meetLeaf, splitTree, type Step } from './clusters.ts';
import type { Codes } from './codes.ts';
import { longestPath } from '../edges.ts';
import { type Meetings, placesOf } from '../interactions/meetings.ts';
import { type Kernel, openKernel } from './kernel.ts';
import type { LeafTables } from './leaf-tables.ts';
import { cellsOf, placeCounting, placeTables, type Split } from './program.ts';

/** Cells (f64) of tables that are held at once; more trees take turns. */
const MOST_CELLS = 2 ** 23;

/**
 * Bits of a cluster's index. With 7, 128 cells of 8 bytes a feature lie in the first-level cache. By covers, deeper trees have an own algorithm
 * (../paths); against a background larger tables are still the fastest way, up to where filling them in takes as long as visiting all leaves.
 */
const BITS = 7;
const MOST_BITS = 12;

/** Masks of rows are held for every level above a cluster. */
const MOST_DEPTH = 64;

/** Trees that fit into tables, and the rest. */
export interface Plan {
  readonly splits: readonly Split[];
  readonly rest: readonly number[];
  readonly codes: Codes;
  /** Features of a path, at most. */
  readonly bits: number;
  /** Pairs of features that the tables are about; null for each feature alone. */
  readonly meetings: Meetings | null;
}

/** @param numbers the trees that are asked about; all unless given */
export function planTables(
  ensemble: Ensemble,
  codes: Codes,
  game: 'covers' | 'background',
  numbers: readonly number[] = ensemble.trees.map((_, number) => number),
  meetings: Meetings | null = null,
): Plan {
  const splits: Split[] = [];
  const rest: number[] = [];
  let bits = BITS;
  numbers.forEach((number) => {
    const tree = ensemble.trees[number]!;
    const steps = splitBy(tree, codes, number, game);
    if (steps === null || cellsOf({ tree, number, steps }, ensemble.scores, meetings) > MOST_CELLS)
      return rest.push(number);
    bits = Math.max(bits, longestPath(tree));
    return splits.push({ tree, number, steps });
  });
  return { splits, rest, codes, bits, meetings };
}

function splitBy(tree: Tree, codes: Codes, number: number, game: 'covers' | 'background'): readonly Step[] | null {
  if (depthOf(tree) > MOST_DEPTH) return null;
  const longest = longestPath(tree);
  if (longest > (game === 'covers' ? BITS : MOST_BITS)) return null;
  return splitTree(tree, codes.tests[number]!, Math.max(BITS, longest));
}

/** Adds the values of the planned trees to those of some rows. @param onTree called with trees done; throws to stop */
export type Adding = (x: Float64Array, rows: number, values: Float64Array, onTree: (done: number) => void) => void;

/** As `openTables`, once. */
export function addByTables(
  plan: Plan,
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: { readonly x: Float64Array; readonly rows: number } | null,
  values: Float64Array,
  onTree: (done: number) => void = () => undefined,
): void {
  openTables(plan, ensemble, background)(x, rows, values, onTree);
}

/**
 * SHAP values by tables: a tree is split into clusters of a few decisions, and what each feature gets is computed once for every pattern of those
 * decisions; a row then costs a look-up a feature and cluster. After WOODELF (arXiv 2511.09376) and FastTreeSHAP v2 (arXiv 2109.09847); exact.
 * Tables cost as much as some 200 rows do by quadrature, whatever the number of rows or background rows; they are filled in for the first rows and serve
 * all that follow, where all trees' tables have room at once.
 *
 * Values are (rows × features × scores), of pairs (rows × features × features × scores), above the diagonal.
 *
 * @param background rows that stand in for absent features; null for path-dependent SHAP, which takes covers
 */
export function openTables(
  { splits, codes, bits, meetings }: Plan,
  ensemble: Ensemble,
  background: { readonly x: Float64Array; readonly rows: number } | null,
): Adding {
  const { features, scores } = ensemble;
  let slots = 1;
  for (const { steps } of splits)
    for (const step of steps) if ('branch' in step) slots = Math.max(slots, step.branch.to + 1);
  const kernel = openKernel({
    columns: codes.columns,
    features,
    sums: (meetings?.count ?? features) * scores,
    slots,
    bits,
    order: meetings === null ? 1 : 2,
  });
  const width = features * scores * (meetings === null ? 1 : features);
  const places = meetings === null ? undefined : placesOf(meetings, features, scores);
  const own = new Int32Array(bits);
  const fillIn = (group: Split[]): ReturnType<typeof placeTables> => {
    const counts = background === null ? null : countPatterns(kernel, group, codes, background);
    const placed = new Map(group.map((split, i) => [split, i]));
    const fill = (leaves: LeafTables, split: Split, number: number, cluster: Cluster, leaf: Leaf): number => {
      const { z, passed } = leaves;
      const d = meetLeaf({ features: own, z, passed }, split.tree, codes.tests[split.number]!, cluster, leaf);
      if (counts === null) leaves.byCovers(d);
      else leaves.byBackground(counts[placed.get(split)!]![number]!, background!.rows, d);
      return d;
    };
    return placeTables(kernel, group, codes, scores, own, fill, meetings);
  };
  const all = groups(splits, scores, meetings);
  let filled: { readonly group: Split[]; readonly starts: ReturnType<typeof placeTables> } | null = null;
  return (x, rows, values, onTree) => {
    let done = 0;
    for (const group of all) {
      if (filled?.group !== group) filled = { group, starts: fillIn(group) };
      for (let start = 0; start < rows; start += kernel.chunk) {
        kernel.load(x, start, rows);
        kernel.run(filled.starts);
        kernel.gather(values, width, places);
        onTree(done + Math.floor((group.length * Math.min(rows, start + kernel.chunk)) / rows));
      }
      done += group.length;
    }
  };
}

function groups(splits: readonly Split[], scores: number, meetings: Meetings | null): Split[][] {
  const out: Split[][] = [];
  let room = 0;
  for (const split of splits) {
    const cells = cellsOf(split, scores, meetings);
    if (cells > room || out.length === 0) {
      out.push([]);
      room = MOST_CELLS;
    }
    out.at(-1)!.push(split);
    room -= cells;
  }
  return out;
}

/** How many background rows come to each index of each cluster. */
function countPatterns(
  kernel: Kernel,
  group: readonly Split[],
  codes: Codes,
  { x, rows }: { readonly x: Float64Array; readonly rows: number },
): Float64Array[][] {
  const { starts, places } = placeCounting(kernel, group, codes);
  for (let start = 0; start < rows; start += kernel.chunk) {
    kernel.load(x, start, rows);
    kernel.run(starts);
  }
  return places.map((clusters) => clusters.map((place) => place().slice()));
}

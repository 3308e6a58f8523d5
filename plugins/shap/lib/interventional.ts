import { scoreTrees } from '#common/onnx/score-trees.ts';
import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';
import type { Attribution } from './path-dependent.ts';

/**
 * Exact interventional TreeSHAP: a feature that is not in the coalition takes its value from a background row, and the mean over all
 * background rows is taken.
 *
 * A leaf is reached with x's value or the background's for each feature of its path. Where both pass, the feature is out of the game; where neither
 * passes, the leaf is. With n features that only x passes and m that only the background row passes, the leaf's value times
 * (n−1)! m! / (n+m)! goes to each of the n, and minus n! (m−1)! / (n+m)! to each of the m. Rows that pass the same features of a path share one
 * pattern, so that work grows with patterns, not with rows times background.
 *
 * @param x (rows × features) @param background (backgroundRows × features)
 * @param onTree called after each tree; throws to stop
 */
export function interventional(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Float64Array,
  backgroundRows: number,
  onTree: (done: number) => void,
): Attribution {
  const { trees, features, scores } = ensemble;
  const values = new Float64Array(rows * features * scores);
  trees.forEach((tree, done) => {
    forEachLeaf(tree, { x, rows, background, backgroundRows, features }, (leaf, path) => {
      const own = patterns(
        path.map(({ here }) => here),
        rows,
      );
      const other = patterns(
        path.map(({ there }) => there),
        backgroundRows,
      );
      const shares = own.fails.map((fails) => sharesOf(fails, other, path.length, backgroundRows));
      for (let row = 0; row < rows; row++) {
        const share = shares[own.of[row]!];
        if (share === undefined || share === null) continue;
        for (let j = 0; j < path.length; j++)
          for (let k = 0; k < scores; k++)
            values[(row * features + path[j]!.feature) * scores + k]! += share[j]! * tree.value[leaf * scores + k]!;
      }
    });
    onTree(done + 1);
  });
  return { values, base: meanOf(scoreTrees(ensemble, background, backgroundRows), backgroundRows, scores) };
}

/** Column means. @param of (rows × columns) */
export function meanOf(of: Float64Array, rows: number, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < of.length; i++) mean[i % columns]! += of[i]!;
  return mean.map((sum) => sum / rows);
}

/** One feature of a path, and whether each row passes all decisions on it. */
export interface Step {
  readonly feature: number;
  /** (rows) */
  readonly here: Uint8Array;
  /** (backgroundRows) */
  readonly there: Uint8Array;
}

interface Both {
  readonly x: Float64Array;
  readonly rows: number;
  readonly background: Float64Array;
  readonly backgroundRows: number;
  readonly features: number;
}

/** Depth first with the decisions of one path at a time: memory grows with depth × rows, not with nodes × rows. */
export function forEachLeaf(tree: Tree, both: Both, visit: (leaf: number, path: readonly Step[]) => void): void {
  const waiting: { readonly node: number; readonly path: readonly Step[] }[] = [{ node: 0, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, path } = next;
    const feature = tree.feature[node]!;
    if (feature < 0) {
      visit(node, path);
      continue;
    }
    const known = path.findIndex((step) => step.feature === feature);
    const before = path[known];
    for (const yes of [0, 1] as const) {
      const here = passing(tree, node, yes, both.x, both.rows, both.features, before?.here);
      const there = passing(tree, node, yes, both.background, both.backgroundRows, both.features, before?.there);
      // Where neither any row nor any background row passes, no leaf below gets anything.
      if (!here.includes(1) && !there.includes(1)) continue;
      const step = { feature, here, there };
      waiting.push({
        node: yes === 1 ? tree.yes[node]! : tree.no[node]!,
        path: known < 0 ? [...path, step] : path.with(known, step),
      });
    }
  }
}

/** Whether each row takes this branch, and took those before on the same feature. */
function passing(
  tree: Tree,
  node: number,
  yes: 0 | 1,
  x: Float64Array,
  rows: number,
  features: number,
  before: Uint8Array | undefined,
): Uint8Array {
  const feature = tree.feature[node]!;
  const out = new Uint8Array(rows);
  for (let row = 0; row < rows; row++)
    if ((before === undefined || before[row] === 1) && holds(tree, node, x[row * features + feature]!) === (yes === 1))
      out[row] = 1;
  return out;
}

/** Rows grouped by which features of a path they fail. */
export interface Patterns {
  /** Pattern of each row. */
  readonly of: Int32Array;
  /** Positions in the path that a pattern fails. */
  readonly fails: readonly (readonly number[])[];
  readonly rows: readonly number[];
}

/** Splits the rows feature by feature, so that paths of any length work. */
export function patterns(path: readonly Uint8Array[], rows: number): Patterns {
  let fails: (readonly number[])[] = [[]];
  const of = new Int32Array(rows);
  path.forEach((passes, position) => {
    const next = new Int32Array(2 * fails.length).fill(-1);
    const split: (readonly number[])[] = [];
    for (let row = 0; row < rows; row++) {
      const pass = passes[row]!;
      const key = 2 * of[row]! + pass;
      if (next[key]! < 0) {
        const before = fails[of[row]!]!;
        next[key] = split.push(pass === 1 ? before : [...before, position]) - 1;
      }
      of[row] = next[key]!;
    }
    fails = split;
  });
  const counts = fails.map(() => 0);
  for (const pattern of of) counts[pattern]! += 1;
  return { of, fails, rows: counts };
}

/** What each feature of the path gets of the leaf's value, averaged over the background; null when all get nothing. */
function sharesOf(
  fails: readonly number[],
  background: Patterns,
  length: number,
  backgroundRows: number,
): Float64Array | null {
  const failing = new Uint8Array(length);
  for (const position of fails) failing[position] = 1;
  const shares = new Float64Array(length);
  let any = false;
  background.fails.forEach((others, pattern) => {
    const n = others.length;
    const m = fails.length;
    if (n + m === 0 || others.some((position) => failing[position] === 1)) return;
    any = true;
    const frequency = background.rows[pattern]! / backgroundRows;
    if (n > 0) for (const position of others) shares[position]! += frequency * coalitionWeight(n - 1, m);
    if (m > 0) for (const position of fails) shares[position]! -= frequency * coalitionWeight(m - 1, n);
  });
  return any ? shares : null;
}

const weights: number[][] = [];

/** a! b! / (a + b + 1)!, by the recurrence W(a, b) = W(a, b − 1) · b / (a + b + 1). */
export function coalitionWeight(a: number, b: number): number {
  const row = (weights[a] ??= [1 / (a + 1)]);
  for (let j = row.length; j <= b; j++) row.push((row[j - 1]! * j) / (a + j + 1));
  return row[b]!;
}

import { type Ensemble, leafOf, type Tree } from '#common/onnx/trees.ts';
import { binColumn } from './bins.ts';
import { type GrowOptions, growTree } from './grow.ts';
import type { Loss } from './loss.ts';
import { sample } from './sample.ts';

export interface BoostOptions extends GrowOptions {
  readonly trees: number;
  readonly bins: number;
  /** Share of rows and of features that each tree sees. */
  readonly subsample: number;
  readonly featureSample: number;
  /** Stop after so many trees without a better loss on `watched`, and keep the best; null never stops. */
  readonly patience: number | null;
}

/** Rows of one kind: features row by row (rows × features, float32 values), and what is to be learned. */
export interface Rows {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface Boosted {
  readonly ensemble: Ensemble;
  /** Loss after each tree, on the training rows and on each of `watched`. (trees grown) */
  readonly history: readonly (readonly number[])[];
  /** Trees kept. */
  readonly kept: number;
  readonly gain: Float64Array;
  readonly splits: Int32Array;
}

/**
 * Gradient boosting on histograms (Friedman 2001; Ke et al. 2017).
 *
 * @param watched rows whose loss is followed; the first decides about stopping
 * @param onTree called after each tree; throws to stop
 */
export function boost(
  train: Rows,
  watched: readonly Rows[],
  features: number,
  loss: Loss,
  options: BoostOptions,
  random: () => number,
  onTree: (done: number, loss: number) => void,
): Boosted {
  const count = train.y.length;
  const column = (f: number): Float64Array =>
    Float64Array.from({ length: count }, (_, row) => train.x[row * features + f]!);
  const columns = Array.from({ length: features }, (_, f) => binColumn(column(f), options.bins));
  const usable = columns.flatMap(({ bins, edges }, f) => (edges.length > 0 || bins.includes(255) ? [f] : []));
  const base = Math.fround(loss.start(train.y));
  const sets = [train, ...watched].map(({ x, y }) => ({ x, y, score: new Float64Array(y.length).fill(base) }));
  const [own] = sets;
  const gradient = new Float64Array(count);
  const hessian = new Float64Array(count);
  const everyone = Int32Array.from({ length: count }, (_, i) => i);
  const trees: Tree[] = [];
  const gains: Float64Array[] = [];
  const splits: Int32Array[] = [];
  const history: number[][] = [];
  let best = { trees: 0, loss: Infinity };
  while (trees.length < options.trees) {
    loss.derive(train.y, own!.score, gradient, hessian);
    const rows = options.subsample < 1 ? Int32Array.from(sample(count, options.subsample, random)) : everyone;
    const sampled =
      options.featureSample < 1 ? sample(usable.length, options.featureSample, random).map((i) => usable[i]!) : usable;
    const grown = growTree(columns, sampled, rows, gradient, hessian, options);
    const tree =
      rows === everyone ? grown.tree : { ...grown.tree, cover: coverOf(grown.tree, train.x, count, features) };
    for (const { x, score } of sets)
      for (let row = 0; row < score.length; row++) score[row]! += tree.value[leafOf(tree, x, row * features)]!;
    trees.push(tree);
    gains.push(grown.gain);
    splits.push(grown.splits);
    const losses = sets.map(({ y, score }) => loss.of(y, score));
    history.push(losses);
    const judged = losses[1] ?? losses[0]!;
    onTree(trees.length, judged);
    if (judged < best.loss) best = { trees: trees.length, loss: judged };
    if (options.patience !== null && trees.length - best.trees >= options.patience) break;
  }
  const kept = options.patience === null ? trees.length : best.trees;
  return {
    ensemble: { trees: trees.slice(0, kept), features, scores: 1, base: Float64Array.of(base), covers: true },
    history,
    kept,
    gain: Float64Array.from({ length: features }, (_, f) =>
      gains.slice(0, kept).reduce((sum, gain) => sum + gain[f]!, 0),
    ),
    splits: Int32Array.from({ length: features }, (_, f) => splits.slice(0, kept).reduce((sum, n) => sum + n[f]!, 0)),
  };
}

/** Covers over all training rows, also those that a tree didn't see: SHAP's conditional expectations then mean the training data. */
function coverOf(tree: Tree, x: Float64Array, rows: number, features: number): Float64Array {
  const cover = new Float64Array(tree.feature.length);
  for (let row = 0; row < rows; row++) cover[leafOf(tree, x, row * features)]! += 1;
  for (let node = cover.length - 1; node >= 0; node--)
    if (tree.feature[node]! >= 0) cover[node] = cover[tree.yes[node]!]! + cover[tree.no[node]!]!;
  return cover;
}

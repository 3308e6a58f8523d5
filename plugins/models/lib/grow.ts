import { LEQ, type Tree } from '#common/onnx/trees.ts';
import { type Binned, MISSING } from './bins.ts';
import { addRows, type Histogram, newHistogram, subtract } from './histogram.ts';
import { bestSplit, type Split } from './split.ts';

export interface GrowOptions {
  readonly maxDepth: number;
  readonly maxLeaves: number;
  /** Fewest rows in a leaf. */
  readonly minLeaf: number;
  /** Added to the second derivatives: shrinks leaves with few rows. */
  readonly l2: number;
  readonly learningRate: number;
}

export interface Grown {
  readonly tree: Tree;
  /** Loss that the splits on each feature took away. (features) */
  readonly gain: Float64Array;
  readonly splits: Int32Array;
}

interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly rows: Int32Array;
  readonly histogram: Histogram;
  readonly split: Split | null;
}

/**
 * Grows one tree, best split first (LightGBM's leaf-wise growth), on the rows given. Leaf values are Newton steps −ΣG/(ΣH + l2), times the
 * learning rate, rounded to float32 so that the ONNX file holds exactly what was trained.
 *
 * @param sampled features that this tree may split on
 * @returns covers are those of `rows`; the caller adds rows that were left out
 */
export function growTree(
  columns: readonly Binned[],
  sampled: readonly number[],
  rows: Int32Array,
  gradient: Float64Array,
  hessian: Float64Array,
  options: GrowOptions,
): Grown {
  const feature: number[] = [];
  const threshold: number[] = [];
  const missing: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const cover: number[] = [];
  const value: number[] = [];
  const gain = new Float64Array(columns.length);
  const splits = new Int32Array(columns.length);

  const open = (depth: number, members: Int32Array, histogram: Histogram): Leaf => {
    const node = feature.push(-1) - 1;
    threshold.push(0);
    missing.push(0);
    yes.push(0);
    no.push(0);
    cover.push(members.length);
    const { g, h } = histogram.total;
    value.push(Math.fround((-options.learningRate * g) / (h + options.l2)));
    const split = depth < options.maxDepth ? bestSplit(histogram, columns, sampled, options) : null;
    return { node, depth, rows: members, histogram, split };
  };

  const root = newHistogram(columns, sampled);
  addRows(root, columns, sampled, rows, gradient, hessian);
  const leaves = [open(0, rows, root)];
  for (let count = 1; count < options.maxLeaves; count++) {
    const at = bestOf(leaves);
    const leaf = leaves[at];
    if (leaf === undefined || leaf.split === null) break;
    const { split, node, depth } = leaf;
    const [low, high] = partition(leaf.rows, columns[split.feature]!.bins, split);
    const small = newHistogram(columns, sampled);
    addRows(small, columns, sampled, low.length <= high.length ? low : high, gradient, hessian);
    const large = subtract(leaf.histogram, small);
    feature[node] = split.feature;
    threshold[node] = split.threshold;
    missing[node] = split.missingLow ? 1 : 0;
    value[node] = 0;
    gain[split.feature]! += split.gain;
    splits[split.feature]! += 1;
    yes[node] = feature.length;
    leaves[at] = open(depth + 1, low, low.length <= high.length ? small : large);
    no[node] = feature.length;
    leaves.push(open(depth + 1, high, low.length <= high.length ? large : small));
  }
  return {
    tree: {
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      mode: new Uint8Array(feature.length).fill(LEQ),
      missing: Uint8Array.from(missing),
      yes: Int32Array.from(yes),
      no: Int32Array.from(no),
      cover: Float64Array.from(cover),
      value: Float64Array.from(value),
    },
    gain,
    splits,
  };
}

function bestOf(leaves: readonly Leaf[]): number {
  let best = -1;
  leaves.forEach(({ split }, i) => {
    if (split !== null && (best < 0 || split.gain > leaves[best]!.split!.gain)) best = i;
  });
  return best;
}

function partition(rows: Int32Array, bins: Uint8Array, { bin, missingLow }: Split): readonly [Int32Array, Int32Array] {
  const goesLow = (row: number): boolean => (bins[row] === MISSING ? missingLow : bins[row]! <= bin);
  return [rows.filter(goesLow), rows.filter((row) => !goesLow(row))];
}

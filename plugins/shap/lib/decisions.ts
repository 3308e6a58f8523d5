import type { Column } from '#common/onnx/source.ts';
import { GT, GTE, holds, LT, MEMBER, type Tree } from '#common/onnx/trees.ts';

/** What a column makes of the values that its source has, by their rank. */
export interface Derived {
  readonly values: Float64Array;
  /** Of a missing value. */
  readonly missing: number;
  /** Neither falls anywhere nor is missing: decisions by a threshold hold up to some rank, or from some rank on. */
  readonly rising: boolean;
}

/** A decision about ranks. */
export interface Decision {
  readonly mode: number;
  readonly threshold: number;
  readonly missing: boolean;
  /** Ranks for which it holds, where these are no range from one end. */
  readonly members: ReadonlySet<number> | null;
}

/** @param sorted values in ascending order */
export function derivedFrom(sorted: Float64Array, steps: Column['steps']): Derived {
  const through = (value: number): number => steps.reduce((v, step) => step(v), value);
  const values = sorted.map(through);
  return {
    values,
    missing: through(NaN),
    rising: values.every((value, rank) => rank === 0 || value >= values[rank - 1]!) && !Number.isNaN(values[0]),
  };
}

/** A node's decision about a column, as one about the ranks of what the column comes from. */
export function decisionOver({ values, missing, rising }: Derived, tree: Tree, node: number): Decision {
  const asks = (rank: number): boolean => holds(tree, node, values[rank]!);
  const { length } = values;
  const shared = { missing: holds(tree, node, missing), members: null };
  const first = length > 0 && asks(0);
  const range = (end: number): Decision => ({ ...shared, mode: first ? LT : GTE, threshold: end });
  if (rising && tree.mode[node]! <= GT) {
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (asks(middle) === first) low = middle + 1;
      else high = middle;
    }
    return range(low);
  }
  let end = 0;
  while (end < length && asks(end) === first) end++;
  let rest = end;
  while (rest < length && asks(rest) !== first) rest++;
  if (rest === length) return range(end);
  const ranks = Array.from(values.keys()).filter(asks);
  return { ...shared, mode: MEMBER, threshold: 0, members: new Set(ranks) };
}

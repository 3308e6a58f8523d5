import type { Ensemble } from '#common/onnx/trees.ts';

/** Pairs of features that meet on a path of some tree, numbered: no others interact. */
export interface Meetings {
  readonly count: number;
  /** The features of each pair, the smaller first. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Number of each two features' pair (features × features); −1 where they don't meet. */
  readonly numbers: Int32Array;
}

export function meetingsOf({ trees, features }: Ensemble): Meetings {
  const numbers = new Int32Array(features * features).fill(-1);
  const first: number[] = [];
  const second: number[] = [];
  const meet = (one: number, other: number): void => {
    const [low, high] = one < other ? [one, other] : [other, one];
    if (low === high || numbers[low * features + high]! >= 0) return;
    numbers[low * features + high] = numbers[high * features + low] = first.push(low) - 1;
    second.push(high);
  };
  for (const { feature, yes, no } of trees) {
    const parent = new Int32Array(feature.length).fill(-1);
    for (let node = 0; node < feature.length; node++) {
      if (feature[node]! < 0) continue;
      parent[yes[node]!] = parent[no[node]!] = node;
      for (let above = parent[node]!; above >= 0; above = parent[above]!) meet(feature[node]!, feature[above]!);
    }
  }
  return {
    count: first.length,
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    numbers,
  };
}

/** Where each pair's scores go in a row of (features × features × scores): above the diagonal. (pairs × scores) */
export function placesOf({ count, first, second }: Meetings, features: number, scores: number): Int32Array {
  return Int32Array.from({ length: count * scores }, (_, i) => {
    const pair = Math.floor(i / scores);
    return (first[pair]! * features + second[pair]!) * scores + (i % scores);
  });
}

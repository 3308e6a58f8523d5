import type { Binned } from './bins.ts';
import { binsOf, type Histogram } from './histogram.ts';

export interface Split {
  readonly feature: number;
  /** Rows in bins up to this one go to the true branch. */
  readonly bin: number;
  /** The same as a float32: true branch when value ≤ threshold. Infinity parts missing values from all others. */
  readonly threshold: number;
  /** Missing values go to the true branch. */
  readonly missingLow: boolean;
  /** Loss taken away (times two). */
  readonly gain: number;
}

const MIN_HESSIAN = 1e-3;

/**
 * The split with the largest gain G²/(H + l2), summed over the children less the node's own (Chen & Guestrin 2016). Missing values are tried
 * on both sides; where a node has none, they follow the side with more rows.
 *
 * @returns null when no split leaves `minLeaf` rows on each side and gains anything
 */
export function bestSplit(
  histogram: Histogram,
  columns: readonly Binned[],
  sampled: readonly number[],
  { minLeaf, l2 }: { readonly minLeaf: number; readonly l2: number },
): Split | null {
  const { g, h, count, start, total } = histogram;
  const worth = (sumG: number, sumH: number): number => (sumG * sumG) / (sumH + l2);
  const own = worth(total.g, total.h);
  const least = 1e-12 * Math.max(1, Math.abs(own));
  let best: Split | null = null;
  for (const feature of sampled) {
    const { edges } = columns[feature]!;
    const first = start[feature]!;
    const missing = first + binsOf(columns[feature]!) - 1;
    const someMissing = count[missing]! > 0;
    for (const missingLow of someMissing ? [false, true] : [false]) {
      let lowG = missingLow ? g[missing]! : 0;
      let lowH = missingLow ? h[missing]! : 0;
      let lowCount = missingLow ? count[missing]! : 0;
      const last = someMissing && !missingLow ? edges.length : edges.length - 1;
      for (let bin = 0; bin <= last; bin++) {
        lowG += g[first + bin]!;
        lowH += h[first + bin]!;
        lowCount += count[first + bin]!;
        const highCount = total.count - lowCount;
        if (highCount < minLeaf) break;
        if (lowCount < minLeaf || lowH < MIN_HESSIAN || total.h - lowH < MIN_HESSIAN) continue;
        const gain = worth(lowG, lowH) + worth(total.g - lowG, total.h - lowH) - own;
        if (gain <= (best?.gain ?? least)) continue;
        best = {
          feature,
          bin,
          threshold: edges[bin] ?? Infinity,
          missingLow: someMissing ? missingLow : lowCount >= highCount,
          gain,
        };
      }
    }
  }
  return best;
}

/** A column cut into bins: bin b holds the values up to `edges[b]` that no earlier bin holds; the last bin holds the rest. */
export interface Binned {
  /** Bin of each row; `missingBin` where the value is missing. (rows) */
  readonly bins: Uint8Array;
  /** Upper edges, float32 and rising; one fewer than there are bins. */
  readonly edges: Float64Array;
}

/** The bin of a missing value: one past the 255 that values may have. */
export const MISSING = 255;

/**
 * Quantile bins, as LightGBM makes them: every distinct value its own while there are few, else about equal counts of rows.
 *
 * Edges lie halfway between two neighbouring values and are rounded to float32 without passing either, so that a float32 comparison
 * sends each row of `values` the way its bin went.
 *
 * @param values float32 numbers, NaN where missing (rows)
 * @param limit most bins for values, 2 to 255
 */
export function binColumn(values: Float64Array, limit: number): Binned {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of present) {
    if (distinct.length > 0 && distinct.at(-1) === value) counts[counts.length - 1]! += 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const edges = edgesOf(distinct, counts, present.length, limit);
  return {
    bins: Uint8Array.from(values, (value) => (Number.isNaN(value) ? MISSING : binOf(edges, value))),
    edges,
  };
}

function edgesOf(distinct: readonly number[], counts: readonly number[], rows: number, limit: number): Float64Array {
  const edges: number[] = [];
  let left = rows;
  let held = 0;
  for (let i = 0; i + 1 < distinct.length; i++) {
    held += counts[i]!;
    const bins = limit - edges.length;
    if (bins <= 1) break;
    const spare = distinct.length - i <= bins;
    if (!spare && held < left / bins) continue;
    edges.push(between(distinct[i]!, distinct[i + 1]!));
    left -= held;
    held = 0;
  }
  return Float64Array.from(edges);
}

/** A float32 e with low ≤ e < high. */
function between(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2);
  return middle >= low && middle < high ? middle : low;
}

/** Index of the first edge that is not below the value. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

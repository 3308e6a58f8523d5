import { type Binned, MISSING } from './bins.ts';

/** Sums over a node's rows by feature and bin. Feature f's bins start at `start[f]`; its missing values come last. */
export interface Histogram {
  readonly start: Int32Array;
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly count: Int32Array;
  /** Over all rows of the node. */
  readonly total: { g: number; h: number; count: number };
}

/** Bins of a column, the one for missing values included. */
export const binsOf = ({ edges }: Binned): number => edges.length + 2;

export function newHistogram(columns: readonly Binned[], sampled: readonly number[]): Histogram {
  const start = new Int32Array(columns.length);
  let size = 0;
  for (const f of sampled) {
    start[f] = size;
    size += binsOf(columns[f]!);
  }
  return {
    start,
    g: new Float64Array(size),
    h: new Float64Array(size),
    count: new Int32Array(size),
    total: { g: 0, h: 0, count: 0 },
  };
}

/** @param gradient @param hessian by row of the whole table */
export function addRows(
  { start, g, h, count, total }: Histogram,
  columns: readonly Binned[],
  sampled: readonly number[],
  rows: Int32Array,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  for (const f of sampled) {
    const { bins } = columns[f]!;
    const first = start[f]!;
    const missing = first + binsOf(columns[f]!) - 1;
    for (const row of rows) {
      const bin = bins[row]!;
      const at = bin === MISSING ? missing : first + bin;
      g[at]! += gradient[row]!;
      h[at]! += hessian[row]!;
      count[at]! += 1;
    }
  }
  for (const row of rows) {
    total.g += gradient[row]!;
    total.h += hessian[row]!;
  }
  total.count += rows.length;
}

/** The sibling's histogram: a node's less one child's. */
export function subtract(parent: Histogram, child: Histogram): Histogram {
  return {
    start: parent.start,
    g: parent.g.map((value, i) => value - child.g[i]!),
    h: parent.h.map((value, i) => value - child.h[i]!),
    count: parent.count.map((value, i) => value - child.count[i]!),
    total: {
      g: parent.total.g - child.total.g,
      h: parent.total.h - child.total.h,
      count: parent.total.count - child.total.count,
    },
  };
}

import type { Slice } from './explanation.ts';

/** Rows gathered into columns of a picture: more rows than pixels share one, which shows their mean. */
export interface Heat {
  readonly columns: number;
  /** Mean part of each line of the picture in each column, line by line. */
  readonly parts: Float64Array;
  /** The predictions of each column. */
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Parts further from 0 than this look the same. */
  readonly limit: number;
}

/**
 * @param lines of the picture: the features that each stands for
 * @param order of the rows, from left to right
 * @param said prediction of each row
 */
export function heatOf(
  of: Slice,
  lines: readonly (readonly number[])[],
  order: Uint32Array,
  said: Float64Array,
  most: number,
): Heat {
  const columns = Math.max(1, Math.min(order.length, Math.floor(most)));
  const parts = new Float64Array(lines.length * columns);
  const [mean, low, high] = [0, Infinity, -Infinity].map((value) => new Float64Array(columns).fill(value)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let column = 0; column < columns; column++) {
    const [from, to] = [startOf(column, columns, order.length), startOf(column + 1, columns, order.length)];
    for (let at = from; at < to; at++) {
      const row = order[at]!;
      mean[column]! += said[row]! / (to - from);
      if (said[row]! < low[column]!) low[column] = said[row]!;
      if (said[row]! > high[column]!) high[column] = said[row]!;
      lines.forEach((features, line) => {
        let sum = 0;
        for (const feature of features) sum += of.part(row, feature);
        parts[line * columns + column]! += sum / (to - from);
      });
    }
  }
  return { columns, parts, mean, low, high, limit: limitOf(parts) };
}

/** First place in the order that lies in a column. */
export const startOf = (column: number, columns: number, rows: number): number => Math.floor((column * rows) / columns);

/** The column in which a place in the order lies. */
export function columnOf(place: number, columns: number, rows: number): number {
  let column = Math.min(columns - 1, Math.floor((place * columns) / rows));
  while (column + 1 < columns && startOf(column + 1, columns, rows) <= place) column += 1;
  return column;
}

/** A few cells of great size would leave nothing of the others: 99 in 100 keep to the scale. */
function limitOf(parts: Float64Array): number {
  const sizes = parts.filter(Number.isFinite).map(Math.abs).sort();
  return sizes[Math.ceil(sizes.length * 0.99) - 1] || sizes.at(-1) || 1;
}

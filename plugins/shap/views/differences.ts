import type { Slice } from './explanation.ts';

/** One feature in two explanations of the same rows. */
export interface Difference {
  readonly name: string;
  /** Where the feature stands in each; −1 where it is unknown. */
  readonly places: readonly [number, number];
  /** Mean |SHAP| in each; null where the feature is unknown. */
  readonly sizes: readonly [number | null, number | null];
  /** Mean over the rows of how far the two parts lie apart; what one does not know counts as 0. */
  readonly apart: number;
  /** Correlation of the parts over the rows; null where one of them does not vary. */
  readonly along: number | null;
}

/**
 * Features by name, the one on which the two differ most first.
 *
 * @throws RangeError when they are not of the same number of rows
 */
export function differencesOf(a: Slice, b: Slice): Difference[] {
  if (a.rows !== b.rows)
    throw new RangeError(`The two explanations have ${a.rows} and ${b.rows} rows: only the same rows can be compared.`);
  const names = [...a.names, ...b.names.filter((name) => !a.names.includes(name))];
  return names
    .map((name) => differenceOf(a, b, name, [a.names.indexOf(name), b.names.indexOf(name)]))
    .sort((one, other) => other.apart - one.apart);
}

function differenceOf(a: Slice, b: Slice, name: string, places: readonly [number, number]): Difference {
  const [xs, ys] = [columnOf(a, places[0]), columnOf(b, places[1])];
  const size = (values: Float64Array, place: number): number | null =>
    place < 0 ? null : mean(values.map((value) => Math.abs(value)));
  return {
    name,
    places,
    sizes: [size(xs, places[0]), size(ys, places[1])],
    apart: mean(xs.map((x, row) => Math.abs(x - ys[row]!))),
    along: correlation(xs, ys),
  };
}

export function columnOf(of: Slice, feature: number): Float64Array {
  const column = new Float64Array(of.rows);
  if (feature >= 0) for (let row = 0; row < of.rows; row++) column[row] = of.part(row, feature);
  return column;
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function correlation(xs: Float64Array, ys: Float64Array): number | null {
  const [x0, y0] = [mean(xs), mean(ys)];
  const xx = Math.sqrt(xs.reduce((sum, x) => sum + (x - x0) ** 2, 0));
  const yy = Math.sqrt(ys.reduce((sum, y) => sum + (y - y0) ** 2, 0));
  if (!(xx > 1e-12) || !(yy > 1e-12)) return null;
  return xs.reduce((sum, x, row) => sum + ((x - x0) / xx) * ((ys[row]! - y0) / yy), 0);
}

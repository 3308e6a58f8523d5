import type { Column, TableData, Tensor } from '#common/data.ts';

/** What `shap.explain` and `shap.interactions` give. `values` is [rows, features], or [rows, features, outputs] for several outputs. */
export interface Explanation {
  readonly values: Tensor<Float64Array>;
  /** Of `shap.interactions`: [rows, features, features], or with outputs as the last axis. */
  readonly interactions?: Tensor<Float64Array>;
  readonly base: number | readonly number[];
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  /** Standard errors of the values, in their shape, where they are estimates. */
  readonly standardErrors?: Tensor<Float64Array>;
  readonly meta: {
    readonly method: string;
    readonly space?: string;
    readonly link?: string | null;
    readonly unit?: string | null;
    readonly features?: readonly { readonly name: string; readonly categories?: readonly string[] }[];
  };
}

/** @throws TypeError when a drawing is given something else */
export function checkExplanation(given: unknown): asserts given is Explanation {
  const { values, names, data } = (given ?? {}) as { readonly [key in keyof Explanation]?: unknown };
  const shape = (values as { readonly shape?: unknown } | undefined)?.shape;
  if (!Array.isArray(shape) || shape.length < 2 || !Array.isArray(names) || typeof data !== 'object')
    throw new TypeError('This drawing takes an explanation: what `await shap.explain(…)` gives.');
}

/** One output of an explanation, with its feature values at hand. */
export interface Slice {
  readonly rows: number;
  readonly features: number;
  readonly names: readonly string[];
  readonly base: number;
  /** Its place among the outputs. */
  readonly output: number;
  /** What is explained: `wage`, `log-odds of yes`. */
  readonly label: string;
  /** Its unit, or ''. */
  readonly unit: string;
  part(row: number, feature: number): number;
  readonly hasErrors: boolean;
  /** Standard error of a part; 0 where it is exact. */
  error(row: number, feature: number): number;
  /** The feature's value: a number, a category, or null when missing. */
  value(row: number, feature: number): number | string | null;
  unitOf(feature: number): string;
  /** Categories in the order that the model gave them, else by text; null for numbers. */
  levels(feature: number): readonly string[] | null;
}

/** @throws RangeError when there is no such output */
export function slice(explanation: Explanation, wanted?: number | string): Slice {
  const { values, names, outputs: labels, base, meta } = explanation;
  const [rows = 0, features = 0, outputs = 1] = values.shape;
  const output = outputAt(labels, outputs, wanted);
  const found = new Map<number, readonly string[] | null>();
  const columns = names.map((name) => explanation.data.columns.find((column) => column.name === name));
  return {
    rows,
    features,
    names,
    base: typeof base === 'number' ? base : base[output]!,
    output,
    ...labelOf(meta, labels[output] ?? 'prediction'),
    part: (row, feature) => values.data[(row * features + feature) * outputs + output] ?? Number.NaN,
    hasErrors: explanation.standardErrors?.data.some((error) => error > 0) ?? false,
    error: (row, feature) => explanation.standardErrors?.data[(row * features + feature) * outputs + output] ?? 0,
    value: (row, feature) => cell(columns[feature], row),
    unitOf: (feature) => columns[feature]?.unit ?? '',
    levels(feature) {
      if (!found.has(feature)) found.set(feature, levelsOf(columns[feature], meta.features?.[feature]?.categories));
      return found.get(feature)!;
    },
  };
}

function outputAt(labels: readonly string[], outputs: number, wanted: number | string | undefined): number {
  const natural = outputs === 2 ? 1 : 0;
  const output = wanted === undefined ? natural : typeof wanted === 'number' ? wanted : labels.indexOf(wanted);
  if (output < 0 || output >= outputs)
    throw new RangeError(`There is no output ${String(wanted)}. There are: ${labels.join(', ')}.`);
  return output;
}

function labelOf({ space, link, unit }: Explanation['meta'], name: string): { label: string; unit: string } {
  const straight = link === 'none' || link === null || link === undefined;
  if (space !== 'margin' || straight) {
    const label = straight ? name : `probability of ${name}`;
    return { label, unit: straight ? (unit ?? '') : '' };
  }
  return { label: link.startsWith('logistic') ? `log-odds of ${name}` : `score of ${name}`, unit: '' };
}

function levelsOf(column: Column | undefined, known: readonly string[] | undefined): readonly string[] | null {
  if (column === undefined || (column.type !== 'text' && column.type !== 'bool')) return null;
  if (column.type === 'bool') return ['false', 'true'];
  const present = new Set(column.values.filter((_, row) => column.valid?.[row] !== 0));
  const ordered = (known ?? []).filter((level) => present.has(level));
  return [...ordered, ...[...present].filter((level) => !ordered.includes(level)).sort()];
}

function cell(column: Column | undefined, row: number): number | string | null {
  if (column === undefined || column.valid?.[row] === 0) return null;
  if (column.type === 'bool') return column.values[row] === 0 ? 'false' : 'true';
  const value = column.values[row];
  if (value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  return typeof value === 'bigint' ? Number(value) : value;
}

/**
 * Mean |SHAP| of each feature, and the features from the largest to the smallest. The rows of an estimate share their coalitions, so that their
 * errors go together: the mean of them is the most that the mean's standard error can be.
 */
export function importance(of: Slice): {
  readonly mean: Float64Array;
  readonly error: Float64Array;
  readonly order: readonly number[];
} {
  const [mean, error] = [new Float64Array(of.features), new Float64Array(of.features)];
  for (let row = 0; row < of.rows; row++) {
    for (let feature = 0; feature < of.features; feature++) {
      mean[feature]! += Math.abs(of.part(row, feature)) / of.rows;
      if (of.hasErrors) error[feature]! += of.error(row, feature) / of.rows;
    }
  }
  return { mean, error, order: [...mean.keys()].sort((a, b) => mean[b]! - mean[a]!) };
}

/** Mean |interaction value| of each two features, and of each alone; null when the explanation holds none. */
export function pairSizes(
  { interactions, outputs: labels }: Explanation,
  wanted?: number | string,
): ((feature: number, other: number) => number) | null {
  if (interactions === undefined) return null;
  const [rows = 0, features = 0, , outputs = 1] = interactions.shape;
  const output = outputAt(labels, outputs, wanted);
  const mean = new Float64Array(features * features);
  for (let row = 0; row < rows; row++)
    for (let pair = 0; pair < mean.length; pair++)
      mean[pair]! += Math.abs(interactions.data[(row * mean.length + pair) * outputs + output]!) / rows;
  return (feature, other) => mean[feature * features + other]!;
}

/** The feature with which this one interacts most; null when there is none. @param size of the interaction of two features */
export function closest(
  size: (feature: number, other: number) => number,
  features: number,
  feature: number,
): number | null {
  let best: number | null = null;
  for (let other = 0; other < features; other++)
    if (other !== feature && size(feature, other) > (best === null ? 0 : size(feature, best))) best = other;
  return best;
}

/** Some of the rows, evenly; the same explanation where there are no more. */
export function sampled(of: Slice, most: number): Slice {
  if (of.rows <= most) return of;
  const rowOf = (row: number): number => Math.floor((row * of.rows) / most);
  return {
    ...of,
    rows: most,
    part: (row, feature) => of.part(rowOf(row), feature),
    error: (row, feature) => of.error(rowOf(row), feature),
    value: (row, feature) => of.value(rowOf(row), feature),
  };
}

export const rowsOf = (of: Slice): number[] => Array.from({ length: of.rows }, (_, row) => row);

/** @throws RangeError naming the rows there are */
export function rowAt(of: Slice, row = 0): number {
  if (Number.isInteger(row) && row >= 0 && row < of.rows) return row;
  throw new RangeError(`There is no row ${row}: the explanation has ${of.rows}.`);
}

export interface Step {
  readonly name: string;
  /** The feature's value in words; '' for several features together. */
  readonly value: string;
  readonly part: number;
  readonly error: number;
}

/** What each feature adds in one row, largest first; those after `top` together. */
export function stepsOf(of: Slice, row: number, top: number, shown: (row: number, feature: number) => string): Step[] {
  const order = Array.from({ length: of.features }, (_, feature) => feature).sort(
    (a, b) => Math.abs(of.part(row, b)) - Math.abs(of.part(row, a)),
  );
  const steps = order.slice(0, top).map((feature) => ({
    name: of.names[feature]!,
    value: shown(row, feature),
    part: of.part(row, feature),
    error: of.error(row, feature),
  }));
  const rest = order.slice(top);
  if (rest.length === 0) return steps;
  return [
    ...steps,
    {
      name: `${rest.length} others`,
      value: '',
      part: rest.reduce((sum, f) => sum + of.part(row, f), 0),
      error: Math.hypot(...rest.map((f) => of.error(row, f))),
    },
  ];
}

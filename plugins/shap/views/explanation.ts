import type { Column, TableData, Tensor } from '#common/data.ts';

/** What `shap.explain` gives. `values` is [rows, features], or [rows, features, outputs] for several outputs. */
export interface Explanation {
  readonly values: Tensor<Float64Array>;
  readonly base: number | Tensor<Float64Array> | readonly number[];
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: { readonly method: string; readonly exact: boolean; readonly space?: string };
}

/** What the frame gives every drawing, and what an author may ask for. */
export interface ViewOptions {
  readonly width: number;
  readonly dark: boolean;
  readonly document: Document;
  /** Which output, for a model with several. Default 0. */
  readonly output?: number;
  /** Row of the waterfall. Default 0. */
  readonly row?: number;
  /** Feature of the dependence plot. Default: the one with the largest mean |SHAP|. */
  readonly feature?: string;
  /** Feature that colours the dependence plot; `null` for none. Default: the one whose value explains most of the spread. */
  readonly color?: string | null;
  /** How many features are shown before the rest becomes one. Default 10. */
  readonly top?: number;
}

/** One output of an explanation, with its feature values at hand. */
export interface Slice {
  readonly rows: number;
  readonly features: number;
  readonly names: readonly string[];
  readonly base: number;
  readonly label: string;
  part(row: number, feature: number): number;
  /** The feature's value: a number, a category, or null when missing. */
  value(row: number, feature: number): number | string | null;
  unit(feature: number): string;
  isText(feature: number): boolean;
}

export function slice(explanation: Explanation, output = 0): Slice {
  const [rows = 0, features = 0, outputs = 1] = explanation.values.shape;
  if (output < 0 || output >= outputs) throw new RangeError(`There is no output ${output}: the model has ${outputs}.`);
  const { data } = explanation.values;
  const columns = explanation.names.map((name) => explanation.data.columns.find((column) => column.name === name));
  const { base } = explanation;
  return {
    rows,
    features,
    names: explanation.names,
    base: typeof base === 'number' ? base : (('data' in base ? base.data[output] : base[output]) ?? 0),
    label: explanation.outputs[output] ?? 'prediction',
    part: (row, feature) => data[(row * features + feature) * outputs + output] ?? Number.NaN,
    value: (row, feature) => cell(columns[feature], row),
    unit: (feature) => columns[feature]?.unit ?? '',
    isText: (feature) => columns[feature]?.type === 'text',
  };
}

function cell(column: Column | undefined, row: number): number | string | null {
  if (column === undefined || column.valid?.[row] === 0) return null;
  const value = column.values[row];
  if (value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Mean |SHAP| of each feature, and the features from the largest to the smallest. */
export function importance(of: Slice): { readonly mean: Float64Array; readonly order: readonly number[] } {
  const mean = new Float64Array(of.features);
  for (let row = 0; row < of.rows; row++)
    for (let feature = 0; feature < of.features; feature++) mean[feature]! += Math.abs(of.part(row, feature)) / of.rows;
  return { mean, order: [...mean.keys()].sort((a, b) => mean[b]! - mean[a]!) };
}

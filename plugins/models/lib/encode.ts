import type { Column, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { type Feature, numbersOf } from '#common/onnx/features.ts';

/**
 * Turns columns into features. Text becomes numbers by the order of the target's mean in the training rows (ties by text), so that one
 * comparison parts categories with low targets from those with high ones: for squared error that holds the best split into two groups
 * (Fisher 1958; Breiman et al. 1984), and each column stays one feature with one SHAP value. A text that no training row has is a missing value.
 *
 * @param y target of each row of the table
 * @param rows the training rows
 */
export function featureOf(column: Column, y: Float64Array, rows: Int32Array): Feature {
  const unit = column.unit === undefined ? {} : { unit: column.unit };
  if (column.type === 'bool') return { name: column.name, type: 'boolean', ...unit };
  if (column.type !== 'text') return { name: column.name, type: column.type === 'date' ? 'date' : 'number', ...unit };
  const groups = new Map<string, { sum: number; count: number }>();
  for (const row of rows) {
    if (column.valid?.[row] === 0) continue;
    const text = column.values[row]!;
    const group = groups.get(text) ?? { sum: 0, count: 0 };
    groups.set(text, { sum: group.sum + y[row]!, count: group.count + 1 });
  }
  const mean = (text: string): number => groups.get(text)!.sum / groups.get(text)!.count;
  const categories = [...groups.keys()].sort((a, b) => mean(a) - mean(b) || (a < b ? -1 : 1));
  return { name: column.name, type: 'category', categories, ...unit };
}

/** The target as numbers, and what its 0 and 1 mean when there are two classes. */
export interface Target {
  readonly task: 'regression' | 'binary';
  readonly y: Float64Array;
  /** Labels of 0 and 1; null for regression. */
  readonly classes: readonly [string, string] | null;
}

/** Of this size leaves are still float32, and squares of errors float64. */
const LARGEST = 1e36;

/** @throws COLUMN_UNKNOWN, TARGET_UNFIT saying what is wrong and in which row */
export function targetOf(table: TableData, name: string, task: 'auto' | 'regression' | 'binary'): Target {
  const column = columnOf(table, name);
  const unfit = (message: string): AssayError =>
    new AssayError('TARGET_UNFIT', `“${name}” ${message}`, { where: name });
  const missing = missingRow(column);
  if (missing >= 0) throw unfit(`is missing in row ${missing}: filter such rows out before training.`);
  const distinct = [...new Set<unknown>(column.values)];
  if (distinct.length < 2) throw unfit(`is the same in all ${table.rows} rows: there is nothing to learn.`);
  const textual = column.type === 'text' || column.type === 'bool';
  const zeroOne = !textual && distinct.every((value) => Number(value) === 0 || Number(value) === 1);
  const chosen = task === 'auto' ? (textual || zeroOne ? 'binary' : 'regression') : task;
  if (chosen === 'regression') {
    if (column.type === 'text') throw unfit('holds text, and regression needs numbers.');
    const y = numbersOf(column, { name, type: 'number' });
    const odd = y.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw unfit(`is ${y[odd]} in row ${odd}; regression needs finite numbers.`);
    const vast = y.findIndex((value) => Math.abs(value) > LARGEST);
    if (vast >= 0)
      throw unfit(
        `is ${y[vast]} in row ${vast}; leaves are float32, so take a unit in which it is at most ${LARGEST}.`,
      );
    return { task: chosen, y, classes: null };
  }
  if (distinct.length > 2) throw unfit(`has ${distinct.length} different values; a binary target has two.`);
  const sorted = distinct.sort((a, b) => (textual ? (String(a) < String(b) ? -1 : 1) : Number(a) - Number(b)));
  const label = (value: unknown): string => (column.type === 'bool' ? String(value === 1) : String(value));
  return {
    task: chosen,
    y: Float64Array.from(column.values as ArrayLike<unknown>, (value) => (value === sorted[1] ? 1 : 0)),
    classes: [label(sorted[0]), label(sorted[1])],
  };
}

/** @throws COLUMN_UNKNOWN naming the columns there are */
export function columnOf(table: TableData, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined)
    throw new AssayError(
      'COLUMN_UNKNOWN',
      `There is no column “${name}”; the table has ${table.columns.map((c) => c.name).join(', ')}.`,
      { where: name },
    );
  return column;
}

function missingRow({ valid, values, type }: Column): number {
  const absent = valid?.indexOf(0) ?? -1;
  if (absent >= 0) return absent;
  return type === 'float64' || type === 'date' ? (values as Float64Array).findIndex(Number.isNaN) : -1;
}

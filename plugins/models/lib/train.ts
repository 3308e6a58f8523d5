import type { Column, TableData, Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { type Feature, matrixOf } from '#common/onnx/features.ts';
import { scoreTrees } from '#common/onnx/trees.ts';
import { boost, type BoostOptions, type Rows } from './boost.ts';
import { columnOf, featureOf, targetOf } from './encode.ts';
import { logistic, squared } from './loss.ts';
import { type BinaryMetrics, binaryMetrics, type RegressionMetrics, regressionMetrics } from './metrics.ts';
import { holdBack } from './sample.ts';
import { writeModel } from './write.ts';

export interface TrainOptions extends BoostOptions {
  readonly target: string;
  /** All other columns when absent. */
  readonly features?: readonly string[] | undefined;
  readonly task: 'auto' | 'regression' | 'binary';
  /** Share of rows kept out of training for `metrics.test`. */
  readonly holdout: number;
  /** Share of the training rows that early stopping watches. */
  readonly validation: number;
}

type Metrics = RegressionMetrics | BinaryMetrics;

export interface Trained {
  readonly bytes: Uint8Array;
  readonly task: 'regression' | 'binary';
  readonly features: readonly Feature[];
  readonly classes: readonly [string, string] | null;
  readonly trees: number;
  readonly metrics: { readonly train: Metrics; readonly test: Metrics | null };
  readonly split: { readonly train: Tensor<Int32Array>; readonly test: Tensor<Int32Array> };
  readonly importance: readonly { readonly feature: string; readonly gain: number; readonly splits: number }[];
  readonly history: {
    readonly loss: 'rmse' | 'logloss';
    readonly train: Tensor<Float64Array>;
    readonly watched: Tensor<Float64Array> | null;
  };
}

/** More numbers than this would not fit a worker's memory several times over. */
const MOST_VALUES = 50_000_000;

/**
 * Trains and writes a model. Everything random comes from `random`, in a fixed order.
 *
 * @param onTree called after each tree; throws to stop
 * @throws COLUMN_UNKNOWN, COLUMN_UNFIT, TARGET_UNFIT, DATA_TOO_SMALL, DATA_TOO_LARGE
 */
export function train(
  table: TableData,
  options: TrainOptions,
  version: string,
  random: () => number,
  onTree: (done: number, loss: number) => void,
): Trained {
  if (table.rows === 0) throw new AssayError('DATA_TOO_SMALL', 'The table has no rows.');
  const { task, y, classes } = targetOf(table, options.target, options.task);
  const columns = featureColumns(table, options);
  if (table.rows * columns.length > MOST_VALUES)
    throw new AssayError(
      'DATA_TOO_LARGE',
      `${table.rows} rows × ${columns.length} features are more than ${MOST_VALUES} values.`,
    );
  const groups = classes === null ? new Float64Array(y.length) : y;
  const split = holdBack(groups, options.holdout, random);
  const inner =
    options.patience === null
      ? null
      : holdBack(
          Float64Array.from(split.kept, (row) => groups[row]!),
          options.validation,
          random,
        );
  const fit = inner === null ? split.kept : inner.kept.map((i) => split.kept[i]!);
  if (fit.length < 2 * options.minLeaf)
    throw new AssayError(
      'DATA_TOO_SMALL',
      `${fit.length} rows are left for training; two leaves of minLeaf ${options.minLeaf} need ${2 * options.minLeaf}.`,
    );
  if (new Set(Array.from(fit, (row) => y[row]!)).size < 2)
    throw new AssayError('TARGET_UNFIT', `“${options.target}” is the same in all rows left for training.`, {
      where: options.target,
    });

  const features = columns.map((column) => featureOf(column, y, fit));
  const x = matrixOf({ $: 'table', rows: table.rows, columns }, features, () => true);
  const rowsOf = (rows: Int32Array): Rows => take(x, y, rows, features.length);
  const loss = classes === null ? squared : logistic;
  const test = rowsOf(split.held);
  const watched =
    inner === null ? (split.held.length > 0 ? [test] : []) : [rowsOf(inner.held.map((i) => split.kept[i]!))];
  const boosted = boost(rowsOf(fit), watched, features.length, loss, options, random, onTree);
  const { ensemble, history, kept } = boosted;

  const measure = ({ x: values, y: truth }: Rows): Metrics => {
    const score = scoreTrees(ensemble, values, truth.length);
    return classes === null ? regressionMetrics(truth, score) : binaryMetrics(truth, score);
  };
  const metrics = { train: measure(rowsOf(split.kept)), test: test.y.length === 0 ? null : measure(test) };
  const total = boosted.gain.reduce((sum, gain) => sum + gain, 0);
  const curve = (set: number): Tensor<Float64Array> => ({
    $: 'tensor',
    shape: [history.length],
    data: Float64Array.from(history, (losses) => losses[set]!),
  });
  const { target, features: _, ...parameters } = options;
  return {
    bytes: writeModel({
      ensemble,
      features,
      target,
      unit: columnOf(table, target).unit,
      classes,
      training: { rows: fit.length, heldBack: split.held.length, trees: kept, parameters, metrics },
      version,
    }),
    task,
    features,
    classes,
    trees: kept,
    metrics,
    split: { train: indices(split.kept), test: indices(split.held) },
    importance: features
      .map(({ name }, f) => ({
        feature: name,
        gain: total === 0 ? 0 : boosted.gain[f]! / total,
        splits: boosted.splits[f]!,
      }))
      .sort((a, b) => b.gain - a.gain || (a.feature < b.feature ? -1 : 1)),
    history: { loss: loss.name, train: curve(0), watched: watched.length === 0 ? null : curve(1) },
  };
}

const indices = (rows: Int32Array): Tensor<Int32Array> => ({ $: 'tensor', shape: [rows.length], data: rows });

function featureColumns(table: TableData, { features, target }: TrainOptions): Column[] {
  const names = features ?? table.columns.map(({ name }) => name).filter((name) => name !== target);
  if (names.length === 0)
    throw new AssayError('COLUMN_UNKNOWN', 'There is no column besides the target to learn from.');
  if (names.includes(target))
    throw new AssayError('COLUMN_UNFIT', `“${target}” is the target and can’t be a feature as well.`, {
      where: target,
    });
  return names.map((name) => columnOf(table, name));
}

function take(x: Float64Array, y: Float64Array, rows: Int32Array, features: number): Rows {
  const out = new Float64Array(rows.length * features);
  rows.forEach((row, i) => out.set(x.subarray(row * features, (row + 1) * features), i * features));
  return { x: out, y: Float64Array.from(rows, (row) => y[row]!) };
}

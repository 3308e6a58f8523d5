import { AssayError } from '#common/errors.ts';
import { coalitionWeight, meanOf } from './interventional.ts';
import { complete } from './interactions/by-trees.ts';
import type { Attribution } from './path-dependent.ts';

/** Most features whose coalitions are enumerated: 2¹⁶ of them. */
export const MOST_FEATURES = 16;
/** Most evaluations in one call. */
export const MOST_EVALUATIONS = 500_000_000;
/** Rows in one batch, about. */
const BATCH = 16_384;

/** A model as a function: (rows × features) → (rows × outputs). */
export type Evaluate = (x: Float64Array, rows: number) => Promise<Float64Array>;

type Enumerated = Attribution & {
  /** How many rows the model was asked for. */
  readonly evaluations: number;
  /** (rows × outputs) */
  readonly outputs: Float64Array;
  /** (rows × features × features × outputs), if asked for. */
  readonly interactions: Float64Array | null;
};

/**
 * Shapley values from their definition: every coalition, each with every background row.
 *
 * @param x (rows × features) @param background (backgroundRows × features)
 * @param onBatch called between batches with evaluations done; throws to stop
 * @param pairs whether interaction values are wanted too
 * @param planned how many rows there are in all, of which these are a part
 * @throws SHAP_INEXACT, DATA_TOO_LARGE before anything is evaluated
 */
export async function enumerate(
  evaluate: Evaluate,
  features: number,
  outputs: number,
  x: Float64Array,
  rows: number,
  background: Float64Array,
  backgroundRows: number,
  onBatch: (done: number, total: number) => void,
  pairs = false,
  planned = rows,
): Promise<Enumerated> {
  if (features > MOST_FEATURES)
    throw new AssayError(
      'SHAP_INEXACT',
      `${features} features have 2^${features} coalitions; enumeration stops at ${MOST_FEATURES} features.`,
    );
  const coalitions = 2 ** features;
  const between = Math.max(0, coalitions - 2);
  const total = backgroundRows + rows * (between * backgroundRows + 1);
  const all = total + (planned - rows) * (between * backgroundRows + 1);
  if (all > MOST_EVALUATIONS)
    throw new AssayError(
      'DATA_TOO_LARGE',
      `${planned} rows × ${coalitions} coalitions × ${backgroundRows} background rows are ${all} evaluations; the limit is ${MOST_EVALUATIONS}. ${roomFor(coalitions, backgroundRows)}`,
    );
  const base = meanOf(await evaluate(background, backgroundRows), backgroundRows, outputs);
  const whole = rows === 0 ? new Float64Array(0) : await evaluate(x, rows);
  const values = new Float64Array(rows * features * outputs);
  const interactions = pairs ? new Float64Array(rows * features * features * outputs) : null;
  const worth = new Float64Array(coalitions * outputs);
  const perBatch = Math.max(1, Math.floor(BATCH / backgroundRows));
  let evaluations = backgroundRows + rows;
  for (let row = 0; row < rows; row++) {
    worth.set(base, 0);
    worth.set(whole.subarray(row * outputs, (row + 1) * outputs), (coalitions - 1) * outputs);
    for (let first = 1; first <= between; first += perBatch) {
      const count = Math.min(perBatch, between - first + 1);
      const mixed = mix(x.subarray(row * features, (row + 1) * features), background, backgroundRows, first, count);
      const results = await evaluate(mixed, count * backgroundRows);
      for (let c = 0; c < count; c++) {
        const part = results.subarray(c * backgroundRows * outputs, (c + 1) * backgroundRows * outputs);
        worth.set(meanOf(part, backgroundRows, outputs), (first + c) * outputs);
      }
      evaluations += count * backgroundRows;
      onBatch(evaluations, total);
    }
    shapley(worth, features, outputs, values, row);
    if (interactions !== null) interact(worth, features, outputs, interactions, row);
  }
  if (interactions !== null) complete(interactions, values, features, outputs);
  return { values, base, evaluations, outputs: whole, interactions };
}

function roomFor(coalitions: number, backgroundRows: number): string {
  const rows = Math.floor((MOST_EVALUATIONS - backgroundRows) / ((coalitions - 2) * backgroundRows + 1));
  return rows > 0
    ? `Ask for ${rows} rows at a time, or give a smaller background.`
    : `Give a background of ${Math.floor(MOST_EVALUATIONS / coalitions) - 1} rows or fewer.`;
}

/** For each of `count` coalitions from `first` on: the background with the coalition's features taken from the row. */
function mix(
  row: Float64Array,
  background: Float64Array,
  backgroundRows: number,
  first: number,
  count: number,
): Float64Array {
  const features = row.length;
  const out = new Float64Array(count * background.length);
  for (let c = 0; c < count; c++) {
    out.set(background, c * background.length);
    for (let j = 0; j < features; j++)
      if (((first + c) >> j) & 1)
        for (let b = 0; b < backgroundRows; b++) out[c * background.length + b * features + j] = row[j]!;
  }
  return out;
}

/**
 * Differences are first added for coalitions of one size, and what rounding lost of each sum with them: tens of thousands of terms would lose digits.
 *
 * @param worth of each coalition, by its bits (2^features × outputs)
 */
function shapley(worth: Float64Array, features: number, outputs: number, values: Float64Array, row: number): void {
  const sums = sumsBySize(features);
  for (let j = 0; j < features; j++) {
    const bit = 1 << j;
    for (let k = 0; k < outputs; k++) {
      for (let mask = 0; mask < 2 ** features; mask++)
        if (!(mask & bit)) sums.add(bitCount(mask), worth[(mask | bit) * outputs + k]! - worth[mask * outputs + k]!);
      values[(row * features + j) * outputs + k] = sums.take((size) => coalitionWeight(size, features - 1 - size));
    }
  }
}

/** Half of each Shapley interaction index, above the diagonal (Grabisch and Roubens 1999). */
function interact(worth: Float64Array, features: number, outputs: number, out: Float64Array, row: number): void {
  const sums = sumsBySize(features);
  for (let j = 1; j < features; j++)
    for (let i = 0; i < j; i++)
      for (let k = 0; k < outputs; k++) {
        const [one, two] = [1 << i, 1 << j];
        const of = (coalition: number): number => worth[coalition * outputs + k]!;
        for (let mask = 0; mask < 2 ** features; mask++)
          if (!(mask & (one | two)))
            sums.add(bitCount(mask), of(mask | one | two) - of(mask | one) - (of(mask | two) - of(mask)));
        out[((row * features + i) * features + j) * outputs + k] =
          sums.take((size) => coalitionWeight(size, features - 2 - size)) / 2;
      }
}

/** Compensated sums (Neumaier 1974), one for each size of coalition. */
function sumsBySize(features: number): {
  add(size: number, term: number): void;
  take(weight: (size: number) => number): number;
} {
  const sum = new Float64Array(features);
  const lost = new Float64Array(features);
  return {
    add(size, term) {
      const before = sum[size]!;
      const after = before + term;
      lost[size]! += Math.abs(before) >= Math.abs(term) ? before - after + term : term - after + before;
      sum[size] = after;
    },
    take(weight) {
      let total = 0;
      for (let size = 0; size < features; size++) {
        const whole = sum[size]! + lost[size]!;
        if (whole !== 0) total += weight(size) * whole;
      }
      sum.fill(0);
      lost.fill(0);
      return total;
    },
  };
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

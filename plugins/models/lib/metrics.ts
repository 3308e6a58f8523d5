import { sigmoid } from '#common/onnx/link.ts';
import { logistic, square, squared } from './loss.ts';

export interface RegressionMetrics {
  readonly rows: number;
  readonly rmse: number;
  readonly mae: number;
  /** 1 − residual / total sum of squares; null when the target is constant in these rows. */
  readonly r2: number | null;
}

export interface BinaryMetrics {
  readonly rows: number;
  /** Area under the ROC curve; null when only one class is in these rows. */
  readonly auc: number | null;
  readonly logloss: number;
  /** Share of rows on the right side of one half. */
  readonly accuracy: number;
}

export function regressionMetrics(y: Float64Array, score: Float64Array): RegressionMetrics {
  const mean = squared.start(y);
  let absolute = 0;
  let residual = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    absolute += Math.abs(y[i]! - score[i]!);
    residual += square(y[i]! - score[i]!);
    total += square(y[i]! - mean);
  }
  return {
    rows: y.length,
    rmse: squared.of(y, score),
    mae: absolute / y.length,
    r2: total === 0 ? null : 1 - residual / total,
  };
}

/** @param y 0 or 1 @param score log-odds */
export function binaryMetrics(y: Float64Array, score: Float64Array): BinaryMetrics {
  let right = 0;
  for (let i = 0; i < y.length; i++) if ((sigmoid(score[i]!) > 0.5 ? 1 : 0) === y[i]) right += 1;
  return { rows: y.length, auc: auc(y, score), logloss: logistic.of(y, score), accuracy: right / y.length };
}

/** The chance that a positive scores above a negative, ties counting half (Mann–Whitney). */
export function auc(y: Float64Array, score: Float64Array): number | null {
  const order = [...y.keys()].sort((a, b) => score[a]! - score[b]! || a - b);
  let positives = 0;
  let ranks = 0;
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && score[order[end]!] === score[order[i]!]) end += 1;
    for (let j = i; j < end; j++)
      if (y[order[j]!] === 1) {
        positives += 1;
        ranks += (i + end + 1) / 2;
      }
    i = end;
  }
  const negatives = y.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

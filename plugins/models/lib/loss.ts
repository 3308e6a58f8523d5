import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import log1p from '@stdlib/math-base-special-log1p';
import { sigmoid } from '#common/onnx/link.ts';

/** What boosting minimises; `score` is the sum of the trees, `y` 0 or 1 for binary. */
export interface Loss {
  readonly name: 'rmse' | 'logloss';
  /** The constant score with the least loss. */
  start(y: Float64Array): number;
  /** First and second derivative by the score, written into `gradient` and `hessian` (rows). */
  derive(y: Float64Array, score: Float64Array, gradient: Float64Array, hessian: Float64Array): void;
  /** Mean loss in the units people read. */
  of(y: Float64Array, score: Float64Array): number;
}

/** Not `** 2`, which is pow, and pow differs between versions of V8. */
export const square = (x: number): number => x * x;

export const squared: Loss = {
  name: 'rmse',
  start: (y) => y.reduce((sum, value) => sum + value, 0) / y.length,
  derive(y, score, gradient, hessian) {
    for (let i = 0; i < y.length; i++) gradient[i] = score[i]! - y[i]!;
    hessian.fill(1);
  },
  of(y, score) {
    let sum = 0;
    for (let i = 0; i < y.length; i++) sum += square(score[i]! - y[i]!);
    return Math.sqrt(sum / y.length);
  },
};

/** Binary cross-entropy of the log-odds, with pinned exp and log: V8's own differ between versions in the last bit. */
export const logistic: Loss = {
  name: 'logloss',
  start(y) {
    const mean = squared.start(y);
    return ln(mean / (1 - mean));
  },
  derive(y, score, gradient, hessian) {
    for (let i = 0; i < y.length; i++) {
      const p = sigmoid(score[i]!);
      gradient[i] = p - y[i]!;
      hessian[i] = Math.max(p * (1 - p), 1e-16);
    }
  },
  of(y, score) {
    let sum = 0;
    for (let i = 0; i < y.length; i++) {
      const against = y[i] === 1 ? -score[i]! : score[i]!;
      sum += Math.max(against, 0) + log1p(exp(-Math.abs(against)));
    }
    return sum / y.length;
  },
};

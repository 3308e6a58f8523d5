import { AssayError } from '#common/errors.ts';
import type { Linear } from '#common/onnx/linear.ts';
import { meanOf } from './interventional.ts';
import type { Attribution } from './path-dependent.ts';

/**
 * Exact interventional SHAP of a linear model: weight × (value − background mean), feature by feature.
 *
 * @param x (rows × features) @param background (backgroundRows × features) @param first what number the first row has for the caller
 * @throws VALUE_MISSING naming row and column: a linear model has no output for a missing value
 */
export function linearShap(
  { features, scores, weights, intercept }: Linear,
  x: Float64Array,
  rows: number,
  background: Float64Array,
  backgroundRows: number,
  names: readonly string[],
  first = 0,
): Attribution {
  refuseMissing(x, features, names, 'data', first);
  refuseMissing(background, features, names, 'background', 0);
  const mean = meanOf(background, backgroundRows, features);
  const values = new Float64Array(rows * features * scores);
  const base = Float64Array.from(intercept);
  for (let k = 0; k < scores; k++)
    for (let j = 0; j < features; j++) {
      const weight = weights[k * features + j]!;
      base[k]! += weight * mean[j]!;
      for (let row = 0; row < rows; row++)
        values[(row * features + j) * scores + k] = weight * (x[row * features + j]! - mean[j]!);
    }
  return { values, base };
}

function refuseMissing(x: Float64Array, features: number, names: readonly string[], what: string, first: number): void {
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [row, column] = [first + Math.floor(at / features), names[at % features]];
  throw new AssayError(
    'VALUE_MISSING',
    `A linear model needs a finite number everywhere; “${column}” is ${x[at]} in row ${row} of the ${what}.`,
    {
      where: `/${what}/rows/${row}`,
    },
  );
}

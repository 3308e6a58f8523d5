import { AssayError } from '#common/errors.ts';
import { type Known, preparedRows } from '#common/onnx/known.ts';

/** Largest gap between base + Σ values and the model's own output that is rounding, relative to the numbers added. */
const ADDITIVITY_LIMIT = 1e-9;

/**
 * Adds every row up and compares with the model.
 *
 * @param values (rows × features × outputs) @param base (outputs) @param outputs (rows × outputs), evaluated in float64
 * @param first what number the first row has for the caller
 * @returns the largest gap, absolute
 * @throws ADDITIVITY_VIOLATED naming the first row whose gap is no rounding
 */
export function checkAdditivity(
  values: Float64Array,
  base: Float64Array,
  outputs: Float64Array,
  features: number,
  first = 0,
): number {
  const count = base.length;
  let worst = 0;
  for (let at = 0; at < outputs.length; at++) {
    const row = Math.floor(at / count);
    const k = at % count;
    let sum = base[k]!;
    let size = Math.max(1, Math.abs(base[k]!), Math.abs(outputs[at]!));
    for (let j = 0; j < features; j++) {
      const value = values[(row * features + j) * count + k]!;
      sum += value;
      size += Math.abs(value);
    }
    const gap = Math.abs(sum - outputs[at]!);
    if (!(gap <= ADDITIVITY_LIMIT * size))
      throw new AssayError(
        'ADDITIVITY_VIOLATED',
        `Row ${first + row}: base and values add up to ${sum}, the model puts out ${outputs[at]}.`,
        {
          where: `/data/rows/${first + row}`,
          details: { row: first + row, output: k, sum, model: outputs[at], gap },
        },
      );
    worst = Math.max(worst, gap);
  }
  return worst;
}

/**
 * Compares Assay's outputs with the runtime's. The runtime adds in float32, so each of n terms may cost half a unit in the last place of the
 * largest partial sum; a larger gap means that the file was read differently.
 *
 * @param x the rows (rows × features) @param first what number the first one has for the caller
 * @returns a power of ten that no gap exceeds: the last bits of the runtime's float32 differ between machines, and a sealed result must not
 * @throws MODEL_DISAGREES naming the row
 */
export function checkRuntime(
  known: Known,
  x: Float64Array,
  own: Float64Array,
  runtime: Float64Array,
  first = 0,
): number {
  if (own.length !== runtime.length)
    throw new AssayError(
      'MODEL_DISAGREES',
      `onnxruntime puts out ${runtime.length} numbers where Assay expects ${own.length}.`,
    );
  const { outputs } = known.link;
  const { size, terms } = magnitude(known, x, own.length / outputs);
  let worst = 0;
  for (let i = 0; i < own.length; i++) {
    if (Object.is(own[i], runtime[i])) continue;
    const row = Math.floor(i / outputs);
    const gap = Math.abs(own[i]! - runtime[i]!);
    const lost = 2 ** -22 * (terms + 8) * size(row) + 2e-6;
    // After exp, what was lost in the score is lost relatively.
    const limit = known.link.name === 'exp' ? Math.abs(own[i]!) * Math.expm1(lost) : lost;
    if (!(gap <= limit + 1e-6 * Math.abs(own[i]!)))
      throw new AssayError(
        'MODEL_DISAGREES',
        `Row ${first + row}: onnxruntime puts out ${runtime[i]}, Assay ${own[i]}.`,
        {
          details: { row: first + row, runtime: runtime[i], assay: own[i] },
        },
      );
    worst = Math.max(worst, gap);
  }
  return powerAbove(worst);
}

function powerAbove(gap: number): number {
  const powers = [0, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
  return powers.find((power) => gap <= power) ?? gap;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Largest sum of absolute terms that a score of a row can have, and how many terms. */
function magnitude(known: Known, x: Float64Array, rows: number): { size: (row: number) => number; terms: number } {
  if (known.kind === 'trees') {
    const { trees, base } = known.ensemble;
    const whole = trees.reduce((sum, { value }) => sum + largest(value), largest(base));
    return { size: () => whole, terms: trees.length };
  }
  const { features, scores, weights, intercept } = known.linear;
  const taken = preparedRows(known, x, rows);
  const most = Float64Array.from({ length: features }, (_, j) =>
    Array.from({ length: scores }, (__, k) => Math.abs(weights[k * features + j]!)).reduce((a, b) => Math.max(a, b), 0),
  );
  const size = (row: number): number =>
    most.reduce(
      (sum, weight, j) => sum + weight * Math.abs(taken[row * features + j]!),
      Math.max(1, largest(intercept)),
    );
  return { size, terms: features };
}

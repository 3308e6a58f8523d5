import { AssayError } from '#common/errors.ts';
import type { Known } from '#common/onnx/known.ts';

/** Largest gap between base + Σ values and the model's own output that is rounding, relative to the numbers added. */
const ADDITIVITY_LIMIT = 1e-9;

/**
 * Adds every row up and compares with the model.
 *
 * @param values (rows × features × outputs) @param base (outputs) @param outputs (rows × outputs), evaluated in float64
 * @returns the largest gap, absolute
 * @throws ADDITIVITY_VIOLATED naming the first row whose gap is no rounding
 */
export function checkAdditivity(
  values: Float64Array,
  base: Float64Array,
  outputs: Float64Array,
  features: number,
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
        `Row ${row}: base and values add up to ${sum}, the model puts out ${outputs[at]}.`,
        {
          where: `/data/rows/${row}`,
          details: { row, output: k, sum, model: outputs[at], gap },
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
 * @returns a power of ten that no gap exceeds: the last bits of the runtime's float32 differ between machines, and a sealed result must not
 * @throws MODEL_DISAGREES naming the row
 */
export function checkRuntime(known: Known, own: Float64Array, runtime: Float64Array): number {
  if (own.length !== runtime.length)
    throw new AssayError(
      'MODEL_DISAGREES',
      `onnxruntime puts out ${runtime.length} numbers where Assay expects ${own.length}.`,
    );
  const { size, terms } = magnitude(known);
  const limit = 2 ** -22 * (terms + 8) * size + 2e-6;
  let worst = 0;
  for (let i = 0; i < own.length; i++) {
    if (Object.is(own[i], runtime[i])) continue;
    const gap = Math.abs(own[i]! - runtime[i]!);
    if (!(gap <= limit + 1e-6 * Math.abs(own[i]!)))
      throw new AssayError(
        'MODEL_DISAGREES',
        `Row ${Math.floor(i / known.link.outputs)}: onnxruntime puts out ${runtime[i]}, Assay ${own[i]}.`,
        {
          details: { row: Math.floor(i / known.link.outputs), runtime: runtime[i], assay: own[i] },
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

/** Largest sum of absolute terms that a score can have, and how many terms. A linear model's depends on the row: its output is compared relatively. */
function magnitude(known: Known): { size: number; terms: number } {
  if (known.kind === 'linear')
    return {
      size: known.linear.intercept.reduce((most, b) => Math.max(most, Math.abs(b)), 1),
      terms: known.linear.features,
    };
  const { trees, base } = known.ensemble;
  return { size: trees.reduce((sum, { value }) => sum + largest(value), largest(base)), terms: trees.length };
}

import { type Gaussian, gaussian } from './gaussian.ts';
import { kernelPlan, type KernelPlan } from './kernel.ts';
import type { Ends, Estimate, Plan } from './plan.ts';
import { widening } from './student.ts';

/** Pairs that the process takes: work grows with their third power. With more, the regression on all of them is taken once it is nearer. */
const ROOM = 1024;
/** Pairs by which a row chooses how far its process reaches. */
const PILOT = 256;
const REACHES = [0.5, 1, 2, 4, 8];

/**
 * KernelSHAP with a proxy: what the regression leaves of the coalitions' worths is explained by a Gaussian process over coalitions, whose Shapley values are
 * known exactly, and only what the process doesn't explain either is estimated. That is regression adjustment (Witter et al., arXiv 2506.11849) with a smooth
 * proxy in the place of trees: it suits networks, and one factorisation serves all rows. Exact for games of order 2, as the regression is.
 *
 * Standard errors are the process's posterior deviations, with the variance of greatest likelihood.
 */
export function proxyPlan(players: number, seed: number): Plan {
  const kernel = kernelPlan(players, seed);
  const room = Math.max(ROOM, 2 * players);
  const processes = new Map<string, Gaussian>();
  const processOf = (units: number, reach: number): Gaussian => {
    const key = `${units} ${reach}`;
    const known = processes.get(key) ?? gaussian(players, kernel.pairs, units, reach);
    if (processes.size > 2 * REACHES.length) processes.clear();
    processes.set(key, known);
    return known;
  };
  return {
    ...kernel,
    estimate(units, worth, ends) {
      const fitted = kernel.estimate(units, worth, ends);
      if (kernel.ends && units === kernel.most) return fitted;
      if (units <= room) return adjusted(kernel, processOf, units, worth, ends, fitted);
      const first = adjusted(kernel, processOf, room, worth, ends, kernel.estimate(room, worth, ends));
      return total(first.errors) < total(fitted.errors) ? first : fitted;
    },
  };
}

const total = (errors: Float64Array): number => errors.reduce((sum, error) => sum + error * error, 0);

function adjusted(
  kernel: KernelPlan,
  processOf: (units: number, reach: number) => Gaussian,
  units: number,
  worth: Float64Array,
  ends: Ends,
  fitted: Estimate,
): Estimate {
  const { players } = kernel;
  const outputs = ends.empty.length;
  const values = fitted.values.slice();
  const errors = new Float64Array(values.length);
  for (let k = 0; k < outputs; k++) {
    const residuals = kernel.residuals(units, worth, ends, fitted.values, k);
    const pilot = Math.min(PILOT, units);
    let [reach, least] = [REACHES[0]!, Infinity];
    for (const one of REACHES) {
      const process = processOf(pilot, one);
      const off = process.leftOut(process.solve(residuals.subarray(0, pilot)));
      if (off < least) [reach, least] = [one, off];
    }
    const process = processOf(units, reach);
    const coefficients = process.solve(residuals);
    // The regression has taken as many degrees of freedom out of the residuals as there are players.
    const freedom = Math.max(1, units - players);
    const squares = coefficients.reduce((sum, value, t) => sum + value * residuals[t]!, 0);
    const deviation = widening(freedom) * Math.sqrt(Math.max(0, squares) / freedom);
    const shift = process.values(coefficients);
    for (let i = 0; i < players; i++) {
      values[i * outputs + k]! += shift[i]!;
      errors[i * outputs + k] = deviation * process.spread[i]!;
    }
  }
  return { values, errors };
}

import { AssayError } from '#common/errors.ts';
import { cholesky, solveInPlace } from './cholesky.ts';
import type { Pairs } from './pairs.ts';
import type { Ends, Estimate } from './plan.ts';

/** Estimates from the pairs' odd parts. (pairs × outputs) */
export type Regression = (odd: Float64Array, ends: Ends) => Estimate;

/**
 * The weighted least squares of a sample of pairs, solved once for all rows: each pair's coefficients are G⁻¹a, where a is its coalition less its mean and G
 * the sum of all w a aᵀ.
 *
 * @throws BUDGET_TOO_SMALL when the pairs don't span the players
 */
export function regression(players: number, { of, strata, coalition }: Pairs, count: number): Regression {
  const counts = countsOf({ of, strata }, count);
  const weights = strata.map(({ weight }, s) => weight / Math.max(1, counts[s]!));
  const a = new Float64Array(players);
  const gram = factorOf(players, { of, strata, coalition }, count, weights);
  if (gram === null)
    throw new AssayError(
      'BUDGET_TOO_SMALL',
      `The ${2 * count} coalitions that this seed drew don't tell ${players} features apart. Give a larger budget or another seed.`,
      { where: '/budget' },
    );
  const coefficients = new Float64Array(count * players);
  /** 1 − leverage: how much of itself a pair's residual shows. */
  const own = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const row = coefficients.subarray(t * players, (t + 1) * players);
    centred(strata[of[t]!]!.size, coalition[t]!, row);
    a.set(row);
    solveInPlace(gram, players, row);
    let leverage = 0;
    for (let i = 0; i < players; i++) leverage += a[i]! * row[i]!;
    own[t] = Math.max(1e-6, 1 - weights[of[t]!]! * leverage);
  }
  return (odd, ends) => {
    const outputs = ends.empty.length;
    const values = new Float64Array(players * outputs);
    const errors = new Float64Array(players * outputs);
    const slope = new Float64Array(players);
    const sum = new Float64Array(strata.length * players);
    const squares = new Float64Array(strata.length * players);
    for (let k = 0; k < outputs; k++) {
      slope.fill(0);
      for (let t = 0; t < count; t++) {
        const by = weights[of[t]!]! * odd[t * outputs + k]!;
        if (by === 0) continue;
        for (let i = 0; i < players; i++) slope[i]! += by * coefficients[t * players + i]!;
      }
      const off = slope.reduce((total, value) => total + value, 0) / players;
      const share = (ends.full[k]! - ends.empty[k]!) / players;
      for (let i = 0; i < players; i++) values[i * outputs + k] = slope[i]! - off + share;
      sum.fill(0);
      squares.fill(0);
      for (let t = 0; t < count; t++) {
        const stratum = of[t]!;
        if (counts[stratum]! >= strata[stratum]!.population) continue;
        const members = coalition[t]!;
        let fitted = 0;
        for (let i = 0; i < players; i++) if (members[i] === 1) fitted += slope[i]! - off;
        const by = (weights[stratum]! * (odd[t * outputs + k]! - fitted)) / own[t]!;
        for (let i = 0; i < players; i++) {
          const part = by * coefficients[t * players + i]!;
          sum[stratum * players + i]! += part;
          squares[stratum * players + i]! += part * part;
        }
      }
      strata.forEach(({ population }, s) => {
        const m = counts[s]!;
        if (m === 0 || m >= population) return;
        const left = 1 - m / population;
        for (let i = 0; i < players; i++) {
          const at = s * players + i;
          const spread = m === 1 ? squares[at]! : ((squares[at]! - (sum[at]! * sum[at]!) / m) * m) / (m - 1);
          errors[i * outputs + k]! += left * Math.max(0, spread);
        }
      });
    }
    return { values, errors: errors.map(Math.sqrt) };
  };
}

/** Whether so many pairs tell all players apart: more of them then do, too. */
export function spans(players: number, pairs: Pairs, count: number): boolean {
  const weights = pairs.strata.map(() => 1);
  return factorOf(players, pairs, count, weights) !== null;
}

function countsOf({ of, strata }: Pick<Pairs, 'of' | 'strata'>, count: number): number[] {
  const counts = strata.map(() => 0);
  for (let t = 0; t < count; t++) counts[of[t]!]! += 1;
  return counts;
}

/** A coalition less its mean. */
function centred(size: number, members: Uint8Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = members[i]! - size / out.length;
}

/** Cholesky's factor of Σ w a aᵀ; null when the pairs don't span the players. @param weights by stratum */
function factorOf(
  players: number,
  { of, strata, coalition }: Pick<Pairs, 'of' | 'strata' | 'coalition'>,
  count: number,
  weights: readonly number[],
): Float64Array | null {
  const a = new Float64Array(players);
  const gram = new Float64Array(players * players);
  for (let t = 0; t < count; t++) {
    centred(strata[of[t]!]!.size, coalition[t]!, a);
    for (let i = 0; i < players; i++) {
      const scaled = weights[of[t]!]! * a[i]!;
      for (let j = 0; j <= i; j++) gram[i * players + j]! += scaled * a[j]!;
    }
  }
  // Everything lies across the vector of ones; adding that direction makes the matrix one that can be inverted.
  let trace = 0;
  for (let i = 0; i < players; i++) trace += gram[i * players + i]!;
  const ones = trace / (players * players);
  for (let i = 0; i < players; i++) for (let j = 0; j <= i; j++) gram[i * players + j]! += ones;
  return cholesky(gram, players) ? gram : null;
}

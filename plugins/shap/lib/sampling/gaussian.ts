import { gaussLegendre } from '../quadrature.ts';
import { cholesky, dot, solveInPlace } from './cholesky.ts';
import type { Pairs } from './pairs.ts';

/** How much of a pair's worth is taken for noise, and how freely the linear part may move, next to what the process explains. */
const NOISE = 1e-3;
const LINEAR = 10;

/** A Gaussian process on pairs, ready for any worths. */
export interface Gaussian {
  /** K⁻¹r: from residuals (pairs) to coefficients (pairs). */
  solve(residuals: Float64Array): Float64Array;
  /** Mean squared error of predicting each pair from all others, very small coalitions counting more, as in Shapley's regression. */
  leftOut(coefficients: Float64Array): number;
  /** Shapley values of the process's mean (players); they add up to nothing. */
  values(coefficients: Float64Array): Float64Array;
  /** Posterior standard deviation of each Shapley value, when the process has variance one. (players) */
  readonly spread: Float64Array;
}

/**
 * A Gaussian process over coalitions whose covariance is ρ^|S Δ T|: the more players two coalitions share, the more alike their worths are. It is antisymmetric
 * under complement, which is all that Shapley values depend on. Those of ρ^|S Δ T| as a game of S are in closed form: with each other player in S with
 * probability q, a player of T changes it by (1 − ρ)(q + (1 − q)ρ)^(t−1) (qρ + 1 − q)^(n−t), integrated over q. So the posterior of the values is
 * known exactly (Bayesian quadrature).
 *
 * @param reach about how many players must differ before worths have little to do with each other is n / (2 reach)
 */
export function gaussian(players: number, { of, strata, coalition }: Pairs, count: number, reach: number): Gaussian {
  const size = Array.from({ length: count }, (_, t) => strata[of[t]!]!.size);
  const { covariance, inside } = similarity(players, reach);
  const gram = new Float64Array(count * count);
  for (let t = 0; t < count; t++)
    for (let u = 0; u <= t; u++) {
      const apart = difference(coalition[t]!, coalition[u]!);
      const both = (size[t]! + size[u]! - apart) / 2 - (size[t]! * size[u]!) / players;
      gram[t * count + u] = covariance[apart]! + LINEAR * both + (t === u ? NOISE : 0);
    }
  cholesky(gram, count);
  let precision: Float64Array | undefined;
  const share = (t: number, member: boolean): number => {
    const s = size[t]!;
    const mean = (s * inside[s]! - (players - s) * inside[players - s]!) / players;
    const linear = LINEAR * ((member ? 1 : 0) - s / players);
    return (member ? inside[s]! : -inside[players - s]!) - mean + linear;
  };
  const shares = (player: number): Float64Array =>
    Float64Array.from({ length: count }, (_, t) => share(t, coalition[t]![player] === 1));
  let prior = LINEAR * (1 - 1 / players) - 4 / players ** 2;
  for (let t = 1; t <= players; t++) prior += (2 * inside[t]!) / players;
  const spread = Float64Array.from({ length: players }, (_, player) => {
    const own = shares(player);
    const solved = own.slice();
    solveInPlace(gram, count, solved);
    return Math.sqrt(Math.max(0, prior - own.reduce((sum, value, t) => sum + value * solved[t]!, 0)));
  });
  return {
    spread,
    solve(residuals) {
      const out = residuals.slice();
      solveInPlace(gram, count, out);
      return out;
    },
    leftOut(a) {
      precision ??= inverseDiagonal(gram, count);
      const one = precision;
      return a.reduce((sum, value, t) => sum + (value / one[t]!) ** 2 / (size[t]! * (players - size[t]!)), 0) / count;
    },
    values: (a) =>
      Float64Array.from({ length: players }, (_, player) =>
        shares(player).reduce((sum, value, t) => sum + value * a[t]!, 0),
      ),
  };
}

/** Covariance by how many players tell two coalitions apart, and what a member of a coalition of each size gets of it. */
function similarity(players: number, reach: number): { covariance: Float64Array; inside: Float64Array } {
  const eta = Math.min(0.9, reach / players);
  const rho = (1 - eta) / (1 + eta);
  const powers = new Float64Array(players + 1).fill(1);
  for (let h = 1; h <= players; h++) powers[h] = powers[h - 1]! * rho;
  const scale = 1 - powers[players]!;
  const covariance = powers.map((power, h) => (power - powers[players - h]!) / scale);
  const inside = new Float64Array(players + 1);
  const { nodes, weights } = gaussLegendre(Math.ceil(players / 2));
  nodes.forEach((q, i) => {
    const member = q + (1 - q) * rho;
    const ratio = member / (q * rho + 1 - q);
    let product = (2 * (1 - rho) * weights[i]!) / scale;
    for (let t = 1; t < players; t++) product *= q * rho + 1 - q;
    for (let t = 1; t <= players; t++, product *= ratio) inside[t]! += product;
  });
  return { covariance, inside };
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) count += a[i]! ^ b[i]!;
  return count;
}

/** Diagonal of (L Lᵀ)⁻¹: sums of squares of L⁻¹'s columns. */
function inverseDiagonal(l: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  const column = new Float64Array(n);
  for (let c = 0; c < n; c++) {
    for (let i = c; i < n; i++) {
      column[i] = ((i === c ? 1 : 0) - dot(l, i * n + c, column, c, i - c)) / l[i * n + i]!;
      out[c]! += column[i]! ** 2;
    }
  }
  return out;
}

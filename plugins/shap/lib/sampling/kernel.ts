import { seededRandom } from '#common/cells/random.ts';
import { leveragePairs, type Pairs } from './pairs.ts';
import type { Ends, Plan } from './plan.ts';
import { type Regression, regression, spans } from './regression.ts';

/** Beyond so many players 1.5 times as many pairs span them, but for one in millions. */
const WIDE = 64;

export interface KernelPlan extends Plan {
  readonly pairs: Pairs;
  /** What the values (players × outputs) leave of output k of each pair. (pairs) */
  residuals(units: number, worth: Float64Array, ends: Ends, values: Float64Array, k: number): Float64Array;
}

/** Numbers of a regression's coefficients that are kept. */
const ROOM = 2 ** 24;

/**
 * KernelSHAP by leverage scores and pairs. The Shapley values minimise Σ w(S) (v(S) − v(∅) − Σ_{i∈S} φᵢ)² over all coalitions under
 * Σ φᵢ = v(N) − v(∅); a sample, weighted by how many it stands for, gives their estimate. Where every coalition's worth is known it is exact, and for games of
 * order 2 with any sample whose coalitions span the players: a pair cancels what two players do together.
 *
 * Standard errors are those of a sample by strata, without replacement: the spread within a size of what each pair contributes to a value, times the
 * part of the size that was not asked. A pair's residual is divided by one minus its leverage, which is what it would be had it not been fitted (HC3).
 */
export function kernelPlan(players: number, seed: number): KernelPlan {
  const pairs = spanningPairs(players, seed);
  const room = Math.max(2 * players, Math.floor(ROOM / players));
  const fits = new Map<number, Regression>();
  const fitFor = (units: number): Regression => {
    const known = fits.get(units) ?? regression(players, pairs, units);
    // Rows that aim at a standard error end at different sizes: some of these are kept, and only as many as have room.
    if (!fits.has(units) && [...fits.keys(), units].reduce((sum, size) => sum + size, 0) > room) fits.clear();
    fits.set(units, known);
    return known;
  };
  return {
    players,
    perUnit: 2,
    least: Math.min(pairs.population, leastPairs(players)),
    most: Math.min(pairs.population, room),
    ends: pairs.population <= room,
    masks(first, end) {
      pairs.grow(end);
      const out = new Uint8Array((end - first) * 2 * players);
      for (let t = first; t < end; t++) {
        const at = (t - first) * 2 * players;
        out.set(pairs.coalition[t]!, at);
        for (let i = 0; i < players; i++) out[at + players + i] = 1 - pairs.coalition[t]![i]!;
      }
      return out;
    },
    estimate: (units, worth, ends) => fitFor(units)(oddParts(units, worth, ends, pairs, players), ends),
    pairs,
    residuals(units, worth, ends, values, k) {
      const outputs = ends.empty.length;
      const odd = oddParts(units, worth, ends, pairs, players);
      const share = (ends.full[k]! - ends.empty[k]!) / players;
      return Float64Array.from({ length: units }, (_, t) => {
        let left = odd[t * outputs + k]!;
        const members = pairs.coalition[t]!;
        for (let i = 0; i < players; i++) if (members[i] === 1) left -= values[i * outputs + k]! - share;
        return left;
      });
    },
  };
}

/** Few pairs of few players may fail to tell all of them apart; then others are drawn. */
function spanningPairs(players: number, seed: number): Pairs {
  for (let attempt = 0; ; attempt++) {
    const pairs = leveragePairs(players, seededRandom(seed, `kernel ${players} ${attempt}`));
    const least = Math.min(pairs.population, leastPairs(players));
    if (players > WIDE || attempt === 20) return pairs;
    pairs.grow(least);
    if (spans(players, pairs, least)) return pairs;
  }
}

/** Enough to span the players and to leave residuals behind. */
const leastPairs = (players: number): number => Math.ceil(1.5 * players);

/** Of each pair half the difference of its worths, less what a player's equal share of everything explains of it. (pairs × outputs) */
function oddParts(
  units: number,
  worth: Float64Array,
  { empty, full }: Ends,
  { of, strata }: Pairs,
  players: number,
): Float64Array {
  const outputs = empty.length;
  const out = new Float64Array(units * outputs);
  for (let t = 0; t < units; t++) {
    const share = strata[of[t]!]!.size / players - 0.5;
    for (let k = 0; k < outputs; k++) {
      const half = (worth[2 * t * outputs + k]! - worth[(2 * t + 1) * outputs + k]!) / 2;
      out[t * outputs + k] = half - share * (full[k]! - empty[k]!);
    }
  }
  return out;
}

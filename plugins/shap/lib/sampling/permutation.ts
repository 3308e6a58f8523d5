import type { Ends, Estimate, Plan } from './plan.ts';
import { widening } from './student.ts';

/** As many pairs as a player's spread is given of the mean of all: few pairs may not show a player that seldom matters. */
const BORROWED = 3;
/** Coalitions that are kept to be asked. */
const ROOM = 2 ** 20;

/**
 * Permutation SHAP with antithetic pairs (Castro et al. 2009; Mitchell et al. 2022): players join in a random order, then in the reverse of it, and each gets
 * what its joining changes, averaged. Adds up exactly for every order, gives nothing to a player that changes nothing, and is exact for games of order 2 with
 * one pair. Pairs are independent: their spread gives the standard errors.
 *
 * @param shuffle the next order; all players
 */
export function permutationPlan(players: number, shuffle: () => Uint32Array): Plan {
  const orders: Uint32Array[] = [];
  const steps = players - 1;
  return {
    players,
    perUnit: 2 * steps,
    least: 3,
    most: Math.max(3, Math.floor(ROOM / (2 * steps))),
    ends: false,
    masks(first, last) {
      while (orders.length < last) orders.push(shuffle());
      const out = new Uint8Array((last - first) * 2 * steps * players);
      let at = 0;
      for (let unit = first; unit < last; unit++) {
        const joined = new Uint8Array(players);
        for (let step = 0; step < steps; step++) {
          joined[orders[unit]![step]!] = 1;
          out.set(joined, at);
          for (let i = 0; i < players; i++) out[at + players + i] = 1 - joined[i]!;
          at += 2 * players;
        }
      }
      return out;
    },
    estimate: (units, worth, ends) => estimate(orders, units, worth, ends),
  };
}

/** The next of independent uniform orders. */
export function shuffler(players: number, random: () => number): () => Uint32Array {
  return () => {
    const order = Uint32Array.from({ length: players }, (_, player) => player);
    for (let i = players - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    return order;
  };
}

function estimate(orders: readonly Uint32Array[], units: number, worth: Float64Array, ends: Ends): Estimate {
  const { empty, full } = ends;
  const outputs = empty.length;
  const players = orders[0]!.length;
  const steps = players - 1;
  const mean = new Float64Array(players * outputs);
  const spread = new Float64Array(players * outputs);
  for (let unit = 0; unit < units; unit++) {
    const start = unit * 2 * steps * outputs;
    for (let k = 0; k < outputs; k++)
      for (let step = 0; step < players; step++) {
        const before = start + 2 * (step - 1) * outputs + k;
        const after = start + 2 * step * outputs + k;
        const there = (step === steps ? full[k]! : worth[after]!) - (step === 0 ? empty[k]! : worth[before]!);
        const back =
          (step === 0 ? full[k]! : worth[before + outputs]!) - (step === steps ? empty[k]! : worth[after + outputs]!);
        const value = (there + back) / 2;
        // Welford's update of mean and spread.
        const at = orders[unit]![step]! * outputs + k;
        const off = value - mean[at]!;
        mean[at]! += off / (unit + 1);
        spread[at]! += off * (value - mean[at]!);
      }
  }
  const wider = widening(units - 1);
  const errors = new Float64Array(players * outputs);
  for (let k = 0; k < outputs; k++) {
    let all = 0;
    for (let i = 0; i < players; i++) all += spread[i * outputs + k]! / players;
    for (let i = 0; i < players; i++) {
      const own = (spread[i * outputs + k]! + (BORROWED * all) / (units - 1)) / (units - 1 + BORROWED);
      errors[i * outputs + k] = wider * Math.sqrt(own / units);
    }
  }
  return { values: mean, errors };
}

import { seededRandom } from '#common/cells/random.ts';
import { AssayError } from '#common/errors.ts';
import type { Sampler } from '../choose.ts';
import { groupShuffler, type Hierarchy, reduced } from './hierarchy.ts';
import { kernelPlan } from './kernel.ts';
import { owenCoalitions, owenPlan } from './owen.ts';
import { permutationPlan, shuffler } from './permutation.ts';
import type { Plan } from './plan.ts';
import { proxyPlan } from './proxy.ts';

/** Most players that a regression takes: its matrix grows with their square, and the work with more. */
export const MOST_REGRESSED = 2048;

/** Coalitions of a row up to which Owen values are enumerated unless a budget says otherwise. */
const ENUMERATED = 16_384;

export type Planner = (players: readonly number[]) => Plan;

/**
 * The plan for a game of these players. What it draws depends on the seed and on how many they are (with groups: on which), never on other rows.
 *
 * @param affordable coalitions that the budget pays for, in each row
 */
export function planner(
  method: Sampler,
  seed: number,
  hierarchy: Hierarchy | undefined,
  affordable: number | undefined,
): Planner {
  const known = new Map<string, Plan>();
  const make = (players: readonly number[]): Plan => {
    const count = players.length;
    if ((method === 'kernel' || method === 'proxy') && count > MOST_REGRESSED)
      throw new AssayError(
        'DATA_TOO_LARGE',
        `${method} takes ${MOST_REGRESSED} features, and here are ${count}: "permutation" takes any number.`,
      );
    if (method === 'kernel') return kernelPlan(count, seed);
    if (method === 'proxy') return proxyPlan(count, seed);
    if (hierarchy === undefined)
      return permutationPlan(count, shuffler(count, seededRandom(seed, `permutation ${count}`)));
    const own = reduced(hierarchy, players)!;
    if (owenCoalitions(own) <= Math.min(2 ** 20, affordable ?? ENUMERATED)) return owenPlan(own);
    return permutationPlan(count, groupShuffler(own, seededRandom(seed, `partition ${players.join(' ')}`)));
  };
  return (players) => {
    const key = hierarchy === undefined ? String(players.length) : players.join(' ');
    const plan = known.get(key) ?? make(players);
    known.set(key, plan);
    return plan;
  };
}

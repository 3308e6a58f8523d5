import { coalitionWeight } from '../interventional.ts';
import { flat, type Hierarchy } from './hierarchy.ts';
import type { Plan } from './plan.ts';

/** One part of a player's value: weight × (worth of the coalition with it − without it). */
interface Term {
  readonly player: number;
  readonly with: number;
  readonly without: number;
  readonly weight: number;
}

/** Coalitions of all players, and none: their worths are known without asking. */
const EMPTY = -1;
const FULL = -2;

/**
 * Owen values (Owen 1977; Winter 1989 for groups within groups), exactly: the Shapley value where only those orders count in which the players of each group follow
 * each other. A player meets any set of its neighbours in the group, with any set of the groups beside it, and so on outwards.
 */
export function owenPlan(hierarchy: Hierarchy): Plan {
  const players = flat(hierarchy).length;
  const numbers = new Map<string, number>();
  const coalitions: Uint8Array[] = [];
  const terms: Term[] = [];
  const numberOf = (coalition: Uint8Array): number => {
    const size = coalition.reduce((sum, one) => sum + one, 0);
    if (size === 0 || size === players) return size === 0 ? EMPTY : FULL;
    const key = coalition.join('');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, coalitions.length);
    return coalitions.push(coalition) - 1;
  };
  const visit = (item: Hierarchy, around: Uint8Array, weight: number): void => {
    if (typeof item === 'number') {
      const joined = around.slice();
      joined[item] = 1;
      terms.push({ player: item, with: numberOf(joined), without: numberOf(around), weight });
      return;
    }
    item.forEach((child, which) => {
      const others = item.filter((_, i) => i !== which).map(flat);
      for (let set = 0; set < 2 ** others.length; set++) {
        const there = others.filter((_, i) => (set >> i) & 1);
        const next = around.slice();
        for (const player of there.flat()) next[player] = 1;
        visit(child, next, weight * coalitionWeight(there.length, others.length - there.length));
      }
    });
  };
  visit(hierarchy, new Uint8Array(players), 1);
  return {
    players,
    perUnit: coalitions.length,
    least: 1,
    most: 1,
    ends: true,
    masks() {
      const out = new Uint8Array(coalitions.length * players);
      coalitions.forEach((coalition, c) => out.set(coalition, c * players));
      return out;
    },
    estimate(_, worth, { empty, full }) {
      const outputs = empty.length;
      const values = new Float64Array(players * outputs);
      const of = (coalition: number, k: number): number =>
        coalition === EMPTY ? empty[k]! : coalition === FULL ? full[k]! : worth[coalition * outputs + k]!;
      for (const term of terms)
        for (let k = 0; k < outputs; k++)
          values[term.player * outputs + k]! += term.weight * (of(term.with, k) - of(term.without, k));
      return { values, errors: new Float64Array(players * outputs) };
    },
  };
}

/** How many coalitions, at most, the values of a hierarchy are made of. */
export function owenCoalitions(hierarchy: Hierarchy): number {
  if (typeof hierarchy === 'number') return 0;
  const size = hierarchy.length;
  return hierarchy.reduce<number>((sum, child) => sum + 2 ** (size - 1) * owenCoalitions(child), 2 ** size);
}

/** Games with known Shapley values, for tests: a worth for each coalition, and values from the definition. */
import type { Game } from './game.ts';
import type { Ends, Plan } from './plan.ts';
import { type Found, run } from './run.ts';

/** Worths of a coalition, by output. */
type Worth = (members: readonly number[]) => readonly number[];

export interface Play {
  readonly players: number;
  readonly worth: Worth;
}

/** @param mass of each set of players: what it adds once all of them are there */
export function additive(players: number, parts: readonly { of: readonly number[]; mass: number }[]): Play {
  return {
    players,
    worth: (members) => [parts.reduce((sum, { of, mass }) => sum + (of.every((i) => members[i] === 1) ? mass : 0), 0)],
  };
}

/** Random sets of up to `order` players, with random masses. */
export function drawGame(players: number, order: number, random: () => number, count = 40): Play {
  const parts = Array.from({ length: count }, (_, i) => ({
    of: Array.from({ length: 1 + (i % order) }, () => Math.floor(random() * players)),
    mass: 2 * random() - 1,
  }));
  return additive(players, parts);
}

/** A small network of random weights: all orders at once. */
export function networkGame(players: number, random: () => number): Play {
  const hidden = 8;
  const weights = Array.from({ length: hidden }, () => Array.from({ length: players }, () => 3 * random() - 1.5));
  const out = Array.from({ length: hidden }, () => 2 * random() - 1);
  return {
    players,
    worth: (members) => [
      weights.reduce((sum, row, h) => {
        const at = row.reduce((total, weight, i) => total + weight * members[i]!, -0.5);
        return sum + out[h]! * Math.max(0, at);
      }, 0),
    ],
  };
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** Values by definition, over all coalitions (players). One output. */
export function exactly({ players, worth }: Play): Float64Array {
  const worths = Array.from(
    { length: 2 ** players },
    (_, set) => worth(Array.from({ length: players }, (__, i) => (set >> i) & 1))[0]!,
  );
  const sizes = worths.map((_, set) => set.toString(2).replaceAll('0', '').length);
  return Float64Array.from({ length: players }, (_, player) =>
    worths.reduce((sum, without, set) => {
      if ((set >> player) & 1) return sum;
      const weight = (factorial(sizes[set]!) * factorial(players - sizes[set]! - 1)) / factorial(players);
      return sum + weight * (worths[set | (1 << player)]! - without);
    }, 0),
  );
}

/** Owen values by definition: the mean over all orders in which groups stay together. */
export function byOrders({ players, worth }: Play, orders: readonly (readonly number[])[]): Float64Array {
  const values = new Float64Array(players);
  for (const order of orders) {
    const members = Array.from({ length: players }, () => 0);
    let before = worth(members)[0]!;
    for (const player of order) {
      members[player] = 1;
      const after = worth(members)[0]!;
      values[player]! += (after - before) / orders.length;
      before = after;
    }
  }
  return values;
}

function endsOf({ players, worth }: Play): Ends {
  return {
    empty: Float64Array.from(worth(Array.from({ length: players }, () => 0))),
    full: Float64Array.from(worth(Array.from({ length: players }, () => 1))),
  };
}

/** A plan's estimate of a game, with so many coalitions. */
export function estimate(play: Play, plan: Plan, coalitions: number, target?: number): Promise<Found> {
  const { players, worth } = play;
  const game: Game = {
    players: Array.from({ length: players }, (_, i) => i),
    worth: async (masks, count) =>
      Float64Array.from(
        Array.from({ length: count }, (_, c) => worth([...masks.subarray(c * players, (c + 1) * players)])).flat(),
      ),
  };
  return run(game, plan, endsOf(play), coalitions, target);
}

/** Share of values that lie within 1.96 of their standard errors. */
export function covered(founds: readonly Found[], truth: Float64Array, widened = 1): number {
  const hits = founds.flatMap(({ values, errors }) =>
    Array.from(values, (value, i): number => (Math.abs(value - truth[i]!) <= 1.96 * widened * errors[i]! ? 1 : 0)),
  );
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

export function squaredError(founds: readonly Found[], truth: Float64Array): number {
  const off = founds.flatMap(({ values }) => Array.from(values, (value, i) => (value - truth[i]!) ** 2));
  return off.reduce((sum, value) => sum + value, 0) / off.length;
}

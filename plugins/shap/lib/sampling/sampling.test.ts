import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { seededRandom } from '#common/cells/random.ts';
import {
  additive,
  covered,
  drawGame,
  estimate,
  exactly,
  networkGame,
  type Play,
  squaredError,
} from './games.fixture.ts';
import { planner } from './planner.ts';
import type { Plan } from './plan.ts';
import type { Found } from './run.ts';

const METHODS = ['kernel', 'proxy', 'permutation'] as const;
type Method = (typeof METHODS)[number];

const planOf = (method: Method, players: number, seed: number): Plan =>
  planner(method, seed, undefined, undefined)(Array.from({ length: players }, (_, i) => i));

const repeats = (play: Play, method: Method, coalitions: number, seeds: number): Promise<Found[]> =>
  Promise.all(
    Array.from({ length: seeds }, (_, seed) => estimate(play, planOf(method, play.players, seed), coalitions)),
  );

const random = (name: string): (() => number) => seededRandom(1, name);
const farthest = (values: Float64Array, truth: Float64Array): number =>
  values.reduce((most, value, i) => Math.max(most, Math.abs(value - truth[i]!)), 0);
const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

describe('estimates by sampling', () => {
  for (const method of METHODS) {
    it(`${method}: exact for games of order 2, and only for those`, async () => {
      const pairs = drawGame(14, 2, random('order 2'));
      const plan = planOf(method, 14, 3);
      const least = plan.least * plan.perUnit;
      const found = await estimate(pairs, plan, least);
      assert.equal(found.exact, false);
      assert.ok(farthest(found.values, exactly(pairs)) < 1e-10);
      assert.ok(found.errors.every((error) => error < 1e-10));
      const triples = drawGame(14, 3, random('order 3'));
      const other = await estimate(triples, planOf(method, 14, 3), least);
      assert.ok(farthest(other.values, exactly(triples)) > 1e-3);
      assert.ok(other.errors.some((error) => error > 1e-3));
      // A coalition without its own complement is no pair: what then comes out is wrong.
      let asked = 0;
      const unpaired = {
        ...pairs,
        worth: (m: readonly number[]) => pairs.worth(asked++ % 2 === 0 ? m : m.map((_, i) => m[(i + 1) % 14]!)),
      };
      assert.ok(farthest((await estimate(unpaired, planOf(method, 14, 3), least)).values, exactly(pairs)) > 1e-3);
    });

    it(`${method}: values add up, whatever the game and the budget`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 18 }),
          fc.integer(),
          fc.integer({ min: 0, max: 200 }),
          async (players, seed, more) => {
            const play = drawGame(players, 5, seededRandom(seed, 'any'));
            const plan = planOf(method, players, seed);
            const { values, errors } = await estimate(play, plan, plan.least * plan.perUnit + more);
            const whole = play.worth(Array.from({ length: players }, () => 1))[0]!;
            assert.ok(Math.abs(sum(values) - whole) < 1e-11, `${sum(values)} is not ${whole}`);
            assert.ok(errors.every((error) => error >= 0 && Number.isFinite(error)));
          },
        ),
        { numRuns: 40 },
      ));

    it(`${method}: standard errors cover the values in 92 to 99 of 100 repeats; halved or doubled ones don’t`, async () => {
      const play = networkGame(12, random('cover'));
      const truth = exactly(play);
      for (const coalitions of [110, 400]) {
        const founds = await repeats(play, method, coalitions, method === 'proxy' ? 50 : 100);
        const share = covered(founds, truth);
        assert.ok(share >= 0.92 && share <= 0.99, `${coalitions} coalitions: ${share}`);
        assert.ok(covered(founds, truth, 0.5) < 0.92);
        assert.ok(covered(founds, truth, 2) > 0.99);
      }
    });

    it(`${method}: the error falls with the evaluations, as the standard errors say`, async () => {
      const play = networkGame(12, random('fall'));
      const truth = exactly(play);
      const errors: number[] = [];
      for (const coalitions of [110, 440, 1760]) {
        const founds = await repeats(play, method, coalitions, method === 'proxy' ? 6 : 12);
        errors.push(squaredError(founds, truth));
        const said =
          founds.reduce((total, { errors: own }) => total + sum(own.map((e) => e * e)), 0) / founds.length / 12;
        assert.ok(said > errors.at(-1)! / 3 && said < errors.at(-1)! * 3, `${said} said, ${errors.at(-1)} found`);
      }
      const falls = (of: readonly number[]): boolean => of.every((error, i) => i === 0 || error < of[i - 1]! / 2);
      assert.ok(falls(errors), errors.join(', '));
      assert.ok(!falls([errors[0]!, errors[0]!, errors[0]!]));
    });

    it(`${method}: players that do the same get the same, and one that does nothing gets nothing, within the errors`, async () => {
      const base = networkGame(12, random('same'));
      // Players 0 and 1 enter as their sum; player 2 enters nowhere.
      const play: Play = {
        players: 12,
        worth: (m) => base.worth(m.map((one, i) => (i === 0 ? (m[0]! + m[1]!) / 2 : i === 1 || i === 2 ? 0 : one))),
      };
      const founds = await repeats(play, method, 330, 20);
      const within = (of: (found: Found) => number, sd: (found: Found) => number): boolean => {
        const off = founds.map((found) => Math.abs(of(found)) <= 4 * sd(found) + 1e-12);
        return off.every(Boolean);
      };
      const apart =
        (a: number, b: number) =>
        (f: Found): number =>
          f.values[a]! - f.values[b]!;
      const both =
        (a: number, b: number) =>
        (f: Found): number =>
          Math.hypot(f.errors[a]!, f.errors[b]!);
      assert.ok(within(apart(0, 1), both(0, 1)));
      assert.ok(
        within(
          (f) => f.values[2]!,
          (f) => f.errors[2]!,
        ),
      );
      assert.ok(!within(apart(0, 3), both(0, 3)), 'players that do something else are told apart');
      assert.ok(
        !within(
          (f) => f.values[3]!,
          (f) => f.errors[3]!,
        ),
      );
      if (method === 'permutation') for (const { values } of founds) assert.equal(values[2], 0);
    });

    it(`${method}: the same seed gives the same bits, another others`, async () => {
      const play = networkGame(15, random('bits'));
      const of = (seed: number): Promise<Found> => estimate(play, planOf(method, 15, seed), 200);
      assert.deepEqual(await of(5), await of(5));
      assert.notDeepEqual((await of(5)).values, (await of(6)).values);
    });

    it(`${method}: stops at a target, and not before`, async () => {
      const play = networkGame(12, random('target'));
      const loose = await estimate(play, planOf(method, 12, 1), 3000, 0.05);
      const tight = await estimate(play, planOf(method, 12, 1), 3000, 0.02);
      for (const [found, target] of [
        [loose, 0.05],
        [tight, 0.02],
      ] as const)
        assert.ok(found.errors.every((error) => error <= target) || found.coalitions > 2900);
      assert.ok(loose.coalitions < tight.coalitions && tight.coalitions <= 3000);
    });
  }

  it('kernel and proxy: exact when every coalition was asked, of even and odd numbers of players', async () => {
    for (const method of ['kernel', 'proxy'] as const)
      for (const players of [8, 9]) {
        const play = networkGame(players, random('all'));
        const all = 2 ** players - 2;
        const found = await estimate(play, planOf(method, players, 1), 5000);
        assert.deepEqual([found.exact, found.coalitions, sum(found.errors)], [true, all, 0]);
        assert.ok(farthest(found.values, exactly(play)) < 1e-12);
        const almost = await estimate(play, planOf(method, players, 1), all - 2);
        assert.equal(almost.exact, false);
        assert.ok(almost.errors.some((error) => error > 0));
      }
  });

  it('kernel: the least budget is enough for every seed', async () => {
    const play = (players: number): Play => drawGame(players, 4, random('least'));
    for (let players = 4; players <= 16; players++)
      for (let seed = 0; seed < 40; seed++) {
        const plan = planOf('kernel', players, seed);
        const { values, errors } = await estimate(play(players), plan, plan.least * 2);
        assert.ok([...values, ...errors].every(Number.isFinite));
      }
  });

  it('kernel: what was asked of a size no longer adds to the error', async () => {
    const play = networkGame(10, random('most'));
    const founds = await repeats(play, 'kernel', 900, 60);
    const found = squaredError(founds, exactly(play));
    const said = founds.reduce((total, { errors }) => total + sum(errors.map((e) => e * e)), 0) / founds.length / 10;
    const fits = (of: number): boolean => of > found / 1.5 && of < found * 1.5;
    assert.ok(fits(said), `${said} said, ${found} found`);
    assert.ok(!fits(said / (1 - 900 / 1022)), 'an endless supply of coalitions would leave more');
  });

  it('kernel and permutation: the values of a sum of games are the sums of the values', async () => {
    for (const method of ['kernel', 'permutation'] as const) {
      const [a, b] = [networkGame(13, random('a')), drawGame(13, 4, random('b'))];
      const both: Play = { players: 13, worth: (m) => [a.worth(m)[0]! + b.worth(m)[0]!] };
      const of = (play: Play): Promise<Found> => estimate(play, planOf(method, 13, 1), 200);
      const [one, other, all] = [await of(a), await of(b), await of(both)];
      assert.ok(
        farthest(
          all.values,
          one.values.map((value, i) => value + other.values[i]!),
        ) < 1e-11,
      );
      assert.ok(farthest(all.values, one.values) > 1e-3);
    }
  });

  it('several outputs are estimated from the same coalitions', async () => {
    const [a, b] = [networkGame(13, random('c')), additive(13, [{ of: [0], mass: 2 }])];
    const both: Play = { players: 13, worth: (m) => [...a.worth(m), ...b.worth(m)] };
    for (const method of METHODS) {
      const [one, all] = [
        await estimate(a, planOf(method, 13, 1), 200),
        await estimate(both, planOf(method, 13, 1), 200),
      ];
      assert.ok(
        farthest(
          one.values,
          all.values.filter((_, i) => i % 2 === 0),
        ) < 1e-12,
      );
      assert.ok(Math.abs(all.values[1]! - 2) < 1e-12);
      assert.ok(
        farthest(
          one.errors,
          all.errors.filter((_, i) => i % 2 === 0),
        ) < 1e-12,
      );
    }
  });
});

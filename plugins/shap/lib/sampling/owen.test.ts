import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '#common/cells/random.ts';
import { byOrders, covered, drawGame, estimate, exactly, networkGame, type Play } from './games.fixture.ts';
import { groupShuffler, type Hierarchy, hierarchyOf, reduced } from './hierarchy.ts';
import { owenPlan } from './owen.ts';
import { permutationPlan } from './permutation.ts';
import { planner } from './planner.ts';

const HIERARCHY: Hierarchy = [[0, 1], [[2, 3], 4], 5];

/** All orders in which groups stay together. */
function ordersOf(item: Hierarchy): number[][] {
  if (typeof item === 'number') return [[item]];
  return arrangements(item.map(ordersOf)).flatMap((parts) =>
    parts.reduce<number[][]>((all, some) => all.flatMap((head) => some.map((tail) => [...head, ...tail])), [[]]),
  );
}
function arrangements<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => arrangements(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

const near = (values: Float64Array, truth: ArrayLike<number>, limit = 1e-12): boolean =>
  values.every((value, i) => Math.abs(value - truth[i]!) < limit);
const game = (players: number): Play => networkGame(players, seededRandom(2, 'owen'));

describe('Owen values', () => {
  it('are the mean over all orders in which groups stay together, and no other values', async () => {
    const play = game(6);
    const found = await estimate(play, owenPlan(HIERARCHY), 1000);
    const orders = ordersOf(HIERARCHY);
    assert.equal(orders.length, 6 * 2 * (2 * 2));
    assert.ok(near(found.values, byOrders(play, orders)));
    assert.deepEqual([found.exact, found.errors.some((error) => error !== 0)], [true, false]);
    assert.ok(!near(found.values, exactly(play), 1e-3), 'Shapley values are others');
    const other = await estimate(play, owenPlan([[0, 2], [[1, 3], 4], 5]), 1000);
    assert.ok(!near(found.values, other.values, 1e-3), 'as are those of other groups');
  });

  it('without groups, and with one group of all, are Shapley values', async () => {
    const play = game(6);
    for (const flat of [[0, 1, 2, 3, 4, 5], [[[0, 1, 2, 3, 4, 5]]]])
      assert.ok(near((await estimate(play, owenPlan(flat), 1000)).values, exactly(play)));
  });

  it('of a group add up to its Shapley value among the groups', async () => {
    const play = game(6);
    const { values } = await estimate(play, owenPlan(HIERARCHY), 1000);
    const groups = [[0, 1], [2, 3, 4], [5]];
    const among: Play = {
      players: 3,
      worth: (members) =>
        play.worth([0, 1, 2, 3, 4, 5].map((i) => members[groups.findIndex((group) => group.includes(i))]!)),
    };
    const sums = Float64Array.from(groups, (group) => group.reduce((sum, i) => sum + values[i]!, 0));
    assert.ok(near(sums, exactly(among)));
  });

  it('sampled: exact for order 2, covered by their errors, and not by half of them', async () => {
    const pairs = drawGame(6, 2, seededRandom(3, 'pairs'));
    const sampled = (play: Play, seed: number, coalitions: number): ReturnType<typeof estimate> =>
      estimate(play, permutationPlan(6, groupShuffler(HIERARCHY, seededRandom(seed, 'orders'))), coalitions);
    assert.ok(near((await sampled(pairs, 1, 30)).values, byOrders(pairs, ordersOf(HIERARCHY)), 1e-10));
    const play = game(6);
    const truth = byOrders(play, ordersOf(HIERARCHY));
    const founds = await Promise.all(Array.from({ length: 100 }, (_, seed) => sampled(play, seed, 400)));
    const share = covered(founds, truth);
    assert.ok(share >= 0.92 && share <= 0.99, String(share));
    assert.ok(covered(founds, truth, 0.5) < 0.92);
    assert.ok(covered(founds, exactly(play)) < 0.92, 'Shapley values are others');
  });

  it('are enumerated where the budget holds all coalitions, else sampled', () => {
    const players = [0, 1, 2, 3, 4, 5];
    assert.equal(planner('partition', 1, HIERARCHY, undefined)(players).ends, true);
    assert.equal(planner('partition', 1, HIERARCHY, 20)(players).ends, false);
  });
});

describe('groups', () => {
  const features = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'number' as const }));
  it('are read with the features that they don’t name beside them', () => {
    assert.deepEqual(hierarchyOf({ x: ['c', 'a'], y: { z: ['b'] } }, features), [[2, 0], [[1]], 3]);
    assert.deepEqual(hierarchyOf({ x: ['c'] }, features), [[2], 0, 1, 3]);
    assert.deepEqual(reduced([[2, 0], [[1]], 3], [0, 1, 3]), [0, 1, 2]);
    assert.equal(reduced([[2, 0], 1], []), null);
  });
  const wrong: readonly [string, object][] = [
    ['a feature that is not there', { x: ['e'] }],
    ['a feature in two groups', { x: ['a'], y: ['a'] }],
    ['a feature twice', { x: ['a', 'a'] }],
    ['an empty group', { x: [] }],
    ['an empty group of groups', { x: {} }],
    ['no groups', {}],
    ['a name where a list belongs', { x: 'a' }],
    ['a number', { x: [1] }],
  ];
  for (const [what, groups] of wrong)
    it(`refuse ${what}`, () =>
      assert.throws(() => hierarchyOf(groups, features), { code: 'INPUT_INVALID', where: /^\/groups/ }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Ensemble } from '#common/onnx/trees.ts';
import { interventional } from '../interventional.ts';
import { pathDependent } from '../path-dependent.ts';
import { addByTables } from '../tables/by-tables.ts';
import { planTables } from '../tables/plan.ts';
import { codesOf } from '../tables/codes.ts';
import { generator, randomEnsemble, randomTable, type Shape } from '../tables/ensemble.fixture.ts';
import { addByPaths } from './by-paths.ts';

/** Few features repeat on a path, many don't; single leaves, stumps, and trees deeper than tables by covers go. */
const SHAPES: fc.Arbitrary<Shape> = fc.record({
  trees: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 0, max: 10 }),
  features: fc.integer({ min: 1, max: 16 }),
  scores: fc.integer({ min: 1, max: 3 }),
});
const ROWS = fc.constantFrom(1, 2, 7, 127, 128, 129, 257);
const DEEP: Shape = { trees: 3, depth: 11, features: 12, scores: 2 };

function byPaths(ensemble: Ensemble, x: Float64Array, rows: number): Float64Array {
  const codes = codesOf(ensemble);
  assert.ok(codes !== null);
  const values = new Float64Array(rows * ensemble.features * ensemble.scores);
  const all = ensemble.trees.map((_, number) => number);
  addByPaths(ensemble, all, codes, x, rows, values, () => undefined);
  return values;
}

function byTables(ensemble: Ensemble, x: Float64Array, rows: number, background: Float64Array): Float64Array {
  const codes = codesOf(ensemble);
  assert.ok(codes !== null);
  const plan = planTables(ensemble, codes, 'background');
  assert.deepEqual(plan.rest, []);
  const values = new Float64Array(rows * ensemble.features * ensemble.scores);
  addByTables(plan, ensemble, x, rows, { x: background, rows: background.length / ensemble.features }, values);
  return values;
}

const gap = (one: Float64Array, other: Float64Array): number =>
  one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

test('paths give the values that visiting each leaf gives', () => {
  fc.assert(
    fc.property(SHAPES, ROWS, fc.nat(), (shape, rows, seed) => {
      const random = generator(seed);
      const ensemble = randomEnsemble(random, shape);
      const x = randomTable(random, rows, shape.features);
      const expected = pathDependent(ensemble, x, rows, () => undefined).values;
      assert.ok(gap(byPaths(ensemble, x, rows), expected) <= 1e-12 * Math.max(1e-3, largest(expected)));
    }),
    { numRuns: 60 },
  );
});

test('a row has the same bits wherever it stands', () => {
  const random = generator(5);
  const ensemble = randomEnsemble(random, DEEP);
  const x = randomTable(random, 4200, DEEP.features);
  const together = byPaths(ensemble, x, 4200);
  const width = DEEP.features * DEEP.scores;
  for (const [from, to] of [
    [0, 1],
    [1, 130],
    [4095, 4097],
    [4199, 4200],
  ] as const) {
    const part = x.subarray(from * DEEP.features, to * DEEP.features);
    assert.deepEqual(byPaths(ensemble, part, to - from), together.subarray(from * width, to * width));
  }
});

test('a wrong direction of missing values, a wrong tie, a wrong cover and a wrong leaf are noticed', () => {
  const random = generator(9);
  const ensemble = randomEnsemble(random, DEEP);
  const x = randomTable(random, 200, DEEP.features);
  const expected = pathDependent(ensemble, x, 200, () => undefined).values;
  const twins: ((tree: Ensemble['trees'][number]) => Partial<Ensemble['trees'][number]>)[] = [
    ({ missing }) => ({ missing: missing.map((way) => 1 - way) }),
    ({ mode }) => ({ mode: mode.map((way) => way ^ 1) }),
    ({ cover }) => ({ cover: cover.map((rows, node) => (node % 50 === 1 ? rows * (1 + 1e-6) : rows)) }),
    ({ value }) => ({ value: value.map((amount) => amount * (1 + 1e-9)) }),
  ];
  for (const twin of twins) {
    const broken = { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree, ...twin(tree) })) };
    assert.ok(gap(byPaths(broken, x, 200), expected) > 1e-11);
  }
});

test('against a background, tables of deep trees give the values of patterns', () => {
  fc.assert(
    fc.property(fc.integer({ min: 7, max: 11 }), fc.integer({ min: 1, max: 90 }), fc.nat(), (depth, rows, seed) => {
      const random = generator(seed);
      const ensemble = randomEnsemble(random, { trees: 1, depth, features: 13, scores: 2 });
      const [x, background] = [randomTable(random, rows, 13), randomTable(random, 31, 13)];
      const expected = interventional(ensemble, x, rows, background, 31, () => undefined).values;
      const values = byTables(ensemble, x, rows, background);
      assert.ok(gap(values, expected) < 1e-12);
      // What no row and no background row decides gets exactly nothing.
      expected.forEach((value, i) => assert.ok(value !== 0 || Math.abs(values[i]!) < 1e-16));
    }),
    { numRuns: 12 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Ensemble } from '#common/onnx/trees.ts';
import { addByTables } from '../tables/by-tables.ts';
import { planTables } from '../tables/plan.ts';
import { codesOf } from '../tables/codes.ts';
import { generator, randomEnsemble, randomTable, type Shape } from '../tables/ensemble.fixture.ts';
import { addByPaths } from '../paths/by-paths.ts';
import { addByQuadrature } from './by-quadrature.ts';
import { addByPatterns, addByRows } from './by-rows.ts';
import { interactTrees } from './by-trees.ts';
import { meetingsOf } from './meetings.ts';

const none = (): void => undefined;
const SHAPES: fc.Arbitrary<Shape> = fc.record({
  trees: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 0, max: 7 }),
  features: fc.integer({ min: 1, max: 14 }),
  scores: fc.integer({ min: 1, max: 3 }),
});

type Background = { readonly x: Float64Array; readonly rows: number };

function byTables(ensemble: Ensemble, x: Float64Array, rows: number, background: Background | null): Float64Array {
  const out = new Float64Array(rows * ensemble.features ** 2 * ensemble.scores);
  const game = background === null ? 'covers' : 'background';
  const plan = planTables(ensemble, codesOf(ensemble)!, game, undefined, meetingsOf(ensemble));
  assert.deepEqual(plan.rest, []);
  addByTables(plan, ensemble, x, rows, background, out);
  return out;
}

const gap = (one: Float64Array, other: Float64Array): number =>
  one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);

test('by covers: tables give what visiting each leaf gives', () => {
  fc.assert(
    fc.property(SHAPES, fc.constantFrom(1, 9, 257), fc.nat(), (shape, rows, seed) => {
      const random = generator(seed);
      const ensemble = randomEnsemble(random, shape);
      const x = randomTable(random, rows, shape.features);
      const expected = new Float64Array(rows * shape.features ** 2 * shape.scores);
      addByQuadrature(ensemble, x, rows, expected, none);
      assert.ok(gap(byTables(ensemble, x, rows, null), expected) < 1e-13);
    }),
    { numRuns: 60 },
  );
});

test('by covers: deep trees by paths give what visiting each leaf gives', () => {
  fc.assert(
    fc.property(SHAPES, fc.constantFrom(1, 7, 127, 128, 129, 257), fc.nat(), (shape, rows, seed) => {
      const random = generator(seed);
      const ensemble = randomEnsemble(random, { ...shape, depth: shape.depth * 2 });
      const x = randomTable(random, rows, shape.features);
      const expected = new Float64Array(rows * shape.features ** 2 * shape.scores);
      const out = new Float64Array(expected.length);
      addByQuadrature(ensemble, x, rows, expected, none);
      const all = [...ensemble.trees.keys()];
      addByPaths(ensemble, all, codesOf(ensemble)!, x, rows, out, none, meetingsOf(ensemble));
      assert.ok(gap(out, expected) < 1e-13);
    }),
    { numRuns: 40 },
  );
});

test('against a background: tables, pairs of rows and shared patterns give the same', () => {
  fc.assert(
    fc.property(SHAPES, fc.constantFrom(1, 9, 40), fc.nat(), (shape, rows, seed) => {
      const random = generator(seed);
      const ensemble = randomEnsemble(random, shape);
      const x = randomTable(random, rows, shape.features);
      const background = { x: randomTable(random, 13, shape.features), rows: 13 };
      const size = rows * shape.features ** 2 * shape.scores;
      const [byRows, byPatterns] = [new Float64Array(size), new Float64Array(size)];
      addByRows(ensemble, x, rows, background, byRows, none);
      addByPatterns(ensemble, x, rows, background, byPatterns, none);
      assert.ok(gap(byRows, byPatterns) < 1e-13);
      assert.ok(gap(byRows, byTables(ensemble, x, rows, background)) < 1e-13);
    }),
    { numRuns: 60 },
  );
});

test('where no two features meet, nothing interacts', () => {
  const random = generator(17);
  const ensemble = randomEnsemble(random, { trees: 3, depth: 9, features: 1, scores: 2 });
  const x = randomTable(random, 300, 1);
  for (const background of [null, { x: randomTable(random, 40, 1), rows: 40 }])
    assert.ok(byTables(ensemble, x, 300, background).every((value) => value === 0));
});

test('few and many rows, shallow and deep trees have the same interactions; every tree is told of', () => {
  const random = generator(3);
  const shallow = randomEnsemble(random, { trees: 4, depth: 4, features: 12, scores: 2 });
  const deep = randomEnsemble(random, { trees: 2, depth: 11, features: 12, scores: 2 });
  const ensemble = { ...shallow, trees: [deep.trees[0]!, ...shallow.trees, deep.trees[1]!] };
  const rows = 120;
  const x = randomTable(random, rows, 12);
  const values = new Float64Array(rows * 12 * 2);
  for (const background of [null, { x: randomTable(random, 21, 12), rows: 21 }]) {
    let last = 0;
    const { interactions: together, algorithm } = interactTrees(ensemble, x, rows, background, values, (done) => {
      assert.ok(done >= last);
      last = done;
    });
    assert.equal(last, ensemble.trees.length);
    assert.equal(algorithm, background === null ? 'paths' : 'tables, pairs');
    for (const row of [0, 77, 119]) {
      const { interactions: alone } = interactTrees(
        ensemble,
        x.subarray(row * 12, row * 12 + 12),
        1,
        background,
        values.subarray(0, 24),
        none,
      );
      assert.ok(gap(alone, together.subarray(row * 288, row * 288 + 288)) < 1e-13);
    }
    const stop = (): void => {
      throw new Error('enough');
    };
    assert.throws(() => interactTrees(ensemble, x, rows, background, values, stop), /enough/);
  }
});

test('a wrong tie, direction, cover or leaf is noticed', () => {
  const random = generator(9);
  const ensemble = randomEnsemble(random, { trees: 3, depth: 6, features: 9, scores: 2 });
  const x = randomTable(random, 60, 9);
  const expected = new Float64Array(60 * 81 * 2);
  addByQuadrature(ensemble, x, 60, expected, none);
  assert.ok(gap(byTables(ensemble, x, 60, null), expected) < 1e-13);
  const twins: ((tree: Ensemble['trees'][number]) => Partial<Ensemble['trees'][number]>)[] = [
    ({ missing }) => ({ missing: missing.map((way) => 1 - way) }),
    ({ mode }) => ({ mode: mode.map((way) => way ^ 1) }),
    ({ cover }) => ({ cover: cover.map((rows, node) => (node % 9 === 1 ? rows * (1 + 1e-6) : rows)) }),
    ({ value }) => ({ value: value.map((amount) => amount * (1 + 1e-9)) }),
  ];
  for (const twin of twins) {
    const broken = { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree, ...twin(tree) })) };
    assert.ok(gap(byTables(broken, x, 60, null), expected) > 1e-11);
    const out = new Float64Array(expected.length);
    addByPaths(broken, [0, 1, 2], codesOf(broken)!, x, 60, out, none, meetingsOf(broken));
    assert.ok(gap(out, expected) > 1e-11);
  }
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import type { Ensemble } from '#common/onnx/trees.ts';
import { interventional } from '../interventional.ts';
import { pathDependent } from '../path-dependent.ts';
import { addByTables } from './by-tables.ts';
import { planTables } from './plan.ts';
import { below, codesOf } from './codes.ts';
import { generator, randomEnsemble, randomTable, type Shape } from './ensemble.fixture.ts';

const SHAPES: fc.Arbitrary<Shape> = fc.record({
  trees: fc.integer({ min: 1, max: 6 }),
  depth: fc.integer({ min: 0, max: 7 }),
  features: fc.integer({ min: 1, max: 7 }),
  scores: fc.integer({ min: 1, max: 3 }),
});
const ROWS = fc.constantFrom(1, 2, 7, 255, 256, 257, 4097);

interface Case {
  readonly ensemble: Ensemble;
  readonly x: Float64Array;
  readonly background: { readonly x: Float64Array; readonly rows: number };
}

function makeCase(shape: Shape, rows: number, seed: number): Case {
  const random = generator(seed);
  const ensemble = randomEnsemble(random, shape);
  return {
    ensemble,
    x: randomTable(random, rows, shape.features),
    background: { x: randomTable(random, 41, shape.features), rows: 41 },
  };
}

/** Largest difference between tables and the method that visits every row's leaves. */
function gap(
  { ensemble, x, background }: Case,
  rows: number,
  game: 'covers' | 'background',
  broken?: (plan: Ensemble) => Ensemble,
): number {
  const planned = broken?.(ensemble) ?? ensemble;
  const codes = codesOf(planned);
  assert.ok(codes !== null);
  const plan = planTables(planned, codes, game);
  assert.ok(plan.rest.length === 0);
  const values = new Float64Array(rows * ensemble.features * ensemble.scores);
  addByTables(plan, planned, x, rows, game === 'covers' ? null : background, values);
  const expected =
    game === 'covers'
      ? pathDependent(ensemble, x, rows, () => undefined)
      : interventional(ensemble, x, rows, background.x, background.rows, () => undefined);
  return expected.values.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0);
}

for (const game of ['covers', 'background'] as const) {
  test(`tables give the values that visiting each leaf gives: ${game}`, () => {
    fc.assert(
      fc.property(SHAPES, ROWS, fc.nat(), (shape, rows, seed) => {
        const made = makeCase(shape, rows, seed);
        assert.ok(gap(made, rows, game) < 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test(`a wrong direction of missing values, a wrong tie and a wrong leaf are noticed: ${game}`, () => {
    const made = makeCase({ trees: 4, depth: 5, features: 5, scores: 2 }, 300, 7);
    const twins: ((tree: Ensemble['trees'][number]) => Partial<Ensemble['trees'][number]>)[] = [
      ({ missing }) => ({ missing: missing.map((way) => 1 - way) }),
      ({ mode }) => ({ mode: mode.map((way) => way ^ 1) }),
      ({ value }) => ({ value: value.map((amount) => amount * (1 + 1e-9)) }),
    ];
    for (const twin of twins) {
      const broken = (ensemble: Ensemble): Ensemble => ({
        ...ensemble,
        trees: ensemble.trees.map((tree) => ({ ...tree, ...twin(tree) })),
      });
      assert.ok(gap(made, 300, game, broken) > 1e-11);
    }
  });
}

test('paths with more features than an index has bits are left to others', () => {
  const random = generator(3);
  const ensemble = randomEnsemble(random, { trees: 12, depth: 12, features: 30, scores: 1 });
  const codes = codesOf(ensemble);
  assert.ok(codes !== null);
  const plan = planTables(ensemble, codes, 'covers');
  assert.ok(plan.rest.length > 0);
  assert.equal(plan.rest.length + plan.trees.length, 12);
});

test('the double below', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (x) => {
      const before = below(x);
      const middle = before + (x - before) / 2;
      assert.ok(before < x && (middle === before || middle === x));
    }),
  );
  assert.equal(below(0), -Number.MIN_VALUE);
  assert.equal(below(Number.MIN_VALUE), 0);
  assert.equal(below(Infinity), Number.MAX_VALUE);
  assert.equal(below(-Number.MAX_VALUE), -Infinity);
});

test('the kernel that runs is what its source says', () => {
  // In a process of its own: the compiler puts functions of its own into Math.
  const built = execFileSync(process.execPath, [
    fileURLToPath(new URL('../../wasm/build.ts', import.meta.url)),
    '--print',
  ]);
  assert.equal(readFileSync(new URL('kernel.gen.ts', import.meta.url), 'utf8'), built.toString());
});

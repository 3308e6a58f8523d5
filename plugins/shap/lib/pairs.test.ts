import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Ensemble } from '#common/onnx/trees.ts';
import { interventional } from './interventional.ts';
import { addByPairs } from './pairs.ts';
import { generator, randomEnsemble, randomTable } from './tables/ensemble.fixture.ts';

const FEATURES = 9;

function gap(seed: number, depth: number, rows: number, broken?: (ensemble: Ensemble) => Ensemble): number {
  const random = generator(seed);
  const ensemble = randomEnsemble(random, { trees: 2, depth, features: FEATURES, scores: 2 });
  const x = randomTable(random, rows, FEATURES);
  const background = { x: randomTable(random, 23, FEATURES), rows: 23 };
  const values = new Float64Array(rows * FEATURES * 2);
  addByPairs(broken?.(ensemble) ?? ensemble, x, rows, background, values, () => undefined);
  const expected = interventional(ensemble, x, rows, background.x, 23, () => undefined).values;
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0);
}

test('pairs of rows give the values of shared patterns', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 70 }), (seed, depth, rows) => {
      assert.ok(gap(seed, depth, rows) < 1e-12);
    }),
    { numRuns: 40 },
  );
});

test('a wrong direction of missing values, a wrong tie and a wrong leaf are noticed', () => {
  const twins: ((tree: Ensemble['trees'][number]) => Partial<Ensemble['trees'][number]>)[] = [
    ({ missing }) => ({ missing: missing.map((way) => 1 - way) }),
    ({ mode }) => ({ mode: mode.map((way) => way ^ 1) }),
    ({ value }) => ({ value: value.map((amount) => amount * (1 + 1e-9)) }),
  ];
  for (const twin of twins)
    assert.ok(
      gap(4, 8, 60, (whole) => ({ ...whole, trees: whole.trees.map((tree) => ({ ...tree, ...twin(tree) })) })) > 1e-11,
    );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import * as onnxruntime from 'onnxruntime-node';
import type { Tensor } from '#common/data.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import {
  drawRows,
  drawTree,
  evaluate,
  interventionalReference,
  type Nested,
  type OnnxOptions,
  pathBase,
  pathDependentReference,
  sumOf,
  toOnnx,
} from './reference.fixture.ts';

const MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'] as const;

const tableOf = (rows: readonly (readonly number[])[], features: number): Table =>
  Table.fromColumns(
    Object.fromEntries(
      Array.from({ length: features }, (_, j) => [`f${j}`, Float64Array.from(rows, (row) => row[j]!)]),
    ),
  );

const ask = (
  bytes: Uint8Array,
  question: Omit<Question, 'model' | 'method'> & Partial<Question>,
): Promise<Explanation> => explain(onnxruntime, { method: 'auto', ...question, model: readModel(bytes) }, () => {});

/** Any game of trees: several scores, features that repeat, missing values, ties. */
const games = fc.record({
  random: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  features: fc.integer({ min: 1, max: 5 }),
  scores: fc.integer({ min: 1, max: 3 }),
  depth: fc.integer({ min: 0, max: 5 }),
  count: fc.integer({ min: 1, max: 3 }),
  modes: fc.constantFrom(MODES, ['LEQ'] as const),
});

interface Game {
  readonly trees: readonly Nested[];
  readonly features: number;
  readonly scores: number;
  readonly rows: readonly number[][];
  readonly background: readonly number[][];
  /** base_values. */
  readonly start: readonly number[];
  readonly bytes: Uint8Array;
}

function gameOf({
  random,
  features,
  scores,
  depth,
  count,
  modes,
}: typeof games extends fc.Arbitrary<infer T> ? T : never): Game {
  const next = (): number => random.next().value as number;
  const trees = Array.from({ length: count }, () => drawTree(next, features, scores, depth, modes));
  const base = Array.from({ length: scores }, () => Math.fround(next()));
  return {
    trees,
    features,
    scores,
    rows: drawRows(next, 3, features, 0.2),
    background: drawRows(next, 4, features, 0.2),
    start: base,
    bytes: toOnnx(trees, { features, scores, base }),
  };
}

const at = ({ values }: Explanation, row: number, feature: number, score: number): number => {
  const [, features, scores = 1] = values.shape as [number, number, number?];
  return values.data[(row * features + feature) * scores + score]!;
};

function near(of: Explanation, reference: (row: number) => number[][], rows: number, limit = 1e-12): void {
  for (let row = 0; row < rows; row++)
    reference(row).forEach((scores, feature) =>
      scores.forEach((value, k) =>
        assert.ok(
          Math.abs(at(of, row, feature, k) - value) < limit,
          `row ${row}, feature ${feature}: ${at(of, row, feature, k)} is not ${value}`,
        ),
      ),
    );
}

describe('SHAP values against their definition', () => {
  it('path-dependent: conditional expectations by covers', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, scores, features, rows, bytes } = gameOf(drawn);
        const of = await ask(bytes, { data: tableOf(rows, features), method: 'tree-path-dependent' });
        near(of, (row) => pathDependentReference(trees, scores, features, rows[row]!), rows.length);
      }),
      { numRuns: 60 },
    );
  });

  it('interventional and enumeration: every background row in place of what is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, scores, features, rows, background, bytes } = gameOf(drawn);
        const model = (row: readonly number[]): number[] => sumOf(trees, scores, (tree) => evaluate(tree, row));
        const reference = (row: number): number[][] => interventionalReference(model, features, rows[row]!, background);
        const question = { data: tableOf(rows, features), background: tableOf(background, features) };
        near(await ask(bytes, { ...question, method: 'tree-interventional' }), reference, rows.length);
        near(await ask(bytes, { ...question, method: 'exact' }), reference, rows.length);
      }),
      { numRuns: 60 },
    );
  });
});

const leaf = (value: number, cover = 1): Nested => ({ leaf: [value], cover });
const stump = (feature: number, threshold: number, low: number, high: number): Nested => ({
  feature,
  threshold,
  mode: 'LEQ',
  missing: false,
  cover: 2,
  yes: leaf(low),
  no: leaf(high),
});
const one = (features: number): OnnxOptions => ({ features, scores: 1 });

describe('what Shapley values promise', () => {
  it('efficiency: base and values are the output, the base the worth of nobody', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, scores, features, rows, start, bytes } = gameOf(drawn);
        const of = await ask(bytes, { data: tableOf(rows, features) });
        const base = typeof of.base === 'number' ? [of.base] : of.base;
        pathBase(trees, scores).forEach((value, k) => assert.ok(Math.abs(base[k]! - start[k]! - value) < 1e-12));
        rows.forEach((row, r) =>
          sumOf(trees, scores, (tree) => evaluate(tree, row)).forEach((value, k) => {
            const parts = Array.from({ length: features }, (_, j) => at(of, r, j, k));
            assert.ok(Math.abs(base[k]! + parts.reduce((a, b) => a + b, 0) - value - start[k]!) < 1e-12);
          }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('dummy: interventional gives a feature that the function ignores exactly nothing', async () => {
    // f0 decides, f1 decides the same on both sides: the function ignores f1.
    const same: Nested = {
      feature: 1,
      threshold: 0,
      mode: 'LEQ',
      missing: false,
      cover: 4,
      yes: stump(0, 0, 1, 5),
      no: stump(0, 0, 1, 5),
    };
    const rows = [
      [-1, 1],
      [1, -1],
      [1, 1],
    ];
    const of = await ask(toOnnx([same], one(2)), {
      data: tableOf(rows, 2),
      background: tableOf(
        [
          [0, 0],
          [1, 1],
          [-1, 1],
        ],
        2,
      ),
    });
    assert.equal(of.meta.method, 'tree-interventional');
    for (let row = 0; row < rows.length; row++) assert.equal(at(of, row, 1, 0), 0);
  });

  it('symmetry: features that do the same get the same', async () => {
    const and: Nested = {
      feature: 0,
      threshold: 0.5,
      mode: 'LEQ',
      missing: false,
      cover: 4,
      yes: leaf(0, 2),
      no: { feature: 1, threshold: 0.5, mode: 'LEQ', missing: false, cover: 2, yes: leaf(0), no: leaf(1) },
    };
    const of = await ask(toOnnx([and], one(2)), { data: tableOf([[1, 1]], 2), background: tableOf([[0, 0]], 2) });
    assert.deepEqual([...of.values.data], [0.5, 0.5]);
    assert.equal(of.base, 0);
  });

  it('linearity: two ensembles together are the sum of each', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, features, scores, rows, background } = gameOf({ ...drawn, count: 3 });
        const question = { data: tableOf(rows, features), background: tableOf(background, features) };
        const of = (some: readonly Nested[]): Promise<Explanation> => ask(toOnnx(some, { features, scores }), question);
        const [first, rest, all] = [await of(trees.slice(0, 1)), await of(trees.slice(1)), await of(trees)];
        all.values.data.forEach((value, i) =>
          assert.ok(Math.abs(value - first.values.data[i]! - rest.values.data[i]!) < 1e-12),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('stumps, single leaves, and ties at thresholds', async () => {
    const of = await ask(toOnnx([stump(0, 1, -1, 3), leaf(7)], one(1)), {
      data: tableOf([[1], [1.0000001192092896], [NaN]], 1),
    });
    assert.equal(of.base, 8);
    assert.deepEqual([...of.values.data], [-2, 2, 2]);
    const only = await ask(toOnnx([leaf(7)], one(2)), { data: tableOf([[1, 2]], 2) });
    assert.deepEqual([...only.values.data], [0, 0]);
  });

  it('values near 1e8 are compared as the float32s that the model sees', async () => {
    const far = stump(0, 100_000_000, 0, 1);
    const of = await ask(toOnnx([far], one(1)), { data: tableOf([[100_000_000], [100_000_003], [100_000_008]], 1) });
    assert.deepEqual([...of.values.data], [-0.5, -0.5, 0.5]);
    const double = await ask(toOnnx([far], { ...one(1), double: true }), {
      data: tableOf([[100_000_000], [100_000_003]], 1),
    });
    assert.deepEqual([...double.values.data], [-0.5, 0.5]);
  });
});

const first = (of: Explanation): Tensor['shape'] => of.values.shape;

describe('shapes', () => {
  it('columns by name, by position where one side has no names', async () => {
    const bytes = toOnnx([stump(1, 0, 1, 2)], one(2));
    const named = Table.fromColumns({ b: Float64Array.of(1), a: Float64Array.of(-1) });
    const background = Table.fromColumns({ a: Float64Array.of(-1, 1), b: Float64Array.of(1, 1) });
    const of = await ask(bytes, { data: named, background });
    assert.deepEqual(
      [...of.values.data],
      [0, 1.5 - 2].map((value) => value),
    );
    const bare = Table.fromColumns({ x0: Float64Array.of(1, 1), x1: Float64Array.of(-1, 1) });
    assert.deepEqual([...(await ask(bytes, { data: named, background: bare })).values.data], [0, -0.5]);
  });

  it('no rows give no values', async () => {
    const of = await ask(toOnnx([{ leaf: [1], cover: 1 }], { features: 2, scores: 1 }), { data: tableOf([], 2) });
    assert.deepEqual(first(of), [0, 2]);
  });
});

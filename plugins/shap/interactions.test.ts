import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import * as onnxruntime from 'onnxruntime-node';
import { buildModel, FLOAT32, node, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import {
  type Branch,
  drawRows,
  drawTree,
  evaluate,
  interventionalPairs,
  type Nested,
  pathDependentPairs,
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
): Promise<Explanation> =>
  explain(onnxruntime, { method: 'auto', interactions: true, ...question, model: readModel(bytes) }, () => {});

/** [row][feature][other][score] */
function pairsOf({ interactions }: Explanation): (row: number, i: number, j: number, k?: number) => number {
  const [, features, , scores = 1] = interactions!.shape as [number, number, number, number?];
  return (row, i, j, k = 0) => interactions!.data[((row * features + i) * features + j) * scores + k]!;
}

function near(of: Explanation, reference: (row: number) => number[][][], rows: number): void {
  const at = pairsOf(of);
  for (let row = 0; row < rows; row++)
    reference(row).forEach((others, i) =>
      others.forEach((scores, j) =>
        scores.forEach((value, k) =>
          assert.ok(
            Math.abs(at(row, i, j, k) - value) < 1e-12,
            `row ${row}, ${i} and ${j}: ${at(row, i, j, k)} is not ${value}`,
          ),
        ),
      ),
    );
}

const games = fc.record({
  random: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  features: fc.integer({ min: 1, max: 5 }),
  scores: fc.integer({ min: 1, max: 3 }),
  depth: fc.integer({ min: 0, max: 5 }),
  count: fc.integer({ min: 1, max: 3 }),
});

interface Game {
  readonly trees: readonly Nested[];
  readonly features: number;
  readonly scores: number;
  readonly rows: readonly number[][];
  readonly background: readonly number[][];
  readonly bytes: Uint8Array;
}

function gameOf({
  random,
  features,
  scores,
  depth,
  count,
}: typeof games extends fc.Arbitrary<infer T> ? T : never): Game {
  const next = (): number => random.next().value as number;
  const trees = Array.from({ length: count }, () => drawTree(next, features, scores, depth, MODES));
  return {
    trees,
    features,
    scores,
    rows: drawRows(next, 3, features, 0.2),
    background: drawRows(next, 4, features, 0.2),
    bytes: toOnnx(trees, { features, scores }),
  };
}

describe('interaction values against their definition', () => {
  it('path-dependent', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, scores, features, rows, bytes } = gameOf(drawn);
        const of = await ask(bytes, { data: tableOf(rows, features), method: 'tree-path-dependent' });
        near(of, (row) => pathDependentPairs(trees, scores, features, rows[row]!), rows.length);
      }),
      { numRuns: 40 },
    );
  });

  it('interventional and enumeration', async () => {
    await fc.assert(
      fc.asyncProperty(games, async (drawn) => {
        const { trees, scores, features, rows, background, bytes } = gameOf(drawn);
        const model = (row: readonly number[]): number[] => sumOf(trees, scores, (tree) => evaluate(tree, row));
        const reference = (row: number): number[][][] => interventionalPairs(model, features, rows[row]!, background);
        const question = { data: tableOf(rows, features), background: tableOf(background, features) };
        near(await ask(bytes, { ...question, method: 'tree-interventional' }), reference, rows.length);
        near(await ask(bytes, { ...question, method: 'exact' }), reference, rows.length);
      }),
      { numRuns: 40 },
    );
  });

  it('a model that differs by one tie, one direction, one cover or one leaf has others', async () => {
    const leaf = (value: number, cover: number): Nested => ({ leaf: [value], cover });
    const tree = (change: Partial<Branch>, no = leaf(3, 3)): Nested => ({
      feature: 0,
      threshold: 1,
      mode: 'LEQ',
      missing: true,
      cover: 8,
      yes: {
        feature: 1,
        threshold: 0,
        mode: 'LEQ',
        missing: true,
        cover: 5,
        yes: leaf(1, 2),
        no: leaf(-2, 3),
        ...change,
      },
      no,
    });
    const rows = [
      [1, 0],
      [NaN, NaN],
    ];
    const of = await ask(toOnnx([tree({})], { features: 2, scores: 1 }), { data: tableOf(rows, 2) });
    const differs = (other: Nested): void =>
      assert.throws(() => near(of, (row) => pathDependentPairs([other], 1, 2, rows[row]!), 2));
    near(of, (row) => pathDependentPairs([tree({})], 1, 2, rows[row]!), 2);
    differs(tree({ mode: 'LT' }));
    differs(tree({ missing: false }));
    differs(tree({ yes: leaf(1, 3), no: leaf(-2, 2) }));
    differs(tree({}, leaf(3.001, 3)));
  });
});

describe('definitions that are near', () => {
  it('are not taken for this one: whole indices, the values on the diagonal, signs', async () => {
    const random = (seed: number): (() => number) => {
      let state = seed;
      return () => (state = (state * 48271) % 2147483647) / 2147483647;
    };
    const tree = drawTree(random(77), 3, 1, 4, MODES);
    const rows = [[0, 1, 2.5]];
    const of = await ask(toOnnx([tree], { features: 3, scores: 1 }), { data: tableOf(rows, 3) });
    const reference = pathDependentPairs([tree], 1, 3, rows[0]!);
    const twin = (change: (value: number, i: number, j: number) => number): number[][][] =>
      reference.map((others, i) => others.map(([value], j) => [change(value!, i, j)]));
    near(of, () => twin((value) => value), 1);
    assert.throws(() => near(of, () => twin((value, i, j) => (i === j ? value : 2 * value)), 1));
    assert.throws(() => near(of, () => twin((value, i, j) => (i === j ? of.values.data[i]! : value)), 1));
    assert.throws(() => near(of, () => twin((value, i, j) => (i === j ? value : -value)), 1));
  });
});

describe('what interaction values promise', () => {
  it('symmetry, rows that sum to SHAP values, everything that sums to the output', async () => {
    await fc.assert(
      fc.asyncProperty(
        games,
        fc.constantFrom('tree-path-dependent', 'tree-interventional', 'exact'),
        async (drawn, method) => {
          const { trees, features, scores, rows, background, bytes } = gameOf(drawn);
          const of = await ask(bytes, {
            data: tableOf(rows, features),
            background: tableOf(background, features),
            method,
          });
          const plain = await ask(bytes, {
            data: tableOf(rows, features),
            background: tableOf(background, features),
            method,
            interactions: false,
          });
          assert.equal(plain.interactions, undefined);
          assert.deepEqual(of.values, plain.values);
          const at = pairsOf(of);
          const base = typeof of.base === 'number' ? [of.base] : of.base;
          rows.forEach((row, r) =>
            sumOf(trees, scores, (tree) => evaluate(tree, row)).forEach((output, k) => {
              let total = base[k]!;
              for (let i = 0; i < features; i++) {
                let sum = 0;
                for (let j = 0; j < features; j++) {
                  assert.equal(at(r, i, j, k), at(r, j, i, k));
                  sum += at(r, i, j, k);
                }
                assert.ok(Math.abs(sum - of.values.data[(r * features + i) * scores + k]!) < 1e-12);
                total += sum;
              }
              assert.ok(Math.abs(total - output) < 1e-12);
            }),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  const leaf = (value: number): Nested => ({ leaf: [value], cover: 1 });
  const split = (feature: number, yes: Nested, no: Nested): Nested => ({
    feature,
    threshold: 0.5,
    mode: 'LEQ',
    missing: false,
    cover: yes.cover + no.cover,
    yes,
    no,
  });
  const both = { data: tableOf([[1, 1]], 2), background: tableOf([[0, 0]], 2) };

  it('known games: and, exclusive or, a sum', async () => {
    const and = await ask(toOnnx([split(0, leaf(0), split(1, leaf(0), leaf(1)))], { features: 2, scores: 1 }), both);
    assert.deepEqual([...and.interactions!.data], [0, 0.5, 0.5, 0]);
    const xor = split(0, split(1, leaf(0), leaf(1)), split(1, leaf(1), leaf(0)));
    const or = await ask(toOnnx([xor], { features: 2, scores: 1 }), both);
    assert.deepEqual([...or.interactions!.data], [1, -1, -1, 1]);
    const sum = [split(0, leaf(0), leaf(2)), split(1, leaf(0), leaf(3))];
    assert.deepEqual([...(await ask(toOnnx(sum, { features: 2, scores: 1 }), both)).interactions!.data], [2, 0, 0, 3]);
  });

  it('dummy: what the function ignores interacts with nothing against a background', async () => {
    const same = split(1, split(0, leaf(1), leaf(5)), split(0, leaf(1), leaf(5)));
    const of = await ask(toOnnx([same], { features: 2, scores: 1 }), {
      data: tableOf(
        [
          [1, 0],
          [0, 1],
        ],
        2,
      ),
      background: tableOf(
        [
          [0, 0],
          [1, 1],
          [0, 1],
        ],
        2,
      ),
    });
    for (const row of [0, 1]) for (const at of [1, 2, 3]) assert.equal(of.interactions!.data[row * 4 + at], 0);
  });

  it('a linear model has none off the diagonal, a link makes some', async () => {
    const bytes = (post: string): Uint8Array =>
      buildModel({
        name: 'l',
        inputs: [valueInfo('X', FLOAT32, ['rows', 2])],
        outputs: [valueInfo('L', 7, ['rows']), valueInfo('P', FLOAT32, ['rows', 2])],
        nodes: [
          node(
            'LinearClassifier',
            ['X'],
            ['L', 'P'],
            {
              coefficients: Float32Array.of(2, -3),
              intercepts: Float32Array.of(1),
              post_transform: post,
              classlabels_ints: [0, 1],
            },
            'ai.onnx.ml',
          ),
        ],
      });
    const margin = await ask(bytes('LOGISTIC'), both);
    assert.deepEqual([margin.meta.method, ...margin.interactions!.data], ['linear', 2, 0, 0, -3]);
    const output = await ask(bytes('LOGISTIC'), { ...both, space: 'output', output: 1 });
    assert.ok(Math.abs(output.interactions!.data[1]!) > 0.01);
  });

  it('more numbers than can be held are refused, saying how many rows can', async () => {
    const bytes = toOnnx([leaf(1)], { features: 200, scores: 1 });
    const data = tableOf(
      Array.from({ length: 1001 }, () => Array.from({ length: 200 }, () => 0)),
      200,
    );
    await assert.rejects(ask(bytes, { data }), { code: 'DATA_TOO_LARGE', message: /Ask for 1000 rows at a time/ });
  });
});

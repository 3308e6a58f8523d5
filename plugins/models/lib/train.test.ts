import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { seededRandom } from '#common/cells/random.ts';
import { recognise } from '#common/onnx/known.ts';
import { readModel } from '#common/onnx/model.ts';
import { scoreTrees } from '#common/onnx/score-trees.ts';
import { sha256Hex } from '#crypto';
import { Table } from '#common/data/table.ts';
import { binColumn, MISSING } from './bins.ts';
import { auc } from './metrics.ts';
import { holdBack, sample } from './sample.ts';
import { train, type TrainOptions, type Trained } from './train.ts';

const OPTIONS: TrainOptions = {
  target: 'y',
  task: 'auto',
  trees: 40,
  learningRate: 0.2,
  maxDepth: 4,
  maxLeaves: 16,
  minLeaf: 3,
  l2: 1,
  subsample: 1,
  featureSample: 1,
  bins: 255,
  patience: null,
  validation: 0.2,
  holdout: 0,
};

const fit = (table: Table, options: Partial<TrainOptions> = {}, seed = 1): Trained =>
  train(table, { ...OPTIONS, ...options }, '0.0.0', seededRandom(seed, ''), () => {});

/** y = 3 where a > 0 or a is missing, plus a step by category, plus noise that does not depend on anything. */
function example(rows = 300, seed = 5): Table {
  const random = seededRandom(seed, '');
  const a = Float64Array.from({ length: rows }, () => (random() < 0.1 ? NaN : random() * 2 - 1));
  const kind = Array.from({ length: rows }, () => ['low', 'middle', 'high'][Math.floor(random() * 3)]!);
  const y = Float64Array.from(
    a,
    (value, i) =>
      (value > 0 || Number.isNaN(value) ? 3 : 0) + ['low', 'middle', 'high'].indexOf(kind[i]!) + random() * 0.2,
  );
  return Table.fromColumns({ a, kind, noise: Float64Array.from({ length: rows }, random), y });
}

describe('training', () => {
  it('finds steps, missing values and categories', () => {
    const { metrics, features, importance, task } = fit(example(), { holdout: 0.25 });
    assert.equal(task, 'regression');
    assert.ok(metrics.test !== null && 'r2' in metrics.test && metrics.test.r2! > 0.9);
    assert.deepEqual(features[1]?.categories, ['low', 'middle', 'high']);
    assert.deepEqual(
      importance.slice(0, 2).map(({ feature }) => feature),
      ['a', 'kind'],
    );
    assert.ok(importance[2]!.gain < 0.01);
  });

  it('the same seed gives the same bytes, another seed others', () => {
    const options = { subsample: 0.7, featureSample: 0.7, holdout: 0.2, patience: 5 };
    assert.deepEqual(fit(example(), options).bytes, fit(example(), options).bytes);
    assert.notDeepEqual(fit(example(), options).bytes, fit(example(), options, 2).bytes);
  });

  it('gives this file on every machine', () => {
    const options = { subsample: 0.7, holdout: 0.2, patience: 5 };
    const table = example();
    const classes = Table.fromColumns({
      a: table.column('a') as Float64Array,
      noise: table.column('noise') as Float64Array,
      y: Array.from(table.column('y') as Float64Array, (y) => y > 3),
    });
    const digests = [fit(table, options), fit(classes, options)].map(({ bytes }) => sha256Hex(bytes));
    assert.deepEqual(digests, [
      'ed908210cecc8cfd85c3ed33b3366220bdb66947c66c599a38188a11d3d6ff6a',
      '3e546a9e36ac2427029ffcd0e5f18b628399e14965b3581c3e4eb2832c7c6c28',
    ]);
  });

  it('the file holds exactly what was trained, down to every row', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.boolean(), (seed, few) => {
        const table = example(120, seed);
        const { bytes, metrics, split } = fit(
          table,
          { bins: few ? 4 : 255, subsample: few ? 0.6 : 1, holdout: 0.2 },
          seed,
        );
        const known = recognise(readModel(bytes));
        assert.ok(known.kind === 'trees' && known.ensemble.covers);
        const codes = ['low', 'middle', 'high'];
        const rows = table.toArray();
        const categories = JSON.parse(readModel(bytes).metadata['assay.features']!)[1].categories as string[];
        assert.equal(categories.length, codes.length);
        const x = Float64Array.from(
          rows.flatMap((row) => [
            row['a'] === null ? NaN : Number(row['a']),
            categories.indexOf(String(row['kind'])),
            Number(row['noise']),
          ]),
          Math.fround,
        );
        const score = scoreTrees(known.ensemble, x, rows.length);
        const squares = Array.from(split.train.data, (row) => (score[row]! - Number(rows[row]!['y'])) ** 2);
        const rmse = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
        assert.ok('rmse' in metrics.train && Math.abs(rmse - metrics.train.rmse) < 1e-12);
      }),
      { numRuns: 10 },
    );
  });

  it('covers count all training rows, also those that a tree did not see', () => {
    const known = recognise(readModel(fit(example(100), { subsample: 0.5 }).bytes));
    assert.ok(known.kind === 'trees');
    for (const tree of known.ensemble.trees) assert.equal(tree.cover[0], 100);
  });

  it('two classes: labels, probabilities, a ranking', () => {
    const table = example();
    const classes = Table.fromColumns({
      a: table.column('a') as Float64Array,
      kind: table.column('kind') as string[],
      y: Array.from(table.column('y') as Float64Array, (y) => (y > 3 ? 'rich' : 'poor')),
    });
    const { task, metrics, classes: labels } = fit(classes, { holdout: 0.3 });
    assert.equal(task, 'binary');
    assert.deepEqual(labels, ['poor', 'rich']);
    assert.ok(metrics.test !== null && 'auc' in metrics.test && metrics.test.auc! > 0.98);
  });

  it('early stopping keeps the best number of trees', () => {
    const random = seededRandom(3, '');
    const noise = Table.fromColumns({
      a: Float64Array.from({ length: 200 }, random),
      y: Float64Array.from({ length: 200 }, random),
    });
    const { trees, history } = fit(noise, { patience: 5, trees: 200, minLeaf: 2 });
    assert.ok(trees < 50);
    assert.equal(history.train.data.length, trees + 5);
  });

  it('a column that says nothing, or nothing but missing values, is left alone', () => {
    const table = Table.fromColumns({
      same: new Float64Array(50).fill(7),
      none: new Float64Array(50).fill(NaN),
      a: Float64Array.from({ length: 50 }, (_, i) => i),
      y: Float64Array.from({ length: 50 }, (_, i) => i),
    });
    const { importance } = fit(table);
    assert.deepEqual(
      importance.filter(({ splits }) => splits > 0).map(({ feature }) => feature),
      ['a'],
    );
  });
});

describe('what training refuses', () => {
  const y = Float64Array.of(1, 2, 3, 4, 5, 6);
  const a = Float64Array.of(1, 2, 3, 4, 5, 6);
  const cases: readonly [string, string, Table, Partial<TrainOptions>][] = [
    ['no rows', 'DATA_TOO_SMALL', Table.fromColumns({ a: new Float64Array(0), y: new Float64Array(0) }), {}],
    ['fewer rows than two leaves', 'DATA_TOO_SMALL', Table.fromColumns({ a, y }), { minLeaf: 4 }],
    ['a target that is not there', 'COLUMN_UNKNOWN', Table.fromColumns({ a, y }), { target: 'z' }],
    ['a feature that is not there', 'COLUMN_UNKNOWN', Table.fromColumns({ a, y }), { features: ['b'] }],
    ['the target as a feature', 'COLUMN_UNFIT', Table.fromColumns({ a, y }), { features: ['a', 'y'] }],
    ['nothing to learn from', 'COLUMN_UNKNOWN', Table.fromColumns({ y }), {}],
    ['a constant target', 'TARGET_UNFIT', Table.fromColumns({ a, y: new Float64Array(6).fill(2) }), {}],
    ['a missing target', 'TARGET_UNFIT', Table.fromColumns({ a, y: Float64Array.of(1, NaN, 3, 4, 5, 6) }), {}],
    ['a target past float32', 'TARGET_UNFIT', Table.fromColumns({ a, y: Float64Array.of(1, 1e300, 3, 4, 5, 6) }), {}],
    ['an infinite target', 'TARGET_UNFIT', Table.fromColumns({ a, y: Float64Array.of(1, Infinity, 3, 4, 5, 6) }), {}],
    [
      'text to regress on',
      'TARGET_UNFIT',
      Table.fromColumns({ a, y: ['a', 'b', 'a', 'b', 'a', 'b'] }),
      { task: 'regression' },
    ],
    ['three classes', 'TARGET_UNFIT', Table.fromColumns({ a, y: ['a', 'b', 'c', 'a', 'b', 'c'] }), {}],
  ];
  for (const [what, code, table, options] of cases)
    it(`${what}: ${code}`, () => assert.throws(() => fit(table, options), { code }));
});

describe('the parts', () => {
  it('bins send every value the way its float32 comparison goes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 2, max: 255 }),
        (list, limit) => {
          const values = Float64Array.from(list);
          const { bins, edges } = binColumn(values, limit);
          assert.ok(edges.length < limit);
          values.forEach((value, i) => {
            if (Number.isNaN(value)) return assert.equal(bins[i], MISSING);
            edges.forEach((edge, b) => {
              assert.equal(Math.fround(edge), edge);
              assert.equal(value <= edge, bins[i]! <= b);
            });
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('auc counts pairs, ties half', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 4 })), { minLength: 2, maxLength: 30 }),
        (list) => {
          const y = Float64Array.from(list, ([yes]) => (yes ? 1 : 0));
          const score = Float64Array.from(list, ([, s]) => s);
          let pairs = 0;
          let won = 0;
          list.forEach(([yes, s]) =>
            list.forEach(([other, t]) => {
              if (!yes || other) return;
              pairs += 1;
              won += s > t ? 1 : s === t ? 0.5 : 0;
            }),
          );
          const found = auc(y, score);
          if (pairs === 0) assert.equal(found, null);
          else assert.ok(Math.abs(found! - won / pairs) < 1e-12);
        },
      ),
    );
  });

  it('samples have the size asked for and hold each class back alike', () => {
    assert.equal(sample(10, 0.33, seededRandom(1, '')).length, 3);
    const groups = Float64Array.from({ length: 100 }, (_, i) => (i < 10 ? 1 : 0));
    const { kept, held } = holdBack(groups, 0.2, seededRandom(1, ''));
    assert.equal(held.filter((row) => row < 10).length, 2);
    assert.deepEqual(
      [...kept, ...held].sort((x, z) => x - z),
      [...groups.keys()],
    );
  });
});

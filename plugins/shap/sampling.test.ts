import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { buildModel, FLOAT32, floatTensor, node, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import type { Runtime } from '#common/onnx/session.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import { interventionalReference, toOnnx } from './reference.fixture.ts';

/** Gemm, Relu, Gemm: features → outputs, of random weights or of none. */
function network(features: number, outputs = 1, scale = 1): Uint8Array {
  const random = seededRandom(features, 'network');
  const hidden = 6;
  const weights = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * (2 * random() - 1));
  return buildModel({
    name: 'mlp',
    inputs: [valueInfo('X', FLOAT32, ['rows', features])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', outputs])],
    initializers: [
      floatTensor('w1', [features, hidden], weights(features * hidden)),
      floatTensor(
        'b1',
        [hidden],
        Float32Array.from({ length: hidden }, () => 0.5),
      ),
      floatTensor('w2', [hidden, outputs], weights(hidden * outputs)),
      floatTensor('b2', [outputs], new Float32Array(outputs).fill(3)),
    ],
    nodes: [node('Gemm', ['X', 'w1', 'b1'], ['h']), node('Relu', ['h'], ['r']), node('Gemm', ['r', 'w2', 'b2'], ['Y'])],
  });
}

const rowsOf = (count: number, features: number, name: string): number[][] => {
  const random = seededRandom(1, name);
  return Array.from({ length: count }, () => Array.from({ length: features }, () => Math.fround(2 * random() - 1)));
};
const table = (rows: readonly (readonly number[])[]): Table =>
  Table.fromColumns(Object.fromEntries(rows[0]!.map((_, j) => [`x${j}`, Float64Array.from(rows, (row) => row[j]!)])));

const ask = (
  bytes: Uint8Array,
  question: Omit<Question, 'model' | 'method'> & Partial<Question>,
  progress: (done: number, total: number) => void = () => {},
  runtime: Runtime = onnxruntime,
): Promise<Explanation> => explain(runtime, { method: 'auto', ...question, model: readModel(bytes) }, progress);

/** onnxruntime, counting the rows that models are asked for. */
function counting(): { runtime: Runtime; rows(): number; largest(): number } {
  let [rows, largest] = [0, 0];
  const real = onnxruntime as unknown as Runtime;
  const runtime: Runtime = {
    Tensor: real.Tensor,
    InferenceSession: {
      async create(bytes, options) {
        const session = await real.InferenceSession.create(bytes, options);
        return {
          run(feeds, fetches) {
            const { dims } = Object.values(feeds)[0] as { dims: readonly number[] };
            rows += dims[0]!;
            largest = Math.max(largest, dims[0]!);
            return session.run(feeds, fetches);
          },
          release: () => session.release(),
        };
      },
    },
  };
  return { runtime, rows: () => rows, largest: () => largest };
}

const wide = { data: table(rowsOf(3, 14, 'rows')), background: table(rowsOf(4, 14, 'background')) };
const METHODS = ['kernel', 'proxy', 'permutation'] as const;

describe('models that no exact method fits', () => {
  it('auto estimates, and says that it did and why', async () => {
    const { meta, standardErrors, values } = await ask(network(14), { ...wide, budget: 9000 });
    assert.deepEqual([meta.method, meta.exact, meta.sampling?.seed], ['proxy', false, 0]);
    assert.match(meta.notes.join(' '), /Estimated, by proxy: no exact method fits/);
    assert.deepEqual(standardErrors?.shape, values.shape);
    assert.ok(standardErrors!.data.every((error) => error > 0));
  });

  it('auto estimates where enumeration would take more than the budget, and never names that exact', async () => {
    const small = { data: table(rowsOf(2, 10, 'a')), background: table(rowsOf(4, 10, 'b')) };
    const cheap = await ask(network(10), { ...small, budget: 2000 });
    assert.deepEqual([cheap.meta.exact, cheap.meta.method], [false, 'proxy']);
    const paid = await ask(network(10), { ...small, budget: 20_000 });
    assert.deepEqual([paid.meta.exact, paid.meta.method, paid.standardErrors], [true, 'exact', undefined]);
  });

  for (const method of METHODS) {
    it(`${method}: agrees with enumeration within its errors`, async () => {
      const small = { data: table(rowsOf(3, 11, 'a')), background: table(rowsOf(4, 11, 'b')) };
      const exact = await ask(network(11, 2), { ...small, method: 'exact' });
      const of = await ask(network(11, 2), { ...small, method, budget: 8 + 12 * 500 });
      assert.deepEqual(of.values.shape, [3, 11, 2]);
      assert.deepEqual(of.base, exact.base);
      const off = Array.from(
        of.values.data,
        (value, i) => Math.abs(value - exact.values.data[i]!) / of.standardErrors!.data[i]!,
      );
      assert.ok(
        off.every((errors) => errors < 5),
        `${Math.max(...off)} standard errors`,
      );
      assert.ok(off.some((errors) => errors > 0.01));
      assert.ok(of.meta.additivityError < 1e-9);
    });

    it(`${method}: spends no more than the budget, and counts what it spends`, async () => {
      for (const budget of [1800, 1901, 7777]) {
        const { runtime, rows, largest } = counting();
        const { meta } = await ask(network(14), { ...wide, method, budget }, () => {}, runtime);
        assert.equal(meta.evaluations, rows());
        assert.ok(meta.evaluations <= budget && meta.sampling!.budget === budget);
        assert.ok(meta.evaluations > budget - 12 * 26, 'and little less');
        assert.ok(largest() >= 100, 'in batches');
      }
    });

    it(`${method}: a budget that is too small is refused with the least, which is enough`, async () => {
      const refused = (await ask(network(14), { ...wide, method, budget: 30 }).catch((error: unknown) => error)) as {
        code: string;
        details: { least: number };
      };
      assert.equal(refused.code, 'BUDGET_TOO_SMALL');
      const { least } = refused.details;
      assert.ok((await ask(network(14), { ...wide, method, budget: least })).meta.evaluations <= least);
      await assert.rejects(ask(network(14), { ...wide, method, budget: least - 1 }), { code: 'BUDGET_TOO_SMALL' });
    });

    it(`${method}: a row's bits depend on the seed and not on the rows beside it`, async () => {
      const of = (question: Partial<Question>): Promise<Explanation> =>
        ask(network(14), { ...wide, method, targetSE: 0.05, ...question });
      const [all, again, other] = [await of({ seed: 4 }), await of({ seed: 4 }), await of({ seed: 5 })];
      assert.deepEqual(all, again);
      assert.notDeepEqual(all.values, other.values);
      const alone = await of({ seed: 4, data: table([rowsOf(3, 14, 'rows')[1]!]) });
      assert.deepEqual(alone.values.data, all.values.data.slice(14, 28));
    });

    it(`${method}: stops at the target, and says so when the budget ends before`, async () => {
      const reached = await ask(network(14), { ...wide, method, targetSE: 0.02 });
      assert.ok(reached.meta.sampling!.largestSE <= 0.02);
      assert.ok(reached.meta.evaluations < reached.meta.sampling!.budget / 2);
      const short = await ask(network(14), { ...wide, method, targetSE: 1e-9, budget: 4000 });
      assert.ok(short.meta.sampling!.largestSE > 1e-9);
      assert.match(short.meta.notes.join(' '), /above the target of 1e-9/);
    });

    it(`${method}: features that equal the whole background get exactly nothing, also missing ones`, async () => {
      const same = (rows: number[][]): Table =>
        table(rows.map((row) => row.map((value, j) => (j === 3 || j === 9 ? 7 : value))));
      const of = await ask(network(14), {
        data: same(rowsOf(2, 14, 'r')),
        background: same(rowsOf(4, 14, 'g')),
        method,
        budget: 5000,
      });
      for (const at of [3, 9, 17, 23]) assert.deepEqual([of.values.data[at], of.standardErrors!.data[at]], [0, 0]);
      assert.ok(of.standardErrors!.data[4]! > 0);
      const leaf = (value: number): { leaf: number[]; cover: number } => ({ leaf: [value], cover: 1 });
      const tree = (feature: number) => ({
        feature,
        threshold: 0,
        mode: 'LEQ' as const,
        missing: true,
        cover: 2,
        yes: leaf(1),
        no: leaf(-1),
      });
      const missing = (rows: number[][]): Table =>
        table(rows.map((row) => row.map((value, j) => (j === 0 ? NaN : value))));
      const trees = await ask(toOnnx([0, 1, 2, 3].map(tree), { features: 14, scores: 1 }), {
        data: missing(rowsOf(2, 14, 'r')),
        background: missing(rowsOf(4, 14, 'g')),
        method,
        budget: 5000,
      });
      assert.deepEqual([trees.values.data[0], trees.standardErrors!.data[0], trees.meta.engine], [0, 0, 'float64']);
    });

    it(`${method}: constant models, one feature, two, and rows that are the background`, async () => {
      const constant = await ask(network(14, 1, 0), { ...wide, method });
      assert.ok(
        constant.values.data.every((value) => value === 0) && constant.standardErrors!.data.every((e) => e === 0),
      );
      assert.equal(constant.base, 3);
      const one = await ask(network(1), { data: table([[1]]), background: table([[0], [0.5]]), method });
      assert.deepEqual([one.meta.exact, one.standardErrors!.data[0]], [true, 0]);
      const two = {
        data: table([[1, -1]]),
        background: table([
          [0, 0.5],
          [-1, 1],
        ]),
      };
      const [of, exact] = [
        await ask(network(2), { ...two, method }),
        await ask(network(2), { ...two, method: 'exact' }),
      ];
      of.values.data.forEach((value, j) => assert.ok(Math.abs(value - exact.values.data[j]!) < 1e-12));
      const row = rowsOf(1, 14, 'r');
      const itself = await ask(network(14), { data: table(row), background: table([...row, ...row]), method });
      assert.ok(itself.values.data.every((value) => value === 0) && itself.meta.exact);
    });

    it(`${method}: stops between batches when progress throws, and tells how far it is`, async () => {
      const told: [number, number][] = [];
      await assert.rejects(
        ask(network(14), { ...wide, method, budget: 400_000 }, (done, total) => {
          told.push([done, total]);
          if (told.length === 4) throw new Error('stop');
        }),
        /stop/,
      );
      assert.ok(told.every(([done, total], i) => done <= total && (i === 0 || done > told[i - 1]![0])));
      assert.equal(told.length, 4);
    });
  }

  it('takes 1,000 features', async () => {
    const many = { data: table(rowsOf(1, 1000, 'r')), background: table(rowsOf(1, 1000, 'g')) };
    const of = await ask(network(1000), { ...many, method: 'permutation', budget: 12_000 });
    assert.ok(of.meta.additivityError < 1e-9 && of.values.shape[1] === 1000);
    await assert.rejects(
      ask(network(2049), {
        data: table(rowsOf(1, 2049, 'r')),
        background: table(rowsOf(1, 2049, 'g')),
        method: 'kernel',
      }),
      {
        code: 'DATA_TOO_LARGE',
      },
    );
  });

  it('interactions are never estimated', async () => {
    const many = { data: table(rowsOf(1, 20, 'r')), background: table(rowsOf(2, 20, 'g')), interactions: true };
    await assert.rejects(ask(network(20), many), { code: 'SHAP_INEXACT' });
  });

  it('no rows give no values and no errors', async () => {
    const none = Table.fromColumns(
      Object.fromEntries(Array.from({ length: 14 }, (_, j) => [`x${j}`, new Float64Array(0)])),
    );
    const of = await ask(network(14), { ...wide, data: none, method: 'kernel' });
    assert.deepEqual(
      [of.values.shape, of.standardErrors?.shape],
      [
        [0, 14],
        [0, 14],
      ],
    );
  });

  it('trees and their probabilities can be sampled as well', async () => {
    const leaf = (value: number): { leaf: number[]; cover: number } => ({ leaf: [value], cover: 1 });
    const trees = Array.from({ length: 13 }, (_, feature) => ({
      feature,
      threshold: 0,
      mode: 'LEQ' as const,
      missing: false,
      cover: 2,
      yes: leaf(-0.5),
      no: leaf(0.4),
    }));
    const bytes = toOnnx(trees, { features: 13, scores: 1, post: 'LOGISTIC', labels: ['no', 'yes'], ids: [0] });
    const question = { data: table(rowsOf(2, 13, 'r')), background: table(rowsOf(3, 13, 'g')) };
    const of = await ask(bytes, { ...question, space: 'output', output: 1, budget: 9000 });
    assert.deepEqual([of.meta.method, of.meta.engine, of.meta.space], ['proxy', 'float64', 'output']);
    const margin = await ask(bytes, { ...question, space: 'margin', method: 'kernel' });
    const exact = await ask(bytes, { ...question, space: 'margin' });
    assert.equal(exact.meta.exact, true);
    exact.values.data.forEach((value, i) =>
      assert.ok(Math.abs(value - margin.values.data[i]!) < 1e-9, 'sums are of order 1'),
    );
  });
});

describe('groups', () => {
  it('auto gives Owen values, exact where there are few coalitions', async () => {
    const bytes = network(4);
    const [rows, others] = [rowsOf(2, 4, 'r'), rowsOf(3, 4, 'g')];
    const of = await ask(bytes, {
      data: table(rows),
      background: table(others),
      groups: { first: ['x0', 'x1'], second: ['x2', 'x3'] },
    });
    assert.deepEqual([of.meta.method, of.meta.exact, of.meta.algorithm], ['partition', true, 'coalitions of groups']);
    const values = await ask(bytes, { data: table(rows), background: table(others), method: 'exact' });
    assert.notDeepEqual(of.values.data, values.values.data);
    // What the groups get is the Shapley value of a game of groups.
    const model = async (x: readonly number[]): Promise<number> =>
      (await ask(bytes, { data: table([[...x]]), background: table([[...x]]) })).base as number;
    const table4 = new Map<string, number>();
    const key = (groups: readonly number[], other: readonly number[]): number[] =>
      other.map((value, j) => (groups[j >> 1] === 1 ? rows[0]![j]! : value));
    for (const other of others)
      for (const g of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ])
        table4.set(key(g, other).join(), await model(key(g, other)));
    const mean = (g: readonly number[]): number[] => [
      others.reduce((sum, other) => sum + table4.get(key(g, other).join())!, 0) / others.length,
    ];
    interventionalReference(mean, 2, [1, 1], [[0, 0]]).forEach(([value], group) =>
      assert.ok(Math.abs(of.values.data[2 * group]! + of.values.data[2 * group + 1]! - value!) < 1e-6),
    );
  });

  it('belong to partition alone', async () => {
    await assert.rejects(ask(network(14), { ...wide, method: 'kernel', groups: { a: ['x0'] } }), {
      code: 'INPUT_INVALID',
    });
    await assert.rejects(ask(network(14), { ...wide, method: 'partition' }), { code: 'INPUT_INVALID' });
    await assert.rejects(ask(network(14), { ...wide, groups: { a: ['y'] } }), { code: 'INPUT_INVALID' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { buildModel, FLOAT32, floatTensor, INT64, node, valueInfo } from '#common/onnx/build.ts';
import { recognise } from '#common/onnx/known.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { checkAdditivity, checkRuntime } from './lib/check.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import { interventionalReference, type Nested, toOnnx } from './reference.fixture.ts';

const stump: Nested = {
  feature: 0,
  threshold: 0.5,
  mode: 'LEQ',
  missing: false,
  cover: 10,
  yes: { leaf: [-1], cover: 4 },
  no: { leaf: [2], cover: 6 },
};
const deep: Nested = {
  feature: 1,
  threshold: 0.5,
  mode: 'LEQ',
  missing: true,
  cover: 20,
  yes: stump,
  no: { leaf: [0.5], cover: 10 },
};
const data = Table.fromColumns({ a: Float64Array.of(0, 1, NaN), b: Float64Array.of(0, 1, 0) });
const background = Table.fromColumns({ a: Float64Array.of(0, 1), b: Float64Array.of(1, 0) });
const logistic = toOnnx([deep], {
  features: 2,
  scores: 1,
  base: [0.25],
  post: 'LOGISTIC',
  labels: ['no', 'yes'],
  ids: [0],
});

const ask = (bytes: Uint8Array, question: Partial<Question> = {}): Promise<Explanation> =>
  explain(onnxruntime, { method: 'auto', data, ...question, model: readModel(bytes) }, () => {});

const linear = (op: string, post = 'NONE'): Uint8Array =>
  buildModel({
    name: 'l',
    inputs: [valueInfo('X', FLOAT32, ['rows', 2])],
    outputs:
      op === 'LinearRegressor'
        ? [valueInfo('Y', FLOAT32, ['rows', 1])]
        : [valueInfo('L', 7, ['rows']), valueInfo('P', FLOAT32, ['rows', 2])],
    nodes: [
      node(
        op,
        ['X'],
        op === 'LinearRegressor' ? ['Y'] : ['L', 'P'],
        {
          coefficients: Float32Array.of(2, -3),
          intercepts: Float32Array.of(0.5),
          post_transform: post,
          ...(op === 'LinearRegressor' ? {} : { classlabels_ints: [0, 1] }),
        },
        'ai.onnx.ml',
      ),
    ],
  });

/** Gemm, Relu, Gemm over `features` inputs with fixed weights. */
function network(features: number, hidden = 5): { bytes: Uint8Array; f: (row: readonly number[]) => number[] } {
  const w1 = Float32Array.from({ length: features * hidden }, (_, i) => Math.fround(((i * 7919) % 17) / 8 - 1));
  const w2 = Float32Array.from({ length: hidden }, (_, i) => Math.fround(((i * 104729) % 13) / 6 - 1));
  const bytes = buildModel({
    name: 'mlp',
    inputs: [valueInfo('X', FLOAT32, ['rows', features])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
    initializers: [
      floatTensor('w1', [features, hidden], w1),
      floatTensor('b1', [hidden], new Float32Array(hidden).fill(0.25)),
      floatTensor('w2', [hidden, 1], w2),
    ],
    nodes: [node('Gemm', ['X', 'w1', 'b1'], ['h']), node('Relu', ['h'], ['r']), node('MatMul', ['r', 'w2'], ['Y'])],
  });
  const f = (row: readonly number[]): number[] => {
    const h = Array.from({ length: hidden }, (_, k) =>
      Math.max(0, 0.25 + row.reduce((sum, x, j) => sum + x * w1[j * hidden + k]!, 0)),
    );
    return [h.reduce((sum, x, k) => sum + x * w2[k]!, 0)];
  };
  return { bytes, f };
}

const table = (of: readonly number[][]): Table =>
  Table.fromColumns(Object.fromEntries(of[0]!.map((_, j) => [`x${j}`, Float64Array.from(of, (row) => row[j]!)])));

const wide = (features: number, rows = 1): Table =>
  Table.fromColumns(Object.fromEntries(Array.from({ length: features }, (_, j) => [`x${j}`, new Float64Array(rows)])));

describe('which method, which space', () => {
  it('auto takes covers without a background, the background when there is one', async () => {
    const bytes = toOnnx([deep], { features: 2, scores: 1 });
    const byCovers = await ask(bytes);
    assert.deepEqual(
      [byCovers.meta.method, byCovers.meta.covers, byCovers.meta.backgroundRowsUsed],
      ['tree-path-dependent', 'model', 0],
    );
    const byBackground = await ask(bytes, { background });
    assert.deepEqual([byBackground.meta.method, byBackground.meta.backgroundRowsUsed], ['tree-interventional', 2]);
  });

  it('explains the margin before a link and says so', async () => {
    const of = await ask(logistic);
    assert.equal(of.meta.space, 'margin');
    assert.match(of.meta.notes.join(' '), /margin, before logistic-pair/);
    assert.deepEqual(of.outputs, ['yes']);
    assert.deepEqual(of.values.shape, [3, 2]);
    const no = await ask(logistic, { output: 0 });
    assert.deepEqual(no.outputs, ['no']);
    assert.deepEqual(
      [...no.values.data],
      Array.from(of.values.data, (value) => -value),
    );
  });

  it('explains probabilities by enumeration, both of two classes', async () => {
    const of = await ask(logistic, { background, space: 'output' });
    assert.deepEqual([of.meta.method, of.meta.space, of.meta.engine], ['exact', 'output', 'float64']);
    assert.deepEqual(of.values.shape, [3, 2, 2]);
    assert.ok(Array.isArray(of.base) && Math.abs(of.base[0] + of.base[1] - 1) < 1e-15);
    const yes = await ask(logistic, { background, space: 'output', output: 1 });
    assert.deepEqual(
      [...yes.values.data],
      Array.from(of.values.data).filter((_, i) => i % 2 === 1),
    );
  });

  it('takes complements through exactly: 1 − s and s', async () => {
    const forest = toOnnx([{ ...stump, yes: { leaf: [0.25], cover: 4 }, no: { leaf: [0.75], cover: 6 } }], {
      features: 2,
      scores: 1,
      labels: ['no', 'yes'],
      ids: [0],
    });
    const of = await ask(forest);
    assert.deepEqual([of.meta.space, of.outputs], ['output', ['no', 'yes']]);
    for (let i = 0; i < of.values.data.length; i += 2) assert.equal(of.values.data[i]! + of.values.data[i + 1]!, 0);
  });

  it('linear models in closed form', async () => {
    const present = Table.fromColumns({ a: Float64Array.of(0, 1), b: Float64Array.of(0, 1) });
    const of = await ask(linear('LinearRegressor'), { data: present, background });
    assert.equal(of.meta.method, 'linear');
    assert.equal(of.base, 2 * 0.5 - 3 * 0.5 + 0.5);
    assert.deepEqual([...of.values.data], [-1, 1.5, 1, -1.5]);
    const margin = await ask(linear('LinearClassifier', 'LOGISTIC'), { data: present, background });
    assert.deepEqual([margin.meta.space, ...margin.values.data], ['margin', -1, 1.5, 1, -1.5]);
    const output = await ask(linear('LinearClassifier', 'LOGISTIC'), {
      data: present,
      background,
      space: 'output',
      output: 1,
    });
    assert.equal(output.meta.method, 'exact');
  });

  it('a network of 10 features by enumeration through the runtime', async () => {
    const { bytes, f } = network(10);
    const rows = Array.from({ length: 2 }, (_, r) =>
      Array.from({ length: 10 }, (_, j) => (((r + 2) * (j + 3)) % 7) / 2),
    );
    const others = Array.from({ length: 3 }, (_, r) =>
      Array.from({ length: 10 }, (_, j) => (((r + 5) * (j + 1)) % 5) / 2),
    );
    const of = await ask(bytes, { data: table(rows), background: table(others) });
    assert.deepEqual(
      [of.meta.method, of.meta.engine, of.meta.evaluations],
      ['exact', 'onnxruntime', 3 + 2 * (1022 * 3 + 1)],
    );
    rows.forEach((row, r) =>
      interventionalReference(f, 10, row, others).forEach(([value], j) =>
        assert.ok(Math.abs(of.values.data[r * 10 + j]! - value!) < 1e-5),
      ),
    );
  });

  it('16 features by enumeration as trees are explained, interactions too', async () => {
    const row = (seed: number): number[] => Array.from({ length: 16 }, (_, j) => ((seed * (j + 3)) % 7) / 3);
    const chain = (feature: number): Nested =>
      feature === 16
        ? { leaf: [7], cover: 1 }
        : {
            ...stump,
            feature,
            threshold: 0.3,
            yes: { leaf: [feature], cover: 1 },
            no: chain(feature + 1),
            cover: 17 - feature,
          };
    const question = { data: table([row(5)]), background: table([row(2), row(4)]), interactions: true };
    const bytes = toOnnx([chain(0), stump, deep], { features: 16, scores: 1 });
    const [of, trees] = [await ask(bytes, { ...question, method: 'exact' }), await ask(bytes, question)];
    assert.deepEqual(
      [of.meta.method, trees.meta.method, of.meta.evaluations],
      ['exact', 'tree-interventional', 2 + 65534 * 2 + 1],
    );
    of.values.data.forEach((value, i) => assert.ok(Math.abs(value - trees.values.data[i]!) < 1e-12));
    of.interactions!.data.forEach((value, i) => assert.ok(Math.abs(value - trees.interactions!.data[i]!) < 1e-12));
  });

  it('derives covers from a background only when asked for path-dependent', async () => {
    const bare = toOnnx([deep], { features: 2, scores: 1, covers: false });
    const both = Table.fromColumns({ a: Float64Array.of(0, 1, 0, 1), b: Float64Array.of(0, 0, 1, 1) });
    const of = await ask(bare, { background: both, method: 'tree-path-dependent' });
    assert.deepEqual(
      [of.meta.covers, of.meta.backgroundRowsUsed, of.base],
      ['background', 4, (-1 + 2 + 0.5 + 0.5) / 4],
    );
    await assert.rejects(ask(bare), { code: 'COVERS_MISSING' });
    const never = Table.fromColumns({ a: Float64Array.of(0), b: Float64Array.of(1) });
    await assert.rejects(ask(bare, { background: never, method: 'tree-path-dependent' }), { code: 'COVERS_MISSING' });
  });
});

describe('what is refused, and how', () => {
  const cases: readonly [string, string, () => Promise<unknown>][] = [
    [
      'path-dependent probabilities',
      'SHAP_INEXACT',
      () => ask(logistic, { method: 'tree-path-dependent', space: 'output' }),
    ],
    ['probabilities without a background', 'BACKGROUND_MISSING', () => ask(logistic, { space: 'output' })],
    [
      'interventional without a background',
      'BACKGROUND_MISSING',
      () => ask(logistic, { method: 'tree-interventional' }),
    ],
    [
      'an empty background',
      'BACKGROUND_MISSING',
      () => ask(logistic, { background: Table.fromColumns({ a: new Float64Array(0), b: new Float64Array(0) }) }),
    ],
    ['a linear method for trees', 'SHAP_INEXACT', () => ask(logistic, { method: 'linear', background })],
    [
      'a tree method for a network',
      'SHAP_INEXACT',
      () => ask(network(2).bytes, { method: 'tree-interventional', background }),
    ],
    [
      'the margin of the least of two trees',
      'SHAP_INEXACT',
      () => ask(toOnnx([deep, deep], { features: 2, scores: 1, aggregate: 'MIN' }), { space: 'margin', background }),
    ],
    [
      'a network of 17 features, exactly',
      'SHAP_INEXACT',
      () => ask(network(17).bytes, { method: 'exact', data: wide(17), background: wide(17) }),
    ],
    ['a missing value in a linear model', 'VALUE_MISSING', () => ask(linear('LinearRegressor'), { background })],
    ['a missing value in a network', 'VALUE_MISSING', () => ask(network(2).bytes, { background })],
    ['an output that is not there', 'INPUT_INVALID', () => ask(logistic, { output: 2 })],
    [
      'too few columns',
      'COLUMNS_MISMATCH',
      () => ask(logistic, { data: Table.fromColumns({ a: Float64Array.of(1) }) }),
    ],
    [
      'text where a number belongs',
      'COLUMN_UNFIT',
      () => ask(logistic, { data: Table.fromColumns({ a: ['x'], b: Float64Array.of(1) }) }),
    ],
    [
      'more evaluations than the limit',
      'DATA_TOO_LARGE',
      () => ask(network(12).bytes, { method: 'exact', data: wide(12, 2000), background: wide(12, 100) }),
    ],
  ];
  for (const [what, code, run] of cases) it(`${what}: ${code}`, () => assert.rejects(run(), { code }));
});

describe('whole numbers', () => {
  const bytes = buildModel({
    name: 'whole',
    inputs: [valueInfo('id', INT64, ['rows', 1]), valueInfo('z', FLOAT32, ['rows', 1])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
    initializers: [{ name: 'o', dims: [1], dataType: INT64, int64s: [2 ** 24] }],
    nodes: [
      node('Sub', ['id', 'o'], ['d']),
      node('Cast', ['d'], ['f'], { to: { i: FLOAT32 } }),
      node('Add', ['f', 'z'], ['s']),
      node('Relu', ['s'], ['Y']),
    ],
  });
  const rows = (id: number): Table => Table.fromColumns({ id: Float64Array.of(id), z: Float64Array.of(0) });

  it('past 2²⁴ reach an int64 input as they are', async () => {
    const of = await ask(bytes, { data: rows(2 ** 24 + 1), background: rows(2 ** 24) });
    assert.deepEqual([...of.values.data], [1, 0]);
  });

  it('fractions are refused there', async () => {
    await assert.rejects(ask(bytes, { data: rows(1.5), background: rows(2) }), { code: 'COLUMN_UNFIT' });
  });
});

describe('checks that can fail', () => {
  it('additivity: a value off by 1e-6 is an error, one off by rounding is not', async () => {
    const of = await ask(toOnnx([deep], { features: 2, scores: 1 }));
    const outputs = Float64Array.from(
      { length: 3 },
      (_, row) => (of.base as number) + of.values.data[2 * row]! + of.values.data[2 * row + 1]!,
    );
    const base = Float64Array.of(of.base as number);
    assert.ok(checkAdditivity(of.values.data, base, outputs, 2) < 1e-15);
    for (const spoil of [1e-6, -1, NaN]) {
      const spoilt = of.values.data.map((value, i) => (i === 3 ? value + spoil : value));
      assert.throws(() => checkAdditivity(spoilt, base, outputs, 2), {
        code: 'ADDITIVITY_VIOLATED',
        where: '/data/rows/1',
      });
    }
    assert.throws(
      () =>
        checkAdditivity(
          of.values.data,
          base,
          outputs.map((value) => value + 1e-5),
          2,
        ),
      { code: 'ADDITIVITY_VIOLATED' },
    );
  });

  it('the runtime: outputs of another reading of the file are an error', () => {
    const known = recognise(readModel(toOnnx([deep], { features: 2, scores: 1 })));
    assert.ok(known.kind !== 'other');
    const x = Float64Array.of(0, 0, 1, 1);
    assert.equal(checkRuntime(known, x, Float64Array.of(0.5, NaN), Float64Array.of(0.5, NaN)), 0);
    assert.throws(() => checkRuntime(known, x, Float64Array.of(0.5), Float64Array.of(0.5001)), {
      code: 'MODEL_DISAGREES',
    });
    assert.throws(() => checkRuntime(known, x, Float64Array.of(0.5), Float64Array.of(NaN)), {
      code: 'MODEL_DISAGREES',
    });
    assert.throws(() => checkRuntime(known, x, Float64Array.of(0.5, 1), Float64Array.of(0.5)), {
      code: 'MODEL_DISAGREES',
    });
  });

  it('stops when progress throws', async () => {
    const stop = new Error('stop');
    const model = readModel(toOnnx([deep, deep], { features: 2, scores: 1 }));
    await assert.rejects(
      explain(onnxruntime, { model, data, method: 'auto' }, () => {
        throw stop;
      }),
      stop,
    );
  });
});

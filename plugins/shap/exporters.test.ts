import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { buildModel, doubleTensor, FLOAT32, FLOAT64, floatTensor, INT64, node, valueInfo } from '#common/onnx/build.ts';
import type { TableData } from '#common/data.ts';
import { readModel } from '#common/onnx/model.ts';
import type { TensorProto } from '#common/onnx/schema.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import { interventionalReference } from './reference.fixture.ts';

/** Graphs as PyTorch, Keras and scikit-learn's converters write them, with what is odd about each. */
const ML = 'ai.onnx.ml';
const FLOAT16 = 10;
const FEATURES = 4;
const WEIGHTS = [0.5, -1, 0.25, 2];
const rows = [
  [1, 2, 0.5, -1],
  [0, -0.5, 1, 0.25],
];
const others = [
  [0, 0, 1, 1],
  [2, -1, 0.5, 0],
  [1, 1, 1, -2],
];
const table = (of: readonly number[][]): Table =>
  Table.fromColumns(Object.fromEntries(of[0]!.map((_, j) => [`x${j}`, Float64Array.from(of, (row) => row[j]!)])));
const ask = (bytes: Uint8Array, question: Partial<Question> = {}): Promise<Explanation> =>
  explain(
    onnxruntime,
    { method: 'auto', data: table(rows), background: table(others), ...question, model: readModel(bytes) },
    () => {},
  );
const score = (row: readonly number[]): number => row.reduce((sum, x, j) => sum + x * WEIGHTS[j]!, 0);
const sigmoid = (s: number): number => 1 / (1 + Math.exp(-s));

function near(of: Explanation, f: (row: readonly number[]) => readonly number[], limit: number): void {
  const outputs = of.outputs.length;
  rows.forEach((row, r) =>
    interventionalReference(f, FEATURES, row, others).forEach((values, j) =>
      values.forEach((value, k) =>
        assert.ok(Math.abs(of.values.data[(r * FEATURES + j) * outputs + k]! - value) < limit, `${r} ${j} ${k}`),
      ),
    ),
  );
}

const ints = (name: string, ...int64s: readonly number[]): TensorProto => ({
  name,
  dims: [int64s.length],
  dataType: INT64,
  int64s,
});
/** 1 is 0x3c00; the weights here fit. */
const halves = (name: string, dims: readonly number[], bits: readonly number[]): TensorProto => ({
  name,
  dims,
  dataType: FLOAT16,
  int32s: bits,
});
const HALF_WEIGHTS = [0x3800, 0xbc00, 0x3400, 0x4000];

describe('networks of 16 bits', () => {
  const weights = halves('w', [FEATURES, 1], HALF_WEIGHTS);
  const relu = (row: readonly number[]): number[] => [Math.max(0, score(row))];

  it('weights only', async () => {
    const bytes = buildModel({
      name: 'half',
      inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
      outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
      initializers: [weights],
      nodes: [
        node('Cast', ['X'], ['X16'], { to: { i: FLOAT16 } }),
        node('MatMul', ['X16', 'w'], ['s']),
        node('Relu', ['s'], ['r']),
        node('Cast', ['r'], ['Y'], { to: { i: FLOAT32 } }),
      ],
    });
    near(await ask(bytes), relu, 1e-2);
  });

  it('inputs and outputs, too', async () => {
    const bytes = buildModel({
      name: 'half',
      inputs: [valueInfo('X', FLOAT16, ['N', FEATURES])],
      outputs: [valueInfo('Y', FLOAT16, ['N', 1])],
      initializers: [weights],
      nodes: [node('MatMul', ['X', 'w'], ['s']), node('Relu', ['s'], ['Y'])],
    });
    const of = await ask(bytes);
    near(of, relu, 1e-2);
    assert.deepEqual(of.outputs, ['Y']);
  });

  it('a linear one is asked, not read: it rounds as 16 bits do', async () => {
    const bytes = buildModel({
      name: 'half',
      inputs: [valueInfo('X', FLOAT16, ['N', FEATURES])],
      outputs: [valueInfo('Y', FLOAT16, ['N', 1])],
      initializers: [weights],
      nodes: [node('MatMul', ['X', 'w'], ['Y'])],
    });
    assert.equal((await ask(bytes)).meta.engine, 'onnxruntime');
  });
});

describe('inputs and files of other forms', () => {
  const linear = [node('Flatten', ['X'], ['flat']), node('MatMul', ['flat', 'w'], ['s']), node('Relu', ['s'], ['Y'])];
  const weights = floatTensor('w', [FEATURES, 1], WEIGHTS);
  const build = (dims: readonly (number | string)[], initializers = [weights]): Uint8Array =>
    buildModel({
      name: 'forms',
      inputs: [valueInfo('X', FLOAT32, dims)],
      outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
      initializers,
      nodes: linear,
    });

  it('an input of three axes is filled in order', async () => {
    near(await ask(build(['N', 2, 2])), (row) => [Math.max(0, score(row))], 1e-6);
    near(await ask(build(['N', 'steps', 2])), (row) => [Math.max(0, score(row))], 1e-6);
  });

  it('an input without an axis for rows is asked row by row', async () => {
    const vector = (length: number): Uint8Array =>
      buildModel({
        name: 'vector',
        inputs: [valueInfo('X', FLOAT32, [length])],
        outputs: [valueInfo('Y', FLOAT32, [1])],
        initializers: [
          floatTensor(
            'w',
            [length, 1],
            Float32Array.from({ length }, (_, j) => WEIGHTS[j] ?? 0),
          ),
        ],
        nodes: [node('MatMul', ['X', 'w'], ['s']), node('Relu', ['s'], ['Y'])],
      });
    near(await ask(vector(FEATURES)), (row) => [Math.max(0, score(row))], 1e-6);
    await assert.rejects(ask(vector(FEATURES + 1)), { code: 'COLUMNS_MISMATCH', where: 'X' });
  });

  it('a model that puts out a label alone is refused with what to do', async () => {
    const bytes = buildModel({
      name: 'label',
      inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
      outputs: [valueInfo('L', INT64, ['N', 1])],
      initializers: [weights],
      nodes: [node('MatMul', ['X', 'w'], ['s']), node('Cast', ['s'], ['L'], { to: { i: INT64 } })],
    });
    await assert.rejects(ask(bytes), { code: 'MODEL_UNSUPPORTED', message: /only L \(int64\): export it with/ });
  });

  it('whole numbers of every size', async () => {
    const types = {
      2: 'uint8',
      3: 'int8',
      4: 'uint16',
      5: 'int16',
      6: 'int32',
      7: 'int64',
      12: 'uint32',
      13: 'uint64',
    };
    for (const [type, name] of Object.entries(types)) {
      const bytes = buildModel({
        name,
        inputs: [valueInfo('X', Number(type), ['N', 2])],
        outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
        initializers: [floatTensor('w', [2, 1], [2, 3])],
        nodes: [
          node('Cast', ['X'], ['f'], { to: { i: FLOAT32 } }),
          node('MatMul', ['f', 'w'], ['s']),
          node('Relu', ['s'], ['Y']),
        ],
      });
      const of = await ask(bytes, { data: table([[100, 3]]), background: table([[1, 2]]) });
      assert.deepEqual([...of.values.data], [198, 3], name);
    }
  });

  it('columns that don’t fill it are refused', async () => {
    await assert.rejects(ask(build(['N', 'steps', 3])), { code: 'COLUMNS_MISMATCH', where: 'X' });
    await assert.rejects(ask(build(['N', 3, 3])), { code: 'COLUMNS_MISMATCH' });
  });

  it('a model in two files is refused with what to do', async () => {
    const part: TensorProto = {
      name: 'w',
      dims: [FEATURES, 1],
      dataType: FLOAT32,
      external: [{ key: 'location', value: 'model.onnx.data' }],
    };
    await assert.rejects(ask(build(['N', FEATURES], [part])), {
      code: 'MODEL_UNSUPPORTED',
      message: /“w” in model\.onnx\.data\. Save it as one file/,
    });
  });

  it('float64 graphs that the runtime would rewrite into what it has for float32 only', async () => {
    const bytes = buildModel({
      name: 'silu',
      inputs: [valueInfo('X', FLOAT64, ['N', FEATURES])],
      outputs: [valueInfo('Y', FLOAT64, ['N', 1])],
      initializers: [doubleTensor('w', [FEATURES, 1], WEIGHTS)],
      nodes: [node('MatMul', ['X', 'w'], ['s']), node('Sigmoid', ['s'], ['g']), node('Mul', ['s', 'g'], ['Y'])],
    });
    near(await ask(bytes), (row) => [score(row) * sigmoid(score(row))], 1e-12);
  });
});

describe('classifiers that put out a label beside their numbers', () => {
  const labelled = [
    node('ArgMax', ['P'], ['at'], { axis: { i: 1 } }),
    node('ArrayFeatureExtractor', ['classes', 'at'], ['label0'], {}, ML),
    node('Reshape', ['label0', 'flat'], ['L']),
  ];
  const outputs = [valueInfo('L', INT64, ['N']), { name: 'Z', type: { sequence: {} } }];

  it('a network: p beside 1 − p, named by its ZipMap, explained before the Sigmoid', async () => {
    const bytes = buildModel({
      name: 'mlp',
      inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
      outputs,
      initializers: [
        floatTensor('w', [FEATURES, 1], WEIGHTS),
        floatTensor('one', [], [1]),
        ints('classes', 0, 1),
        ints('flat', -1),
      ],
      nodes: [
        node('MatMul', ['X', 'w'], ['s']),
        node('Tanh', ['s'], ['t']),
        node('Sigmoid', ['t'], ['p']),
        node('Sub', ['one', 'p'], ['q']),
        node('Concat', ['q', 'p'], ['P'], { axis: { i: 1 } }),
        ...labelled,
        node('ZipMap', ['P'], ['Z'], { classlabels_strings: ['no', 'yes'] }, ML),
      ],
    });
    const p = (row: readonly number[]): number => sigmoid(Math.tanh(score(row)));
    const output = await ask(bytes);
    assert.deepEqual(output.outputs, ['no', 'yes']);
    near(output, (row) => [1 - p(row), p(row)], 1e-6);
    const margin = await ask(bytes, { space: 'margin' });
    assert.deepEqual([margin.outputs, margin.meta.link], [['yes'], 'logistic-pair']);
    near(margin, (row) => [Math.tanh(score(row))], 1e-6);
  });

  it('a logistic regression of float64, spelled out, is linear', async () => {
    const both = WEIGHTS.flatMap((weight) => [-weight, weight]);
    const bytes = buildModel({
      name: 'logistic',
      inputs: [valueInfo('X', FLOAT64, ['N', FEATURES])],
      outputs: [valueInfo('L', INT64, ['N']), valueInfo('P', FLOAT64, ['N', 2])],
      initializers: [
        doubleTensor('w', [FEATURES, 2], both),
        doubleTensor('b', [1, 2], [-0.5, 0.5]),
        ints('classes', 0, 1),
        ints('flat', -1),
        ints('axis', 1),
      ],
      nodes: [
        node('MatMul', ['X', 'w'], ['m']),
        node('Add', ['m', 'b'], ['raw']),
        node('ArgMax', ['raw'], ['at'], { axis: { i: 1 } }),
        ...labelled.slice(1),
        node('Sigmoid', ['raw'], ['g']),
        node('Abs', ['g'], ['size']),
        node('ReduceSum', ['size', 'axis'], ['sum'], { keepdims: { i: 1 } }),
        node('Div', ['g', 'sum'], ['P']),
      ],
    });
    const of = await ask(bytes);
    assert.deepEqual([of.meta.method, of.meta.space], ['linear', 'margin']);
    near(of, (row) => [-0.5 - score(row), 0.5 + score(row)], 1e-12);
    near(
      await ask(bytes, { space: 'output' }),
      (row) => [sigmoid(-0.5 - score(row)), sigmoid(0.5 + score(row))],
      1e-12,
    );
  });

  it('a linear classifier of which one column is put out', async () => {
    const bytes = buildModel({
      name: 'svc',
      inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
      outputs: [valueInfo('L', INT64, ['N']), valueInfo('P', FLOAT32, ['N', 1])],
      initializers: [ints('one', 1)],
      nodes: [
        node(
          'LinearClassifier',
          ['X'],
          ['L', 'raw'],
          {
            coefficients: Float32Array.from([...WEIGHTS.map((w) => -w), ...WEIGHTS]),
            intercepts: Float32Array.of(-0.5, 0.5),
            classlabels_ints: [0, 1],
            post_transform: 'NONE',
          },
          ML,
        ),
        node('ArrayFeatureExtractor', ['raw', 'one'], ['P'], {}, ML),
      ],
    });
    const of = await ask(bytes);
    assert.equal(of.meta.method, 'linear');
    near(of, (row) => [0.5 + score(row)], 1e-6);
  });
});

describe('no rows', () => {
  const bytes = buildModel({
    name: 'relu',
    inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
    outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
    initializers: [floatTensor('w', [FEATURES, 1], WEIGHTS)],
    nodes: [node('MatMul', ['X', 'w'], ['s']), node('Relu', ['s'], ['Y'])],
  });
  const none: TableData = { $: 'table', rows: 0, columns: [] };

  it('an empty list has the columns of the background', async () => {
    const named = Table.fromColumns({ a: [0, 1], b: [1, 0], c: [2, 1], d: [0, 0] });
    const of = await ask(bytes, { data: none, background: named });
    assert.deepEqual([of.names, of.values.shape, of.data.columns.length], [['a', 'b', 'c', 'd'], [0, 4], 4]);
  });

  it('or as many as the model takes', async () => {
    const linear = readModel(bytes).proto.graph!.node!.slice(0, 1);
    const straight = buildModel({
      name: 'linear',
      inputs: [valueInfo('X', FLOAT32, ['N', FEATURES])],
      outputs: [valueInfo('s', FLOAT32, ['N', 1])],
      initializers: [floatTensor('w', [FEATURES, 1], WEIGHTS)],
      nodes: linear,
    });
    await assert.rejects(ask(straight, { data: none, background: none }), { code: 'BACKGROUND_MISSING' });
  });
});

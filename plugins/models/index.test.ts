import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { buildModel, FLOAT32, node, STRING, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { describe as describeModel } from './lib/describe.ts';
import { predict } from './lib/predict.ts';
import { train } from './lib/train.ts';

const table = Table.fromColumns({
  hours: Float64Array.from({ length: 60 }, (_, i) => i % 10),
  room: Array.from({ length: 60 }, (_, i) => ['a', 'b', 'c'][i % 3]!),
  passed: Array.from({ length: 60 }, (_, i) => (i % 10) + (i % 3) > 5),
});
const { bytes } = train(
  table,
  {
    target: 'passed',
    task: 'auto',
    trees: 30,
    learningRate: 0.3,
    maxDepth: 3,
    maxLeaves: 8,
    minLeaf: 3,
    l2: 1,
    subsample: 1,
    featureSample: 1,
    bins: 255,
    patience: null,
    validation: 0.2,
    holdout: 0,
  },
  '0.0.0',
  seededRandom(1, ''),
  () => {},
);
const model = readModel(bytes);
const run = (data: Table, engine: 'onnxruntime' | 'float64' = 'onnxruntime', output?: string) =>
  predict(onnxruntime, model, data, output, engine, () => {});

describe('models.predict', () => {
  it('matches columns by name, in any order, extra ones aside', async () => {
    const shuffled = Table.fromColumns({
      other: new Float64Array(60),
      room: table.column('room') as string[],
      hours: table.column('hours') as Float64Array,
    });
    assert.deepEqual((await run(shuffled)).values.data, (await run(table)).values.data);
  });

  it('labels, classes and both engines', async () => {
    const [runtime, own] = [await run(table), await run(table, 'float64')];
    assert.deepEqual(runtime.outputs, ['false', 'true']);
    assert.deepEqual(runtime.values.shape, [60, 2]);
    assert.deepEqual(runtime.labels, own.labels);
    assert.equal(runtime.labels?.[9], 'true');
    runtime.values.data.forEach((value, i) => assert.ok(Math.abs(value - own.values.data[i]!) < 1e-6));
  });

  it('a text never seen is a missing value', async () => {
    const odd = await run(Table.fromColumns({ hours: Float64Array.of(5, 5), room: ['never seen', null] }));
    assert.equal(odd.values.data[0], odd.values.data[2]);
  });

  it('no rows give no predictions', async () => {
    assert.deepEqual((await run(Table.fromColumns({ hours: new Float64Array(0), room: [] }))).values.shape, [0, 2]);
  });

  it('refuses what it can’t feed or find', async () => {
    await assert.rejects(run(Table.fromColumns({ hours: Float64Array.of(1) })), { code: 'COLUMNS_MISMATCH' });
    await assert.rejects(run(Table.fromColumns({ hours: ['x'], room: ['a'] })), { code: 'COLUMN_UNFIT' });
    await assert.rejects(run(Table.fromColumns({ hours: Float64Array.of(1), room: Float64Array.of(1) })), {
      code: 'COLUMN_UNFIT',
    });
    await assert.rejects(run(table, 'onnxruntime', 'nothing'), { code: 'INPUT_INVALID' });
    await assert.rejects(run(table, 'onnxruntime', 'label'), { code: 'INPUT_INVALID' });
  });

  it('says what the runtime says of a model that it can’t load', async () => {
    const odd = buildModel({
      name: 'o',
      inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      nodes: [node('NoSuchOperator', ['X'], ['Y'])],
    });
    const call = predict(
      onnxruntime,
      readModel(odd),
      Table.fromColumns({ x: Float64Array.of(1) }),
      undefined,
      'onnxruntime',
      () => {},
    );
    await assert.rejects(call, { code: 'MODEL_FAILED', message: /NoSuchOperator/ });
  });

  it('feeds one input a column, text among them', async () => {
    const two = buildModel({
      name: 't',
      inputs: [valueInfo('size', FLOAT32, ['rows', 1]), valueInfo('kind', STRING, ['rows', 1])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 2])],
      nodes: [
        node(
          'LabelEncoder',
          ['kind'],
          ['code'],
          { keys_strings: ['a', 'b'], values_floats: Float32Array.of(10, 20) },
          'ai.onnx.ml',
        ),
        node('Concat', ['size', 'code'], ['Y'], { axis: { i: 1 } }),
      ],
    });
    const { values } = await predict(
      onnxruntime,
      readModel(two),
      Table.fromColumns({ kind: ['b', 'a'], size: Float64Array.of(1, 2) }),
      undefined,
      'onnxruntime',
      () => {},
    );
    assert.deepEqual([...values.data], [1, 20, 2, 10]);
  });
});

describe('models.describe', () => {
  it('a model that Assay trained says everything about itself', () => {
    const of = describeModel(model);
    assert.equal(of.kind, 'trees');
    assert.equal(of.trees?.count, 30);
    assert.ok(of.trees.covers && of.trees.depth <= 3);
    assert.deepEqual(
      of.features?.map(({ name, type }) => [name, type]),
      [
        ['hours', 'number'],
        ['room', 'category'],
      ],
    );
    assert.deepEqual([of.target, of.link, of.width], ['passed', 'logistic-pair', 2]);
    assert.deepEqual(of.operators, { TreeEnsembleClassifier: 1 });
    assert.equal(of.producer, 'Assay 0.0.0');
  });
});

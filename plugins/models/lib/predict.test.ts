import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { buildModel, FLOAT32, floatTensor, INT64, node, STRING, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { describe as describeModel } from './describe.ts';
import { predict, type Predictions } from './predict.ts';

const ML = 'ai.onnx.ml';
const run = (
  bytes: Uint8Array,
  table: Table,
  engine: 'onnxruntime' | 'float64' = 'onnxruntime',
): Promise<Predictions> => predict(onnxruntime, readModel(bytes), table, undefined, engine, () => {});

describe('classes of a network', () => {
  const bytes = (labels: readonly string[]): Uint8Array =>
    buildModel({
      name: 'network',
      inputs: [valueInfo('X', FLOAT32, ['N', 2])],
      outputs: [{ name: 'Z', type: { sequence: {} } }],
      initializers: [floatTensor('w', [2, 3], [1, 0, -1, 0, 1, 1])],
      nodes: [
        node('MatMul', ['X', 'w'], ['s']),
        node('Tanh', ['s'], ['t']),
        node('Softmax', ['t'], ['P'], { axis: { i: 1 } }),
        node('ZipMap', ['P'], ['Z'], { classlabels_strings: [...labels] }, ML),
      ],
    });
  const table = Table.fromColumns({ a: Float64Array.of(2, -2, 0), b: Float64Array.of(0, 0, 3) });

  it('are called what its ZipMap calls them', async () => {
    const of = await run(bytes(['u', 'v', 'w']), table);
    assert.deepEqual(
      [of.outputs, of.labels, of.values.shape],
      [
        ['u', 'v', 'w'],
        ['u', 'w', 'v'],
        [3, 3],
      ],
    );
  });

  it('are numbered where names don’t fit', async () => {
    const of = await run(bytes(['u', 'v']), table);
    assert.deepEqual([of.outputs, of.labels], [['P[0]', 'P[1]', 'P[2]'], null]);
  });

  it('say what can’t be read', () => {
    assert.equal(describeModel(readModel(bytes([]))).reason, 'it is no tree ensemble and no linear model');
  });
});

describe('text behind an encoder', () => {
  const bytes = buildModel({
    name: 'encoder',
    inputs: [valueInfo('city', STRING, ['N', 1])],
    outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
    initializers: [{ name: 'form', dims: [2], dataType: INT64, int64s: [-1, 2] }],
    nodes: [
      node('OneHotEncoder', ['city'], ['hot'], { cats_strings: ['Cork', 'Aix'] }, ML),
      node('Reshape', ['hot', 'form'], ['Z']),
      node(
        'LinearRegressor',
        ['Z'],
        ['Y'],
        { coefficients: Float32Array.of(2, 4), intercepts: Float32Array.of(1), targets: { i: 1 } },
        ML,
      ),
    ],
  });

  it('is predicted alike by both engines, unknown texts too', async () => {
    const table = Table.fromColumns({ city: ['Aix', 'Zug', 'Cork', 'Bern'] });
    const [runtime, own] = [await run(bytes, table), await run(bytes, table, 'float64')];
    assert.deepEqual([...runtime.values.data], [5, 1, 3, 1]);
    assert.deepEqual(own.values.data, runtime.values.data);
  });
});

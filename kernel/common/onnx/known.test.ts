import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { type AttributeValue, buildModel, FLOAT32, floatTensor, INT64, node, valueInfo } from './build.ts';
import { type Known, outputsOf, recognise } from './known.ts';
import { readModel } from './model.ts';
import type { TensorProto } from './schema.ts';
import { openSession } from './session.ts';

const ML = 'ai.onnx.ml';
const X = Float64Array.of(-1, 0, 0.5, 1, 2, NaN);

/** Two stumps at 0.5, each with a weight per class listed. */
const stumps = (mode: string, missing: number): Record<string, AttributeValue> => ({
  nodes_treeids: [0, 0, 0, 1, 1, 1],
  nodes_nodeids: [0, 1, 2, 0, 1, 2],
  nodes_featureids: [0, 0, 0, 0, 0, 0],
  nodes_values: Float32Array.of(0.5, 0, 0, 0.5, 0, 0),
  nodes_modes: [mode, 'LEAF', 'LEAF', mode, 'LEAF', 'LEAF'],
  nodes_truenodeids: [1, 0, 0, 1, 0, 0],
  nodes_falsenodeids: [2, 0, 0, 2, 0, 0],
  nodes_missing_value_tracks_true: [missing, 0, 0, missing, 0, 0],
});

function weights(prefix: string, ids: readonly number[], sign: number): Record<string, AttributeValue> {
  const every = [0, 1].flatMap((tree) => [1, 2].flatMap((leaf) => ids.map((id) => ({ tree, leaf, id }))));
  return {
    [`${prefix}_treeids`]: every.map(({ tree }) => tree),
    [`${prefix}_nodeids`]: every.map(({ leaf }) => leaf),
    [`${prefix}_ids`]: every.map(({ id }) => id),
    [`${prefix}_weights`]: Float32Array.from(
      every,
      ({ tree, leaf, id }) => (tree + leaf * 0.7 + id * 0.3) * (leaf === 2 ? sign : 1) * 0.25,
    ),
  };
}

const u8 = (values: readonly number[]): TensorProto => ({
  dims: [values.length],
  dataType: 2,
  raw: Uint8Array.from(values),
});

const regressor = (attributes: Record<string, AttributeValue>, op = 'TreeEnsembleRegressor'): Uint8Array =>
  buildModel({
    name: 't',
    inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', 'targets'])],
    nodes: [node(op, ['X'], ['Y'], attributes, ML)],
  });

const classifier = (attributes: Record<string, AttributeValue>, op = 'TreeEnsembleClassifier'): Uint8Array =>
  buildModel({
    name: 't',
    inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
    outputs: [valueInfo('L', INT64, ['rows']), valueInfo('P', FLOAT32, ['rows', 'classes'])],
    nodes: [node(op, ['X'], ['L', 'P'], attributes, ML)],
  });

async function agrees(bytes: Uint8Array, says: string, x = X): Promise<Known> {
  const model = readModel(bytes);
  const known = recognise(model);
  assert.notEqual(known.kind, 'other', says);
  if (known.kind === 'other') throw new Error(says);
  const session = await openSession(onnxruntime, model);
  const { data } = await session.run([{ numbers: x, width: 1 }], x.length, known.output);
  await session.close();
  const own = outputsOf(known, x, x.length);
  assert.equal(own.length, data.length, says);
  own.forEach((value, i) =>
    assert.ok(
      Object.is(value, data[i]) || Math.abs(value - Number(data[i])) < 1e-6,
      `${says}: ${value} and ${data[i]} at ${i}`,
    ),
  );
  return known;
}

function covers(hitrates: readonly number[]): boolean {
  const known = recognise(
    readModel(
      regressor({
        ...stumps('BRANCH_LEQ', 0),
        ...weights('target', [0], 1),
        n_targets: { i: 1 },
        nodes_hitrates: Float32Array.from(hitrates),
      }),
    ),
  );
  return known.kind === 'trees' && known.ensemble.covers;
}

describe('models as onnxruntime evaluates them', () => {
  it('branch modes and missing values', async () => {
    for (const mode of ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'])
      for (const missing of [0, 1])
        await agrees(
          regressor({ ...stumps(`BRANCH_${mode}`, missing), ...weights('target', [0], 1), n_targets: { i: 1 } }),
          `${mode} ${missing}`,
        );
  });

  it('regressors: targets, links, base values, sum and average', async () => {
    for (const post of ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO'])
      for (const targets of [1, 2, 3])
        for (const base of [[], [0.25, -0.5, 0.125].slice(0, targets)])
          for (const aggregate of ['SUM', 'AVERAGE']) {
            const ids = Array.from({ length: targets }, (_, k) => k);
            const bases = base.length === 0 ? {} : { base_values: Float32Array.from(base) };
            const attributes = {
              ...stumps('BRANCH_LEQ', 0),
              ...weights('target', ids, -1),
              ...bases,
              n_targets: { i: targets },
            };
            await agrees(
              regressor({ ...attributes, post_transform: post, aggregate_function: aggregate }),
              `${post} ${targets} ${base} ${aggregate}`,
            );
          }
  });

  it('classifiers: which classes have weights, their signs, base values, links', async () => {
    for (const post of ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO'])
      for (const ids of [[0], [1], [0, 1], [0, 1, 2]])
        for (const sign of [1, -1])
          for (const base of ids.length === 3 ? [[], [0.25, 0.5, -1]] : [[], [0.25], [0.25, 0.5]]) {
            const labels = ids.length === 3 ? [0, 1, 2] : [0, 1];
            const bases = base.length === 0 ? {} : { base_values: Float32Array.from(base) };
            const attributes = {
              ...stumps('BRANCH_LEQ', 0),
              ...weights('class', ids, sign),
              ...bases,
              classlabels_int64s: labels,
            };
            await agrees(
              classifier({ ...attributes, post_transform: post }),
              `${post} ids ${ids} sign ${sign} base ${base}`,
            );
          }
  });

  it('TreeEnsemble 5: decisions, sets, shared leaves, average', async () => {
    for (const post of [0, 1, 2, 3])
      for (const aggregate of [0, 1])
        for (const targets of [1, 2]) {
          const attributes = {
            tree_roots: [0, 2],
            nodes_featureids: [0, 0, 0],
            nodes_splits: floatTensor('', [3], [0.5, 0, 1]),
            nodes_modes: u8([0, 6, 3]),
            nodes_truenodeids: [0, 1, 1],
            nodes_falsenodeids: [1, 2, 3],
            nodes_trueleafs: [1, 1, 1],
            nodes_falseleafs: [0, 1, 1],
            nodes_missing_value_tracks_true: [0, 0, 1],
            membership_values: floatTensor('', [3], [1, 2, NaN]),
            leaf_targetids: [0, targets - 1, 0, targets - 1],
            leaf_weights: floatTensor('', [4], [0.25, -1, 2, 0.5]),
            n_targets: { i: targets },
            post_transform: { i: post },
            aggregate_function: { i: aggregate },
          };
          const bytes = buildModel({
            name: 't',
            inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
            outputs: [valueInfo('Y', FLOAT32, ['rows', targets])],
            nodes: [node('TreeEnsemble', ['X'], ['Y'], attributes, ML)],
            opsets: { '': 21, [ML]: 5 },
          });
          await agrees(bytes, `post ${post}, aggregate ${aggregate}, targets ${targets}`);
        }
  });

  it('linear models', async () => {
    const x = Float64Array.of(-1, 0, 0.5, 2);
    for (const post of ['NONE', 'LOGISTIC', 'SOFTMAX'])
      for (const scores of [1, 2, 3]) {
        const numbers = {
          coefficients: Float32Array.of(0.5, -1, 2).subarray(0, scores),
          intercepts: Float32Array.of(0.25, 1, 0).subarray(0, scores),
          post_transform: post,
        };
        await agrees(
          regressor({ ...numbers, targets: { i: scores } }, 'LinearRegressor'),
          `regressor ${post} ${scores}`,
          x,
        );
        const labels = { classlabels_ints: scores === 3 ? [0, 1, 2] : [0, 1] };
        await agrees(classifier({ ...numbers, ...labels }, 'LinearClassifier'), `classifier ${post} ${scores}`, x);
      }
  });

  it('takes a ZipMap out and looks through Cast, Identity and Sigmoid', async () => {
    const attributes = {
      ...stumps('BRANCH_LEQ', 0),
      ...weights('class', [0], -1),
      base_values: Float32Array.of(0.1),
      classlabels_strings: ['no', 'yes'],
      post_transform: 'LOGISTIC',
    };
    const zipped = buildModel({
      name: 't',
      inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
      outputs: [valueInfo('label', 8, ['rows']), { name: 'maps', type: { sequence: {} } }],
      nodes: [
        node('Identity', ['X'], ['X1']),
        node('TreeEnsembleClassifier', ['X1'], ['label', 'scores'], attributes, ML),
        node('Cast', ['scores'], ['P'], { to: { i: 1 } }),
        node('ZipMap', ['P'], ['maps'], { classlabels_strings: ['no', 'yes'] }, ML),
      ],
    });
    assert.deepEqual((await agrees(zipped, 'ZipMap')).labels, ['no', 'yes']);
    const sigmoid = buildModel({
      name: 't',
      inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      nodes: [
        node(
          'TreeEnsembleRegressor',
          ['X'],
          ['s'],
          { ...stumps('BRANCH_LEQ', 0), ...weights('target', [0], -1), n_targets: { i: 1 } },
          ML,
        ),
        node('Sigmoid', ['s'], ['Y']),
      ],
    });
    assert.equal((await agrees(sigmoid, 'Sigmoid')).link.name, 'logistic');
  });

  it('a Normalizer changes nothing only where it makes shares of shares', () => {
    const normalised = (norm: string): ReturnType<typeof recognise> =>
      recognise(
        readModel(
          buildModel({
            name: 't',
            inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
            outputs: [valueInfo('L', INT64, ['rows']), valueInfo('P', FLOAT32, ['rows', 3])],
            nodes: [
              node(
                'LinearClassifier',
                ['X'],
                ['L', 'raw'],
                {
                  coefficients: Float32Array.of(1, 2, 3),
                  intercepts: Float32Array.of(0, 1, 2),
                  post_transform: 'SOFTMAX',
                  classlabels_ints: [0, 1, 2],
                },
                ML,
              ),
              node('Normalizer', ['raw'], ['P'], { norm }, ML),
            ],
          }),
        ),
      );
    assert.equal(normalised('L1').kind, 'linear');
    assert.deepEqual(normalised('MAX'), {
      kind: 'other',
      reason: 'the steps after LinearClassifier change its output',
      labels: ['0', '1', '2'],
    });
  });

  it('leaves what it can’t read to the runtime, and says why', () => {
    const minimum = readModel(
      regressor({
        ...stumps('BRANCH_LEQ', 0),
        ...weights('target', [0], 1),
        n_targets: { i: 1 },
        aggregate_function: 'MIN',
      }),
    );
    assert.deepEqual(recognise(minimum), {
      kind: 'other',
      reason: 'it takes the minimum or maximum of its trees, which is no sum',
      labels: null,
    });
  });

  it('knows counts of rows from the ones that exporters write', () => {
    assert.equal(covers([10, 4, 6, 10, 7, 3]), true);
    assert.equal(covers([1, 1, 1, 1, 1, 1]), false);
    assert.equal(covers([10, 4, 5, 10, 7, 3]), false);
    assert.equal(covers([0, 0, 0, 10, 7, 3]), false);
  });

  it('refuses damaged ensembles', () => {
    const whole = { ...stumps('BRANCH_LEQ', 0), ...weights('target', [0], 1), n_targets: { i: 1 } };
    const damaged = [
      { ...whole, nodes_truenodeids: [9, 0, 0, 1, 0, 0] },
      { ...whole, nodes_truenodeids: [0, 0, 0, 1, 0, 0] },
      { ...whole, nodes_featureids: [3, 0, 0, 0, 0, 0] },
      { ...whole, nodes_values: Float32Array.of(1) },
      { ...whole, target_nodeids: [1, 2, 1, 7] },
      { ...whole, target_ids: [0, 0, 0, 5] },
    ];
    for (const attributes of damaged)
      assert.throws(() => recognise(readModel(regressor(attributes))), { code: 'MODEL_INVALID' });
  });
});

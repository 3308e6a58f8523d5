import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import {
  type AttributeValue,
  buildModel,
  doubleTensor,
  FLOAT32,
  FLOAT64,
  floatTensor,
  INT64,
  node,
  valueInfo,
} from '#common/onnx/build.ts';
import { outputsOf, recognise } from '#common/onnx/known.ts';
import { readModel } from '#common/onnx/model.ts';
import type { NodeProto, TensorProto } from '#common/onnx/schema.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import { interventionalReference } from './reference.fixture.ts';

const ML = 'ai.onnx.ml';
const FEATURES = 4;

/** A tree that asks the features in turn, with leaves by number. */
function tree(
  seed: number,
  features: readonly number[],
  scores: number,
  prefix = 'target',
): Record<string, AttributeValue> {
  const [a, b, c] = features as [number, number, number];
  const leaves = [2, 3, 5, 6];
  const weight = (leaf: number, score: number): number => (((seed + 3) * (leaf + 1) * (score + 2)) % 13) / 8 + 0.125;
  return {
    nodes_treeids: [0, 0, 0, 0, 0, 0, 0],
    nodes_nodeids: [0, 1, 2, 3, 4, 5, 6],
    nodes_featureids: [a, b, 0, 0, c, 0, 0],
    nodes_values: Float32Array.of(0.5, 1.5, 0, 0, 1, 0, 0),
    nodes_modes: ['BRANCH_LEQ', 'BRANCH_LT', 'LEAF', 'LEAF', 'BRANCH_LEQ', 'LEAF', 'LEAF'],
    nodes_truenodeids: [1, 2, 0, 0, 5, 0, 0],
    nodes_falsenodeids: [4, 3, 0, 0, 6, 0, 0],
    nodes_hitrates: Float32Array.of(20, 12, 5, 7, 8, 2, 6),
    [`${prefix}_treeids`]: leaves.flatMap(() => Array.from({ length: scores }, () => 0)),
    [`${prefix}_nodeids`]: leaves.flatMap((leaf) => Array.from({ length: scores }, () => leaf)),
    [`${prefix}_ids`]: leaves.flatMap(() => Array.from({ length: scores }, (_, k) => k)),
    [`${prefix}_weights`]: Float32Array.from(
      leaves.flatMap((leaf) => Array.from({ length: scores }, (_, k) => weight(leaf, k))),
    ),
  };
}

const regressor = (seed: number, input: string, output: string, features = [0, 1, 2], targets = 1): NodeProto =>
  node('TreeEnsembleRegressor', [input], [output], { ...tree(seed, features, targets), n_targets: { i: targets } }, ML);

function graph(nodes: readonly NodeProto[], outputs: number, initializers: readonly TensorProto[] = []): Uint8Array {
  return buildModel({
    name: 'p',
    inputs: [valueInfo('X', FLOAT32, ['rows', FEATURES])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', outputs])],
    nodes,
    initializers,
  });
}

const rows = Array.from({ length: 9 }, (_, r) =>
  Array.from({ length: FEATURES }, (_, j) => (((r + 2) * (j + 3)) % 5) / 2),
);
const others = Array.from({ length: 5 }, (_, r) =>
  Array.from({ length: FEATURES }, (_, j) => (((r + 4) * (j + 1)) % 7) / 2),
);
const table = (of: readonly number[][]): Table =>
  Table.fromColumns(Object.fromEntries(of[0]!.map((_, j) => [`x${j}`, Float64Array.from(of, (row) => row[j]!)])));

const ask = (bytes: Uint8Array, question: Partial<Question> = {}): Promise<Explanation> =>
  explain(
    onnxruntime,
    { method: 'auto', data: table(rows), background: table(others), ...question, model: readModel(bytes) },
    () => {},
  );

/** Explained as trees, compared with onnxruntime by the plugin and with the definition here. */
async function explainedAsTrees(bytes: Uint8Array, space: 'output' | 'margin' = 'output'): Promise<Explanation> {
  const of = await ask(bytes);
  assert.deepEqual([of.meta.method, of.meta.space], ['tree-interventional', space]);
  assert.notEqual(of.meta.runtimeDifference, null);
  if (space === 'output') {
    const known = recognise(readModel(bytes));
    assert.ok(known.kind === 'trees');
    const outputs = of.outputs.length;
    const model = (row: readonly number[]): number[] => [...outputsOf(known, Float64Array.from(row), 1)];
    rows.forEach((row, r) =>
      interventionalReference(model, FEATURES, row, others).forEach((scores, j) =>
        scores.forEach((value, k) =>
          assert.ok(Math.abs(of.values.data[(r * FEATURES + j) * outputs + k]! - value) < 1e-12),
        ),
      ),
    );
  }
  const byCovers = await ask(bytes, { method: 'tree-path-dependent', background: undefined });
  assert.equal(byCovers.meta.covers, 'model');
  return of;
}

const three = ['a', 'b', 'c'].map((name, seed) => regressor(seed, 'X', name, [seed, seed + 1, (seed + 2) % 4]));

describe('graphs of several ensembles, and arithmetic after them', () => {
  it('Sum, Add, Sub and Mean of ensembles', async () => {
    await explainedAsTrees(graph([...three, node('Sum', ['a', 'b', 'c'], ['Y'])], 1));
    await explainedAsTrees(graph([...three, node('Mean', ['a', 'b', 'c'], ['Y'])], 1));
    await explainedAsTrees(graph([...three, node('Add', ['a', 'b'], ['ab']), node('Sub', ['ab', 'c'], ['Y'])], 1));
  });

  it('boosting split over nodes, added in float64 as LightGBM’s converter does', async () => {
    const wide = three.map(({ output }) => node('Cast', output!, [`${output![0]}64`], { to: { i: FLOAT64 } }));
    const sum = node('Sum', ['a64', 'b64', 'c64'], ['sum']);
    await explainedAsTrees(graph([...three, ...wide, sum, node('Cast', ['sum'], ['Y'], { to: { i: FLOAT32 } })], 1));
  });

  it('bagging and voting: Concat, then the mean of the columns', async () => {
    const joined = node('Concat', ['a', 'b', 'c'], ['all'], { axis: { i: 1 } });
    const axes: TensorProto = { name: 'axes', dims: [1], dataType: INT64, int64s: [1] };
    await explainedAsTrees(graph([...three, joined, node('ReduceMean', ['all', 'axes'], ['Y'])], 1, [axes]));
    await explainedAsTrees(graph([...three, joined, node('Identity', ['all'], ['Y'])], 3));
    await explainedAsTrees(graph([...three, joined, node('Softmax', ['all'], ['Y'], { axis: { i: 1 } })], 3), 'margin');
  });

  it('scaled and shifted outputs', async () => {
    const numbers = [floatTensor('by', [1], [0.25]), floatTensor('start', [1], [3])];
    const steps = [node('Mul', ['a', 'by'], ['m']), node('Add', ['start', 'm'], ['n']), node('Neg', ['n'], ['Y'])];
    const of = await explainedAsTrees(graph([three[0]!, ...steps], 1, numbers));
    assert.ok((of.base as number) < -3);
    await explainedAsTrees(
      graph([three[0]!, node('Div', ['a', 'by'], ['m']), node('Sub', ['start', 'm'], ['Y'])], 1, numbers),
    );
  });

  it('two columns of probabilities: 1 − p beside p', async () => {
    const one = floatTensor('one', [1], [1]);
    const pair = [
      node('Sigmoid', ['a'], ['p']),
      node('Sub', ['one', 'p'], ['q']),
      node('Concat', ['q', 'p'], ['Y'], { axis: { i: 1 } }),
    ];
    const bytes = graph([three[0]!, ...pair], 2, [one]);
    const of = await explainedAsTrees(bytes, 'margin');
    assert.deepEqual([of.meta.link, of.outputs.length], ['logistic-pair', 1]);
    const output = await ask(bytes, { space: 'output' });
    assert.deepEqual(output.values.shape, [rows.length, FEATURES, 2]);
  });

  it('forests of several classes that vote, and parts that take different columns', async () => {
    const forest = (seed: number, name: string): NodeProto =>
      node(
        'TreeEnsembleClassifier',
        ['X'],
        [`${name}L`, name],
        { ...tree(seed, [seed, 3, 1], 3, 'class'), classlabels_int64s: [0, 1, 2], post_transform: 'NONE' },
        ML,
      );
    const half = floatTensor('half', [1, 1], [0.5]);
    await explainedAsTrees(
      graph([forest(0, 'f'), forest(2, 'g'), node('Add', ['f', 'g'], ['s']), node('Mul', ['s', 'half'], ['Y'])], 3, [
        half,
      ]),
    );
    const chosen = (name: string, columns: readonly number[]): TensorProto => ({
      name,
      dims: [columns.length],
      dataType: INT64,
      int64s: columns,
    });
    const parts = [
      node('ArrayFeatureExtractor', ['X', 'first'], ['u'], {}, ML),
      node('ArrayFeatureExtractor', ['X', 'last'], ['v'], {}, ML),
      regressor(1, 'u', 'a', [0, 1, 2]),
      regressor(4, 'v', 'b', [2, 1, 0]),
      node('Add', ['a', 'b'], ['Y']),
    ];
    await explainedAsTrees(graph(parts, 1, [chosen('first', [0, 1, 2]), chosen('last', [3, 1, 2])]));
  });

  it('stacked under a linear or logistic regression', async () => {
    const joined = node('Concat', ['a', 'b', 'c'], ['all'], { axis: { i: 1 } });
    const weights = { coefficients: Float32Array.of(0.5, -1, 2), intercepts: Float32Array.of(0.25) };
    const straight = { ...weights, targets: { i: 1 } };
    await explainedAsTrees(graph([...three, joined, node('LinearRegressor', ['all'], ['Y'], straight, ML)], 1));
    const bytes = buildModel({
      name: 'stack',
      inputs: [valueInfo('X', FLOAT32, ['rows', FEATURES])],
      outputs: [valueInfo('L', INT64, ['rows']), valueInfo('P', FLOAT32, ['rows', 2])],
      nodes: [
        ...three,
        joined,
        node(
          'LinearClassifier',
          ['all'],
          ['L', 'raw'],
          { ...weights, classlabels_ints: [7, 9], post_transform: 'LOGISTIC' },
          ML,
        ),
        node('Normalizer', ['raw'], ['P'], { norm: 'L1' }, ML),
      ],
    });
    const of = await explainedAsTrees(bytes, 'margin');
    assert.deepEqual([of.meta.link, of.outputs], ['logistic-pair', ['9']]);
  });

  it('columns prepared twice are one feature each', async () => {
    const scaler = node('Scaler', ['X'], ['Z'], { offset: Float32Array.of(1), scale: Float32Array.of(2) }, ML);
    await explainedAsTrees(graph([scaler, three[0]!, regressor(1, 'Z', 'z'), node('Add', ['a', 'z'], ['Y'])], 1));
  });

  it('a bag: reshaped to one layer each, laid upon each other, and averaged', async () => {
    const form: TensorProto = { name: 'form', dims: [3], dataType: INT64, int64s: [1, -1, 1] };
    const layers = ['a', 'b', 'c'].map((name) => node('Reshape', [name, 'form'], [`${name}1`]));
    const pile = node('Concat', ['a1', 'b1', 'c1'], ['pile'], { axis: { i: 0 } });
    const mean = node('ReduceMean', ['pile', 'axes'], ['Y'], { keepdims: { i: 0 } });
    const axes: TensorProto = { name: 'axes', dims: [1], dataType: INT64, int64s: [0] };
    await explainedAsTrees(graph([...three, ...layers, pile, mean], 1, [form, axes]));
  });

  it('some columns of several, and e to the sum times a constant', async () => {
    const joined = node('Concat', ['a', 'b', 'c'], ['all'], { axis: { i: 1 } });
    const last: TensorProto = { name: 'last', dims: [1], dataType: INT64, int64s: [2] };
    await explainedAsTrees(
      graph([...three, joined, node('ArrayFeatureExtractor', ['all', 'last'], ['Y'], {}, ML)], 1, [last]),
    );
    const steps = [node('Exp', ['a'], ['e']), node('Mul', ['e', 'by'], ['Y'])];
    const of = await explainedAsTrees(graph([three[0]!, ...steps], 1, [floatTensor('by', [1], [0.5])]), 'margin');
    assert.equal(of.meta.link, 'exp');
  });

  it('what is no sum goes through enumeration: a product, a maximum', async () => {
    for (const nodes of [
      [...three.slice(0, 2), node('Mul', ['a', 'b'], ['Y'])],
      [...three.slice(0, 2), node('Max', ['a', 'b'], ['Y'])],
    ]) {
      const of = await ask(graph(nodes, 1));
      assert.deepEqual([of.meta.method, of.meta.engine], ['exact', 'onnxruntime']);
    }
  });

  it('a sum that is read wrongly is noticed', async () => {
    const bytes = graph([...three, node('Sum', ['a', 'b', 'c'], ['Y'])], 1);
    const [right, wrong] = [await ask(bytes), await ask(graph([...three, node('Sum', ['a', 'b', 'b'], ['Y'])], 1))];
    assert.ok(right.values.data.some((value, i) => Math.abs(value - wrong.values.data[i]!) > 0.01));
  });
});

describe('float64 ensembles', () => {
  it('tell values apart that float32 can’t, and add without rounding', async () => {
    const attributes = tree(1, [0, 1, 2], 1);
    const { nodes_values: _, target_weights: __, nodes_hitrates: ___, ...rest } = attributes;
    const bytes = buildModel({
      name: 'd',
      inputs: [valueInfo('X', FLOAT64, ['rows', FEATURES])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      nodes: [
        node(
          'TreeEnsembleRegressor',
          ['X'],
          ['Y'],
          {
            ...rest,
            nodes_values_as_tensor: doubleTensor('v', [7], [100_000_001, 0.1, 0, 0, 0.30000000000000004, 0, 0]),
            target_weights_as_tensor: doubleTensor('w', [4], [1, 2, 4, 8]),
            n_targets: { i: 1 },
          },
          ML,
        ),
      ],
    });
    const data = table([
      [100_000_001, 0.1, 0.3, 0],
      [100_000_002, 0.1, 0.30000000000000004, 0],
      [100_000_002, 0.1, 0.3000000000000001, 0],
    ]);
    const of = await ask(bytes, { data, background: data });
    const total = (row: number): number =>
      (of.base as number) +
      Array.from({ length: FEATURES }, (_, j) => of.values.data[row * FEATURES + j]!).reduce((a, b) => a + b);
    assert.deepEqual(
      [0, 1, 2].map((row) => Math.round(total(row))),
      [2, 4, 8],
    );
  });
});

describe('steps before an ensemble that keep each column a column', () => {
  const ints = (name: string, ...int64s: readonly number[]): TensorProto => ({
    name,
    dims: [int64s.length],
    dataType: INT64,
    int64s,
  });
  const cases: readonly [string, readonly NodeProto[], readonly TensorProto[]][] = [
    [
      'Clip',
      [node('Clip', ['X', 'low', 'high'], ['Z'])],
      [floatTensor('low', [], [0.25]), floatTensor('high', [], [1.25])],
    ],
    ['Clip without an upper bound', [node('Clip', ['X', 'low'], ['Z'])], [floatTensor('low', [], [0.75])]],
    ['Neg, Abs, Sqrt', [node('Neg', ['X'], ['n']), node('Abs', ['n'], ['m']), node('Sqrt', ['m'], ['Z'])], []],
    [
      'LabelEncoder, Binarizer',
      [
        node(
          'LabelEncoder',
          ['X'],
          ['n'],
          {
            keys_floats: Float32Array.of(0, 0.5, 1, 7),
            values_floats: Float32Array.of(2, 0, 1, 0.25),
            default_float: { f: 3 },
          },
          ML,
        ),
        node('Binarizer', ['n'], ['Z'], { threshold: { f: 0.75 } }, ML),
      ],
      [],
    ],
    ['Floor, Ceil', [node('Floor', ['X'], ['n']), node('Ceil', ['n'], ['Z'])], []],
    ['Slice', [node('Slice', ['X', 's', 'e', 'a'], ['Z'])], [ints('s', -3), ints('e', 99), ints('a', 1)]],
    [
      'Split and Concat in another order',
      [
        node('Split', ['X', 'sizes'], ['l', 'r'], { axis: { i: 1 } }),
        node('Concat', ['r', 'l'], ['Z'], { axis: { i: -1 } }),
      ],
      [ints('sizes', 1, 3)],
    ],
    [
      'Div, Sub',
      [node('Div', ['X', 'by'], ['n']), node('Sub', ['one', 'n'], ['Z'])],
      [floatTensor('by', [4], [2, 3, 5, 7]), floatTensor('one', [], [1])],
    ],
  ];
  const missing = [
    [NaN, 1, 0, 2],
    [0.25, NaN, NaN, 0],
    [1.25, 0.75, NaN, 3],
  ];
  for (const [name, nodes, initializers] of cases)
    it(name, async () => {
      const bytes = graph([...nodes, regressor(2, 'Z', 'Y')], 1, initializers);
      await explainedAsTrees(bytes);
      const of = await ask(bytes, { data: table(missing) });
      assert.notEqual(of.meta.runtimeDifference, null);
    });

  it('a column laid along the rows is no column', async () => {
    const form = { name: 'form', dims: [2], dataType: INT64, int64s: [1, -1] };
    const bytes = (back: readonly number[]): Uint8Array =>
      buildModel({
        name: 'laid',
        inputs: [valueInfo('X', FLOAT32, ['rows', 1])],
        outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
        initializers: [form, ints('back', ...back)],
        nodes: [
          node('Reshape', ['X', 'form'], ['line']),
          node('Reshape', ['line', 'back'], ['Z']),
          node('LinearRegressor', ['Z'], ['Y'], { coefficients: Float32Array.of(2) }, ML),
        ],
      });
    assert.equal(recognise(readModel(bytes([-1, 1]))).kind, 'other');
  });

  it('a constant for each column in the wrong place is noticed', async () => {
    const scaled = (by: readonly number[]): Uint8Array =>
      graph([node('Mul', ['X', 'by'], ['Z']), regressor(2, 'Z', 'Y')], 1, [floatTensor('by', [4], by)]);
    const [right, wrong] = [await ask(scaled([1, 2, 3, 4])), await ask(scaled([2, 1, 3, 4]))];
    assert.notDeepEqual(right.values.data, wrong.values.data);
  });

  it('columns of their own, each an input of rank 1 that is reshaped and joined', async () => {
    const names = ['p', 'q', 'r', 's'];
    const bytes = buildModel({
      name: 'c',
      inputs: names.map((name) => valueInfo(name, FLOAT32, ['rows'])),
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      initializers: [ints('form', -1, 1), ints('axis', 1)],
      nodes: [
        node('Reshape', ['p', 'form'], ['p1']),
        ...['q', 'r', 's'].map((name) => node('Unsqueeze', [name, 'axis'], [`${name}1`])),
        node('Concat', ['p1', 'q1', 'r1', 's1'], ['Z'], { axis: { i: 1 } }),
        regressor(3, 'Z', 'Y'),
      ],
    });
    const named = (of: readonly number[][]): Table =>
      Table.fromColumns(Object.fromEntries(names.map((name, j) => [name, Float64Array.from(of, (row) => row[j]!)])));
    const of = await ask(bytes, { data: named(rows), background: named(others) });
    assert.deepEqual([of.meta.method, of.names], ['tree-interventional', names]);
  });
});

describe('linear models', () => {
  it('after a projection on principal components stay linear', async () => {
    const parts = [
      floatTensor('mean', [4], [1, 0.5, 0.25, 2]),
      floatTensor('components', [4, 2], [0.5, 1, -1, 0.25, 2, 0, 0.125, -0.5]),
    ];
    const bytes = (post: string): Uint8Array =>
      buildModel({
        name: 'pca',
        inputs: [valueInfo('X', FLOAT32, ['rows', FEATURES])],
        outputs: [valueInfo('L', INT64, ['rows']), valueInfo('P', FLOAT32, ['rows', 2])],
        initializers: parts,
        nodes: [
          node('Sub', ['X', 'mean'], ['c']),
          node('MatMul', ['c', 'components'], ['Z']),
          node(
            'LinearClassifier',
            ['Z'],
            ['L', 'P'],
            {
              coefficients: Float32Array.of(3, -2),
              intercepts: Float32Array.of(0.5),
              classlabels_ints: [0, 1],
              post_transform: post,
            },
            ML,
          ),
        ],
      });
    const of = await ask(bytes('LOGISTIC'));
    assert.deepEqual([of.meta.method, of.meta.space, of.meta.link], ['linear', 'margin', 'logistic-pair']);
    assert.notEqual(of.meta.runtimeDifference, null);
    const weights = [0, 1, 2, 3].map((j) => 3 * parts[1]!.floats![2 * j]! - 2 * parts[1]!.floats![2 * j + 1]!);
    rows.forEach((row, r) =>
      row.forEach((value, j) => {
        const mean = others.reduce((sum, other) => sum + other[j]!, 0) / others.length;
        assert.ok(Math.abs(of.values.data[r * FEATURES + j]! - weights[j]! * (value - mean)) < 1e-12);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { buildModel, FLOAT32, INT64, node, STRING, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { randomGraph } from '#common/onnx/random-graphs.fixture.ts';
import type { NodeProto, TensorProto } from '#common/onnx/schema.ts';
import { Table } from '#common/data/table.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import {
  byCovers,
  drawTree,
  evaluate,
  interactions,
  interventionalPairs,
  interventionalReference,
  type Nested,
  shapley,
  sumOf,
  toOnnx,
} from './reference.fixture.ts';

const ML = 'ai.onnx.ml';
const CITIES = ['Cork', 'Aix', 'Bonn'];
const KIDS = [0, 1, 3];
const NAMES = ['size', 'city', 'kids', 'grade'];
const GRADES = ['low', 'high'];

type Row = readonly [size: number, city: string, kids: number, grade: string];

/** What the graph below hands to its trees: the size as it is, turned round and without its sign, one column a city, one a number of kids, the grade's number. */
const encode = ([size, city, kids, grade]: Row): number[] => [
  size,
  -size,
  Math.abs(size),
  ...CITIES.map((name) => Number(name === city)),
  ...KIDS.map((number) => Number(number === kids)),
  GRADES.includes(grade) ? 2 * GRADES.indexOf(grade) : -1,
];
/** The feature that each of those comes from. */
const SOURCE = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3];

const shape = (name: string, ...int64s: readonly number[]): TensorProto => ({
  name,
  dims: [int64s.length],
  dataType: INT64,
  int64s,
});

/** As exporters of scikit-learn's pipelines write it: an input a column, encoders joined on the last of three axes, then flattened. */
function graph(trees: readonly Nested[], covers = true, cities = CITIES): Uint8Array {
  const ensemble = readModel(toOnnx(trees, { features: SOURCE.length, scores: 1, covers })).proto.graph!.node![0]!;
  const nodes: NodeProto[] = [
    node('Neg', ['size'], ['turned']),
    node('Abs', ['size'], ['abs']),
    node('OneHotEncoder', ['city'], ['city1'], { cats_strings: cities, zeros: { i: 1 } }, ML),
    node('Cast', ['kids'], ['kids0'], { to: { i: INT64 } }),
    node('OneHotEncoder', ['kids0'], ['kids1'], { cats_int64s: KIDS, zeros: { i: 1 } }, ML),
    node('Concat', ['city1', 'kids1'], ['hot'], { axis: { i: -1 } }),
    node('Reshape', ['hot', 'flat'], ['flat1']),
    node('LabelEncoder', ['grade'], ['grade1'], { keys_strings: GRADES, values_int64s: [0, 2] }, ML),
    node('Cast', ['grade1'], ['grade2'], { to: { i: FLOAT32 } }),
    node('Concat', ['size', 'turned', 'abs', 'flat1', 'grade2'], ['Z'], { axis: { i: 1 } }),
    { ...ensemble, input: ['Z'], output: ['Y'] },
  ];
  return buildModel({
    name: 'encoders',
    inputs: NAMES.map((name) => valueInfo(name, name === 'city' || name === 'grade' ? STRING : FLOAT32, ['rows', 1])),
    outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
    initializers: [shape('flat', -1, 6)],
    nodes,
  });
}

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const drawn = (random: () => number, count: number): Row[] =>
  Array.from({ length: count }, (): Row => [
    pick(random, [-2, -1, 0, 0.5, 1, 2]),
    pick(random, [...CITIES, 'Oslo']),
    pick(random, [0, 1, 2, 3]),
    pick(random, [...GRADES, 'none']),
  ]);

const table = (rows: readonly Row[]): Table =>
  Table.fromColumns({
    // In another order than the model's.
    grade: rows.map((row) => row[3]),
    size: Float64Array.from(rows, (row) => row[0]),
    city: rows.map((row) => row[1]),
    kids: Float64Array.from(rows, (row) => row[2]),
  });

const ask = (bytes: Uint8Array, question: Partial<Question> & Pick<Question, 'data'>): Promise<Explanation> =>
  explain(onnxruntime, { method: 'auto', ...question, model: readModel(bytes) }, () => {});

/** Features as numbers, so that the references can mix rows. */
function game(random: () => number): {
  rows: Row[];
  others: Row[];
  asNumbers: (row: Row) => number[];
  asRow: (numbers: readonly number[]) => Row;
} {
  const [rows, others] = [drawn(random, 5), drawn(random, 4)];
  const cities = [...CITIES, 'Oslo'];
  const grades = [...GRADES, 'none'];
  return {
    rows,
    others,
    asNumbers: ([size, city, kids, grade]) => [size, cities.indexOf(city), kids, grades.indexOf(grade)],
    asRow: ([size, city, kids, grade]) => [size!, cities[city!]!, kids!, grades[grade!]!],
  };
}

function near(actual: Float64Array, expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${what} ${i}: ${actual[i]} is not ${value}`),
  );
}

describe('trees behind encoders', () => {
  for (let seed = 0; seed < 6; seed++)
    it(`are explained by the features as given, exactly (${seed})`, async () => {
      const random = seededRandom(seed, 'encoders');
      const trees = [4, 3, 5].map((depth) =>
        drawTree(random, SOURCE.length, 1, depth, ['LEQ', 'LT', 'GT', 'GTE', 'EQ', 'NEQ']),
      );
      const { rows, others, asNumbers, asRow } = game(random);
      const model = (numbers: readonly number[]): number[] =>
        sumOf(trees, 1, (tree) => evaluate(tree, encode(asRow(numbers))));
      const background = others.map(asNumbers);

      const against = await ask(graph(trees), { data: table(rows), background: table(others), interactions: true });
      assert.deepEqual([against.meta.method, against.names], ['tree-interventional', NAMES]);
      assert.notEqual(against.meta.runtimeDifference, null);
      near(
        against.values.data,
        rows.flatMap((row) => interventionalReference(model, 4, asNumbers(row), background).flat()),
        'value',
      );
      near(
        against.interactions!.data,
        rows.flatMap((row) => interventionalPairs(model, 4, asNumbers(row), background).flat(2)),
        'interaction',
      );

      const byPaths = await ask(graph(trees), { data: table(rows), interactions: true });
      assert.equal(byPaths.meta.covers, 'model');
      const worth = (row: Row) => (features: ReadonlySet<number>) =>
        byCovers(
          trees,
          1,
          encode(row),
        )(new Set(Array.from(SOURCE.keys()).filter((column) => features.has(SOURCE[column]!))));
      near(
        byPaths.values.data,
        rows.flatMap((row) => shapley(4, worth(row)).flat()),
        'by covers',
      );
      near(
        byPaths.interactions!.data,
        rows.flatMap((row) => interactions(4, worth(row)).flat(2)),
        'pair by covers',
      );
    });

  it('a category in another’s place is noticed', async () => {
    const random = seededRandom(7, 'encoders');
    const trees = [drawTree(random, SOURCE.length, 1, 5, ['LEQ'])];
    const { rows, others } = game(random);
    const question = { data: table(rows), background: table(others) };
    const [right, wrong] = [
      await ask(graph(trees), question),
      await ask(graph(trees, true, ['Aix', 'Cork', 'Bonn']), question),
    ];
    assert.ok(right.values.data.some((value, i) => Math.abs(value - wrong.values.data[i]!) > 1e-3));
  });

  it('rows without names reach inputs of text by position', async () => {
    const trees = [drawTree(seededRandom(3, 'encoders'), SOURCE.length, 1, 4, ['LEQ'])];
    const { rows, others } = game(seededRandom(3, 'encoders'));
    const unnamed = (of: readonly Row[]): Table =>
      Table.fromColumns({
        x0: Float64Array.from(of, (row) => row[0]),
        x1: of.map((row) => row[1]),
        x2: Float64Array.from(of, (row) => row[2]),
        x3: of.map((row) => row[3]),
      });
    const [named, byPlace] = [
      await ask(graph(trees), { data: table(rows), background: table(others) }),
      await ask(graph(trees), { data: unnamed(rows), background: unnamed(others) }),
    ];
    assert.deepEqual(byPlace.values.data, named.values.data);
  });

  it('a text that is missing is refused by name', async () => {
    const trees = [drawTree(seededRandom(3, 'encoders'), SOURCE.length, 1, 4, ['LEQ'])];
    const { others } = game(seededRandom(3, 'encoders'));
    const data = Table.fromRows([
      { size: 1, city: null, kids: 1, grade: 'low' },
      { size: 1, city: 'Aix', kids: 1, grade: 'low' },
    ]);
    await assert.rejects(ask(graph(trees), { data, background: table(others) }), {
      code: 'VALUE_MISSING',
      where: 'city',
    });
  });
});

describe('a linear model behind encoders', () => {
  it('adds up what the columns of one feature give', async () => {
    const bytes = buildModel({
      name: 'linear',
      inputs: [valueInfo('size', FLOAT32, ['rows', 1]), valueInfo('city', STRING, ['rows', 1])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      initializers: [shape('flat', -1, 3)],
      nodes: [
        node('OneHotEncoder', ['city'], ['city1'], { cats_strings: CITIES }, ML),
        node('Reshape', ['city1', 'flat'], ['city2']),
        node('Concat', ['size', 'city2'], ['Z'], { axis: { i: 1 } }),
        node(
          'LinearRegressor',
          ['Z'],
          ['Y'],
          { coefficients: Float32Array.of(2, 1, 4, -3), intercepts: Float32Array.of(0.5), targets: { i: 1 } },
          ML,
        ),
      ],
    });
    const of = (...rows: readonly (readonly [number, string])[]): Table =>
      Table.fromColumns({ size: Float64Array.from(rows, ([size]) => size), city: rows.map(([, city]) => city) });
    const background = of([0, 'Cork'], [2, 'Bonn']);
    const found = await ask(bytes, { data: of([3, 'Aix'], [1, 'Oslo']), background, interactions: true });
    assert.deepEqual([found.meta.method, found.base], ['linear', 0.5 + 2 - 1]);
    assert.deepEqual([...found.values.data], [4, 5, 0, 1]);
    assert.deepEqual([...found.interactions!.data], [4, 0, 0, 5, 0, 0, 0, 1]);
  });
});

describe('random graphs of encoders and other steps', () => {
  it('are explained as all coalitions say, values and interactions', async () => {
    const methods = new Map<string, number>();
    for (let seed = 1; seed <= 60; seed++) {
      const { bytes, table: rows } = randomGraph(seededRandom(seed, 'graphs'));
      const question = { data: rows, background: rows, interactions: true };
      const [own, all] = [await ask(bytes, question), await ask(bytes, { ...question, method: 'exact' })];
      methods.set(own.meta.method, (methods.get(own.meta.method) ?? 0) + 1);
      const limit = 1e-9 * Math.max(1, ...all.values.data.map(Math.abs));
      all.values.data.forEach((value, i) => assert.ok(Math.abs(own.values.data[i]! - value) < limit, `seed ${seed}`));
      all.interactions!.data.forEach((value, i) =>
        assert.ok(Math.abs(own.interactions!.data[i]! - value) < limit, `seed ${seed}, interactions`),
      );
    }
    assert.ok(methods.get('tree-interventional')! > 20 && methods.get('linear')! > 10, JSON.stringify([...methods]));
  });
});

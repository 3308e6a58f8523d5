import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import type { TableData } from '#common/data.ts';
import { tableFrom } from '#common/json/table.ts';
import { readModel } from '#common/onnx/model.ts';
import { explain } from './lib/explain.ts';
import { onnxOfXgboost, type XgboostModel, type XgboostTree } from './xgboost.fixture.ts';

/** What XGBoost 1.7.4 says itself, in float32; written by test/vectors/xgboost/make.py. */
interface Vectors {
  readonly says: string;
  readonly xgboost: string;
  readonly model: XgboostModel;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly margins: Nested;
  /** (rows × (features + 1)), or with classes between; the base comes last. */
  readonly contribs: Nested;
  /** (rows × (features + 1)²), or with classes between. */
  readonly interactions: Nested;
}

type Nested = readonly (number | Nested)[];

/** Values of XGBoost are sums of float32s of about this size. */
const FLOAT32 = 2e-6;

const all: readonly (readonly [string, Vectors])[] = globSync('test/vectors/xgboost/*.json')
  .sort()
  .map((file) => [basename(file, '.json'), JSON.parse(readFileSync(file, 'utf8')) as Vectors]);

describe('XGBoost’s own values (test/vectors/xgboost)', () => {
  it('are of six models', () => assert.equal(all.length, 6));

  for (const [name, vectors] of all)
    it(`${name}: ${vectors.says}`, async () => {
      const off = await offBy(vectors);
      assert.ok(off.values <= FLOAT32, `values are off by ${off.values}`);
      assert.ok(off.interactions <= FLOAT32, `interactions are off by ${off.interactions}`);
      assert.ok(off.margins <= FLOAT32, `base and values are off the margin by ${off.margins}`);
    });
});

describe('a model that differs is noticed', () => {
  for (const [name, vectors] of all) {
    it(`${name}: the cover of one branch is half as large again`, async () => {
      const { values, interactions, margins } = await offBy(changed(vectors, moreCover));
      assert.ok(values > 100 * FLOAT32 && (name === 'stumps' || interactions > 100 * FLOAT32));
      assert.ok(margins <= FLOAT32, 'covers change no prediction');
    });

    it(`${name}: a value that equals a threshold takes the left branch`, async () => {
      const { values } = await offBy(changed(vectors, nextThreshold));
      assert.ok(values > 100 * FLOAT32);
    });
  }

  for (const name of ['missing', 'classes'])
    it(`${name}: missing values take the other branch`, async () => {
      const vectors = all.find(([own]) => own === name)![1];
      const other = (tree: XgboostTree): XgboostTree => ({
        ...tree,
        default_left: tree.default_left.map((left) => 1 - left),
      });
      assert.ok((await offBy(changed(vectors, other))).values > 100 * FLOAT32);
    });

  it('classes: two trees belong to each other’s class', async () => {
    const vectors = all.find(([own]) => own === 'classes')![1];
    const { model } = vectors.model.learner.gradient_booster;
    const [first, second, ...rest] = model.tree_info;
    const swapped = withTrees(vectors, { ...model, tree_info: [second!, first!, ...rest] });
    assert.ok((await offBy(swapped)).values > 100 * FLOAT32);
  });
});

/** What shap's own C++ says of a model's first rows against its other rows, in float32; written by test/vectors/shap/make.ts. */
interface Against {
  readonly model: string;
  readonly explained: number;
  readonly base: readonly number[];
  /** (rows × features × scores) */
  readonly values: readonly number[];
}

describe('values against a background by shap’s own C++ (test/vectors/shap)', () => {
  const file = JSON.parse(readFileSync('test/vectors/shap/background.json', 'utf8')) as readonly Against[];
  it('are of all the models', () =>
    assert.deepEqual(
      file.map(({ model }) => model),
      all.map(([name]) => name),
    ));

  for (const [i, against] of file.entries()) {
    const [name, vectors] = all[i]!;
    it(name, async () => assert.ok((await offAgainst(vectors, against)) <= FLOAT32));

    it(`${name}: one row fewer in the background is noticed`, async () => {
      const fewer = { ...vectors, rows: vectors.rows.slice(0, -1) };
      assert.ok((await offAgainst(fewer, against)) > 100 * FLOAT32);
    });

    it(`${name}: a leaf that says something else is noticed`, async () => {
      const other = (tree: XgboostTree): XgboostTree => ({
        ...tree,
        split_conditions: tree.split_conditions.map((value, at) => (tree.left_children[at]! < 0 ? -value : value)),
      });
      assert.ok((await offAgainst(changed(vectors, other), against)) > 100 * FLOAT32);
    });
  }
});

async function offAgainst({ model, rows }: Vectors, { explained, base, values }: Against): Promise<number> {
  const columns = rows[0]!.map((_, j) => `f${j}`);
  const table = (some: Vectors['rows'], where: string): TableData => tableFrom({ columns, rows: some }, where);
  const found = await explain(
    onnxruntime,
    {
      model: readModel(onnxOfXgboost(model)),
      data: table(rows.slice(0, explained), '/data'),
      background: table(rows.slice(explained), '/background'),
      method: 'tree-interventional',
      space: 'margin',
    },
    () => {},
  );
  assert.equal(found.values.data.length, values.length);
  const off = [...found.values.data].map((value, i) => Math.abs(value - values[i]!));
  return Math.max(...off, ...[found.base].flat().map((value, k) => Math.abs(value - base[k]!)));
}

/** Largest differences from what XGBoost says. */
async function offBy({ model, rows, margins, contribs, interactions }: Vectors): Promise<{
  readonly values: number;
  readonly interactions: number;
  readonly margins: number;
}> {
  const features = rows[0]!.length;
  const columns = Array.from({ length: features }, (_, j) => `f${j}`);
  const found = await explain(
    onnxruntime,
    {
      model: readModel(onnxOfXgboost(model)),
      data: tableFrom({ columns, rows }, '/data'),
      method: 'tree-path-dependent',
      space: 'margin',
      interactions: true,
    },
    () => {},
  );
  const outputs = found.outputs.length;
  const base = [found.base].flat();
  // Assay’s outputs come last, XGBoost’s classes before the features.
  const ours = (row: number, output: number, ...at: number[]): number =>
    at.length === 1
      ? found.values.data[(row * features + at[0]!) * outputs + output]!
      : found.interactions!.data[((row * features + at[0]!) * features + at[1]!) * outputs + output]!;
  const off = { values: 0, interactions: 0, margins: 0 };
  const note = (kind: keyof typeof off, one: number, other: number): void => {
    off[kind] = Math.max(off[kind], Math.abs(one - other));
  };
  const flat = { contribs: numbers(contribs), interactions: numbers(interactions), margins: numbers(margins) };
  const wide = features + 1;
  assert.equal(flat.contribs.length, rows.length * outputs * wide);
  assert.equal(flat.interactions.length, rows.length * outputs * wide * wide);
  rows.forEach((_, row) => {
    for (let output = 0; output < outputs; output++) {
      const start = (row * outputs + output) * wide;
      let sum = base[output]!;
      for (let i = 0; i < features; i++) {
        sum += ours(row, output, i);
        note('values', ours(row, output, i), flat.contribs[start + i]!);
        for (let j = 0; j < features; j++)
          note('interactions', ours(row, output, i, j), flat.interactions[(start + i) * wide + j]!);
      }
      note('values', base[output]!, flat.contribs[start + features]!);
      note('margins', sum, flat.margins[row * outputs + output]!);
    }
  });
  return off;
}

const numbers = (nested: Nested): number[] => nested.flat(9) as number[];

function withTrees(vectors: Vectors, model: XgboostModel['learner']['gradient_booster']['model']): Vectors {
  return { ...vectors, model: { learner: { ...vectors.model.learner, gradient_booster: { model } } } };
}

/** The same vectors with another first tree. */
function changed(vectors: Vectors, change: (tree: XgboostTree) => XgboostTree): Vectors {
  const { model } = vectors.model.learner.gradient_booster;
  return withTrees(vectors, { ...model, trees: model.trees.map((tree, i) => (i === 0 ? change(tree) : tree)) });
}

/** Half as many rows again below the root’s left, as if they had been there in training. */
function moreCover(tree: XgboostTree): XgboostTree {
  const below = new Set([tree.left_children[0]!]);
  tree.left_children.forEach((left, at) => {
    if (below.has(at) && left >= 0) below.add(left).add(tree.right_children[at]!);
  });
  const scaled = tree.sum_hessian.map((cover, at) => (below.has(at) ? 1.5 * cover : cover));
  scaled[0] = scaled[tree.left_children[0]!]! + scaled[tree.right_children[0]!]!;
  return { ...tree, sum_hessian: scaled };
}

/** Thresholds t as the next float32, so that x < t holds where x ≤ t did. */
function nextThreshold(tree: XgboostTree): XgboostTree {
  const next = (value: number): number => {
    const float = Float32Array.of(value);
    new Int32Array(float.buffer)[0]! += value < 0 ? -1 : 1;
    return float[0]!;
  };
  return {
    ...tree,
    split_conditions: tree.split_conditions.map((value, at) => (tree.left_children[at]! < 0 ? value : next(value))),
  };
}

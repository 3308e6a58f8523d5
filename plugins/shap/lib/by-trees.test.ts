import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { attributeTrees, openTrees } from './by-trees.ts';
import { interventional } from './interventional.ts';
import { pathDependent } from './path-dependent.ts';
import type { TreeAlgorithm } from './tree-algorithm.ts';
import { generator, randomEnsemble, randomTable } from './tables/ensemble.fixture.ts';

const FEATURES = 14;
const random = generator(11);
const shallow = randomEnsemble(random, { trees: 5, depth: 4, features: FEATURES, scores: 2 });
const deep = randomEnsemble(random, { trees: 3, depth: 11, features: FEATURES, scores: 2 });
const mixed = { ...shallow, trees: [deep.trees[0]!, ...shallow.trees, ...deep.trees.slice(1)] };
const all = { ...mixed, trees: [...mixed.trees, chain(90)] };
const background = { x: randomTable(random, 30, FEATURES), rows: 30 };
const none = (): void => undefined;

/** One long path with a leaf at each step. */
function chain(depth: number): Tree {
  const nodes = 2 * depth + 1;
  const inner = (node: number): boolean => node % 2 === 0 && node < nodes - 1;
  const of = (value: (node: number) => number): number[] => Array.from({ length: nodes }, (_, node) => value(node));
  return {
    feature: Int32Array.from(of((node) => (inner(node) ? (node / 2) % FEATURES : -1))),
    threshold: Float64Array.from(of((node) => (inner(node) ? Math.round(random() * 20 - 10) / 8 : 0))),
    mode: Uint8Array.from(of(() => 0)),
    missing: Uint8Array.from(of((node) => (inner(node) && random() < 0.5 ? 1 : 0))),
    yes: Int32Array.from(of((node) => (inner(node) ? node + 1 : 0))),
    no: Int32Array.from(of((node) => (inner(node) ? node + 2 : 0))),
    cover: Float64Array.from(of((node) => (node % 2 === 0 ? 1000 - 5 * node : 10))),
    value: Float64Array.from(of((node) => (inner(node) ? 0 : random() - 0.5)).flatMap((value) => [value, -value])),
  };
}

function near(one: Float64Array, other: Float64Array): void {
  assert.equal(one.length, other.length);
  one.forEach((value, i) => assert.ok(Math.abs(value - other[i]!) < 1e-12, `${i}: ${value}, ${other[i]}`));
}

const cases: [name: string, ensemble: Ensemble, rows: number, covers: TreeAlgorithm, against: TreeAlgorithm][] = [
  ['few rows', all, 2, 'quadrature', 'pairs, patterns'],
  ['more rows', mixed, 90, 'paths', 'tables, pairs'],
  ['more rows, a tree too deep for all but visiting', all, 90, 'paths, quadrature', 'tables, pairs, patterns'],
  ['many rows', shallow, 2050, 'tables', 'tables'],
  ['many rows, trees too deep for tables by covers', mixed, 2050, 'tables, paths', 'tables'],
  ['many rows, trees of all kinds', all, 2050, 'tables, paths, quadrature', 'tables, patterns'],
];

for (const [name, ensemble, rows, covers, against] of cases)
  test(`${name}: the algorithm said, and the values and base of visiting each leaf`, () => {
    const x = randomTable(random, rows, FEATURES);
    const byCovers = attributeTrees(ensemble, x, rows, null, none);
    const expected = pathDependent(ensemble, x, rows, none);
    assert.equal(byCovers.algorithm, covers);
    near(byCovers.values, expected.values);
    near(byCovers.base, expected.base);
    const compared = attributeTrees(ensemble, x, rows, background, none);
    const wanted = interventional(ensemble, x, rows, background.x, background.rows, none);
    assert.equal(compared.algorithm, against);
    near(compared.values, wanted.values);
    near(compared.base, wanted.base);
  });

test('every tree is told of, and telling can stop the work', () => {
  for (const [against, rows] of [
    [background, 450],
    [null, 450],
    [null, 2050],
    [null, 20],
  ] as const) {
    const x = randomTable(random, rows, FEATURES);
    let last = 0;
    attributeTrees(all, x, rows, against, (done) => {
      assert.ok(done >= last);
      last = done;
    });
    assert.equal(last, all.trees.length);
    const stop = (): void => {
      throw new Error('enough');
    };
    assert.throws(() => attributeTrees(all, x, rows, against, stop), /enough/);
  }
});

test('rows have the same bits piece by piece, and whatever else is explained between them', () => {
  const ensembles = Array.from({ length: 5 }, (_, i) =>
    randomEnsemble(random, { trees: 3, depth: 3 + 2 * i, features: FEATURES, scores: 1 }),
  );
  const x = randomTable(random, 300, FEATURES);
  for (const planned of [5, 300, 2500])
    for (const against of [null, background]) {
      // A copy of an ensemble finds nothing prepared.
      const alone = ensembles.map((one) => openTrees({ ...one }, against, planned).explain(x, 300, none).values);
      const opened = ensembles.map((one) => openTrees(one, against, planned));
      for (let from = 0; from < 300; from += 100)
        opened.forEach((trees, i) => {
          const { values } = trees.explain(x.subarray(from * FEATURES, (from + 100) * FEATURES), 100, none);
          assert.deepEqual(values, alone[i]!.subarray(from * FEATURES, (from + 100) * FEATURES));
        });
    }
});

test('a node that no row reached is refused, whatever the algorithm', () => {
  const [tree] = shallow.trees;
  const broken = { ...shallow, trees: [{ ...tree!, cover: tree!.cover.map(() => 0) }] };
  for (const rows of [20, 90, 2050]) {
    const x = randomTable(random, rows, FEATURES);
    assert.throws(() => attributeTrees(broken, x, rows, null, none), { code: 'COVERS_MISSING' });
  }
});

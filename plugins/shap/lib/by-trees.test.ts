import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeTrees, type TreeAlgorithm } from './by-trees.ts';
import { interventional } from './interventional.ts';
import { pathDependent } from './path-dependent.ts';
import { generator, randomEnsemble, randomTable } from './tables/ensemble.fixture.ts';

const FEATURES = 14;
const random = generator(11);
const shallow = randomEnsemble(random, { trees: 5, depth: 4, features: FEATURES, scores: 2 });
const deep = randomEnsemble(random, { trees: 3, depth: 11, features: FEATURES, scores: 2 });
const mixed = { ...shallow, trees: [deep.trees[0]!, ...shallow.trees, ...deep.trees.slice(1)] };
const background = { x: randomTable(random, 30, FEATURES), rows: 30 };
const none = (): void => undefined;

function near(one: Float64Array, other: Float64Array): void {
  assert.equal(one.length, other.length);
  one.forEach((value, i) => assert.ok(Math.abs(value - other[i]!) < 1e-12, `${i}: ${value}, ${other[i]}`));
}

const cases: [name: string, ensemble: typeof shallow, rows: number, covers: TreeAlgorithm, against: TreeAlgorithm][] = [
  ['few rows', mixed, 20, 'quadrature', 'patterns'],
  ['many rows', shallow, 450, 'tables', 'tables'],
  ['many rows, some trees too deep for tables', mixed, 450, 'tables, quadrature', 'tables, patterns'],
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
  const x = randomTable(random, 450, FEATURES);
  let last = 0;
  attributeTrees(mixed, x, 450, background, (done) => {
    assert.ok(done > last);
    last = done;
  });
  assert.equal(last, mixed.trees.length);
  const stop = (): void => {
    throw new Error('enough');
  };
  assert.throws(() => attributeTrees(mixed, x, 450, null, stop), /enough/);
});

test('a node that no row reached is refused, with tables too', () => {
  const [tree] = shallow.trees;
  const broken = { ...shallow, trees: [{ ...tree!, cover: tree!.cover.map(() => 0) }] };
  const x = randomTable(random, 450, FEATURES);
  assert.throws(() => attributeTrees(broken, x, 450, null, none), { code: 'COVERS_MISSING' });
});

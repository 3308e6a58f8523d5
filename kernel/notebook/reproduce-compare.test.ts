import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparatorOf, differ } from './reproduce-compare.ts';

const value = (x: number): unknown => ({
  table: { $: 'table', rows: 2, columns: [{ name: 'x', type: 'float64', values: Float64Array.of(1, x) }] },
  map: new Map([['a', [x, 'b']]]),
  set: new Set([x]),
  date: new Date(5),
  big: 3n,
  none: null,
  nan: NaN,
});

describe('differ', () => {
  it('finds nothing between equal values', () => {
    assert.equal(differ(value(2), value(2), {}), null);
    assert.equal(differ({ zero: 0 }, { zero: -0 }, {}), null);
  });

  it('allows numbers the tolerance, and says where it ends', () => {
    assert.equal(differ(value(2), value(2 + 1e-10), { relative: 1e-9 }), null);
    assert.equal(differ(value(2), value(2 + 1e-10), { absolute: 1e-9 }), null);
    assert.deepEqual(differ(value(2), value(2.5), { absolute: 0.1 }), {
      path: 'table.columns[0].values[1]',
      sealed: '2',
      found: '2.5',
    });
    assert.deepEqual(differ({ a: [new Map([['k', 1]])] }, { a: [new Map([['k', 2]])] }, {})?.path, 'a[0].get(k)');
  });

  const unequal: [string, unknown, unknown][] = [
    ['text', 'a', 'b'],
    ['kinds', 1, '1'],
    ['NaN and a number', NaN, 1],
    ['null and missing', { a: null }, {}],
    ['a key more', { a: 1 }, { a: 1, b: 2 }],
    ['lengths', [1], [1, 2]],
    ['array kinds', Float64Array.of(1), Float32Array.of(1)],
    ['whole numbers', 1n, 2n],
    ['dates', new Date(1), new Date(2)],
    ['bytes', Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
    ['infinities', Infinity, -Infinity],
    ['maps', new Map([['a', 1]]), new Map([['b', 1]])],
  ];
  for (const [what, a, b] of unequal)
    it(`never forgives: ${what}`, () =>
      assert.notEqual(differ(a, b, what === 'bytes' ? { absolute: 9 } : { relative: 1e-3 }), null));
});

describe('comparatorOf', () => {
  it('takes the nearest name, and exact without any', () => {
    const all = [
      { of: '*', how: 'exact' },
      { of: 'fit', how: 'numeric', relative: 1e-9 },
    ] as const;
    assert.equal(comparatorOf(all, 'fit', []).how, 'numeric');
    assert.equal(comparatorOf(all, 'c1', ['fit']).how, 'numeric');
    assert.equal(comparatorOf(all, 'other', ['x']).how, 'exact');
    assert.equal(comparatorOf([], 'other', []).how, 'exact');
  });
});

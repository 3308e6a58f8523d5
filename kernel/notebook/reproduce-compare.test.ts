import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comparator, Comparison } from '#common/receipt/receipt.ts';
import { Table } from '#common/data/table.ts';
import { compareOutputs, type Compared } from './reproduce-compare.ts';

const value = (x: number): unknown => ({
  map: new Map([['a', [x, 'b']]]),
  set: new Set([x]),
  date: new Date(5),
  big: 3n,
  none: null,
  nan: NaN,
});

/** Compares two values of the output `v` in the cell `c`. */
const compare = (a: unknown, b: unknown, ...rules: Comparator[]): Compared =>
  compareOutputs({ v: a }, { v: b }, rules, 'c');
const all = (rule: Comparison): Comparator => ({ of: '*', ...rule });
const near = (relative: number): Comparator => all({ how: 'numeric', relative });
const fits = (a: unknown, b: unknown, ...rules: Comparator[]): boolean => compare(a, b, ...rules).beyond === 0;

describe('compareOutputs', () => {
  it('finds nothing between equal values', () => {
    assert.deepEqual({ ...compare(value(2), value(2)) }, { beyond: 0, worst: null, largest: null, ignored: [] });
    assert.ok(fits({ zero: 0 }, { zero: -0 }, near(0)));
    assert.ok(!fits({ zero: 0 }, { zero: -0 }), 'they have different bytes');
  });

  it('says the largest deviation against the tolerance', () => {
    const { largest, worst } = compare([1, 2, 3], [1, 2.001, 3.002], all({ how: 'numeric', absolute: 0.004 }));
    assert.equal(worst, null);
    assert.equal(largest?.path, 'v[2]');
    assert.ok(Math.abs(largest.by! - 0.002) < 1e-12 && Math.abs(largest.share! - 0.5) < 1e-9, JSON.stringify(largest));
  });

  it('says how many places are beyond, and the worst', () => {
    const { beyond, worst } = compare(value(2), value(2.5), all({ how: 'numeric', absolute: 0.1 }));
    assert.equal(beyond, 2);
    assert.deepEqual([worst?.path, worst?.sealed, worst?.found, worst?.by], ['v.map.get(a)[0]', '2', '2.5', 0.5]);
    assert.equal(compare([1, 1, 'a'], [2, 9, 'b'], near(0.1)).worst?.path, 'v[2]', 'what can’t be measured is worst');
    assert.equal(compare([1, 1], [2, 9], near(0.1)).worst?.path, 'v[1]');
  });

  it('adds absolute to relative, and takes ulps beside them', () => {
    const numeric = (rule: object): Comparator => all({ how: 'numeric', ...rule });
    assert.ok(fits(100, 102, numeric({ absolute: 1, relative: 0.01 })));
    assert.ok(!fits(100, 102.1, numeric({ absolute: 1, relative: 0.01 })));
    const next = 0.1 + 0.2;
    assert.ok(fits(0.3, next, numeric({ ulps: 1 })));
    assert.ok(!fits(0.3, next + Number.EPSILON, numeric({ ulps: 1 })));
    assert.ok(fits(5e-324, -5e-324, numeric({ ulps: 2 })), 'across zero');
    assert.ok(!fits(5e-324, -5e-324, numeric({ ulps: 1 })));
    const single = Math.fround(1 + 2 ** -23);
    assert.ok(fits(Float32Array.of(1), Float32Array.of(single), numeric({ ulps: 1 })), 'steps of float32');
    assert.ok(!fits(Float64Array.of(1), Float64Array.of(single), numeric({ ulps: 1 })));
    assert.ok(!fits(Number.MAX_VALUE, Infinity, numeric({ ulps: 5, relative: 9 })), 'infinity is never near');
    assert.ok(!fits(1e308, -1e308, numeric({ relative: 1.5 })));
    assert.ok(!fits(2n ** 60n, 2n ** 60n + 1n, numeric({})), 'whole numbers are not rounded first');
    assert.ok(fits(2n ** 60n, 2n ** 60n + 1n, numeric({ absolute: 1 })));
  });

  it('holds a metric to its interval, sealed and found', () => {
    const metric = all({ how: 'metric', min: 0.8, max: 0.9 });
    assert.ok(fits(0.85, 0.81, metric));
    assert.ok(!fits(0.85, 0.91, metric));
    assert.ok(!fits(0.7, 0.85, metric), 'the sealed one was outside');
    assert.ok(!fits(0.85, NaN, metric));
    assert.ok(!fits({ x: 0.85, y: 'a' }, { x: 0.85, y: 'b' }, metric), 'text is compared all the same');
  });

  it('ignores with a reason, and only what is named', () => {
    const rules: Comparator[] = [{ of: 'v.took', how: 'ignored', reason: 'a time' }];
    assert.deepEqual(compare({ took: 1, x: 1 }, { took: 'late', x: 1 }, ...rules).ignored, [
      { path: 'v.took', reason: 'a time' },
    ]);
    assert.equal(compare({ took: 1, x: 1 }, { took: 2, x: 2 }, ...rules).worst?.path, 'v.x');
    assert.ok(!fits({ took: 1 }, {}, ...rules), 'it must still be there');
  });

  it('takes the most precise rule, column by column', () => {
    const table = (age: number, pay: number): Table =>
      Table.fromColumns({ age: [30, age], pay: [1, pay], 'per hour': [1, 2] });
    const rules: Comparator[] = [
      { of: 'v.*', how: 'exact' },
      { of: 'v.age', how: 'numeric', absolute: 1 },
      { of: 'v["per hour"]', how: 'numeric', absolute: 9 },
      near(5),
    ];
    assert.ok(fits(table(40, 2), table(41, 2), ...rules));
    assert.equal(compare(table(40, 2), table(40, 3), ...rules).worst?.path, 'v.pay[1]');
    assert.equal(compare(table(40, 2), table(42, 2), ...rules).worst?.path, 'v.age[1]');
    const nested: Comparator[] = [{ of: '*.rows[*].x', how: 'numeric', absolute: 1 }];
    assert.ok(fits({ rows: [{ x: 1 }] }, { rows: [{ x: 2 }] }, ...nested));
    assert.ok(!fits({ rows: [{ y: 1 }] }, { rows: [{ y: 2 }] }, ...nested));
    const byName: Comparator[] = [{ of: 'c', how: 'exact' }, { of: 'v', how: 'numeric', absolute: 1 }, near(9)];
    assert.ok(fits(1, 2, ...byName), 'an output before its cell');
    assert.ok(!compareOutputs({ w: 1 }, { w: 2 }, byName, 'c').worst?.path.includes('v'), 'the cell before all');
  });

  it('never makes of a missing value a number, or of false true', () => {
    const column = (x: number | null, b: boolean): Table => Table.fromColumns({ x: [1, x], b: [true, b] });
    assert.equal(compare(column(2, true), column(null, true), near(1e6)).worst?.path, 'v.x[1]');
    assert.equal(compare(column(2, true), column(2, false), near(1e6)).worst?.path, 'v.b[1]');
    assert.equal(
      compare(column(2, true), column(4, false), near(2)).worst?.path,
      'v.b[1]',
      'after a number used its tolerance',
    );
    assert.equal(compare(column(2, true), column(null, true), near(1e6)).worst?.found, 'missing');
    assert.ok(fits(column(null, true), column(null, true), near(0)));
    assert.ok(fits(column(null, true), column(null, true), all({ how: 'metric', min: 0, max: 1 })));
    const last: Comparator = { of: 'v.*[1]', how: 'ignored', reason: 'padding' };
    assert.ok(fits(column(2, true), column(null, false), last));
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
    ['tables of other columns', Table.fromColumns({ a: [1] }), Table.fromColumns({ b: [1] })],
    ['tables of other lengths', Table.fromColumns({ a: [1] }), Table.fromColumns({ a: [1, 2] })],
  ];
  for (const [what, a, b] of unequal)
    it(`never forgives: ${what}`, () => assert.ok(!fits(a, b, near(1e-3)) && !fits(a, b)));
});

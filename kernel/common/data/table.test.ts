import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { TableData } from '#common/data.ts';
import { isTableData, Table } from './table.ts';

const people = (): Table =>
  Table.fromColumns({
    name: ['Ada', null, 'Bo'],
    age: [36, 41, null],
    union: [true, null, false],
    born: [new Date(0), null, new Date(86_400_000)],
    id: [1n, 2n, null],
  });

describe('Table', () => {
  it('gives rows with null for missing', () => {
    assert.deepEqual(people().toArray(), [
      { name: 'Ada', age: 36, union: true, born: new Date(0), id: 1 },
      { name: null, age: 41, union: null, born: null, id: 2 },
      { name: 'Bo', age: null, union: false, born: new Date(86_400_000), id: null },
    ]);
  });

  it('gives numbers as Float64Array with NaN for missing, the rest with null', () => {
    const table = people();
    assert.deepEqual(table.column('age'), Float64Array.of(36, 41, NaN));
    assert.deepEqual(table.column('id'), Float64Array.of(1, 2, NaN));
    assert.deepEqual(table.column('name'), ['Ada', null, 'Bo']);
    assert.deepEqual(table.column('union'), [true, null, false]);
    assert.equal(table.column('name'), table.column('name'));
  });

  it('keeps whole numbers beyond 2^53 as bigint, for the whole column', () => {
    const table = Table.fromColumns({ n: [2n ** 60n, 1n] });
    assert.deepEqual(table.toArray(), [{ n: 2n ** 60n }, { n: 1n }]);
  });

  it('makes frozen rows', () => {
    const row = people().get(0)!;
    assert.ok(Object.isFrozen(row));
    assert.equal(people().get(3), undefined);
    assert.equal(people().get(-1), undefined);
    assert.equal(people().get(0.5), undefined);
  });

  it('becomes plain TableData by a structured clone, and a Table again from it', () => {
    const clone = structuredClone(people()) as TableData;
    assert.ok(isTableData(clone));
    assert.deepEqual(Object.keys(clone).toSorted(), ['$', 'columns', 'rows']);
    assert.deepEqual(new Table(clone).toArray(), people().toArray());
  });

  it('filters, takes, slices, selects and adds', () => {
    const table = people();
    assert.deepEqual(table.filter((row) => row['age'] !== null).column('name'), ['Ada', null]);
    assert.deepEqual(table.slice(-1).column('name'), ['Bo']);
    assert.deepEqual(table.take([2, 2]).column('age'), Float64Array.of(NaN, NaN));
    assert.deepEqual(table.select('age', 'name').names, ['age', 'name']);
    assert.deepEqual(table.with({ age: [1, 2, 3], x: Float32Array.of(1, 2, 3) }).get(2)!['age'], 3);
    assert.deepEqual(table.with({ x: [7, 8, 9] }).names, ['name', 'age', 'union', 'born', 'id', 'x']);
    assert.equal(table.select().numRows, 3);
  });

  it('fills what a row lacks', () => {
    const table = Table.fromRows([{ a: 1 }, { b: 'x' }, {}]);
    assert.deepEqual(table.toArray(), [
      { a: 1, b: null },
      { a: null, b: 'x' },
      { a: null, b: null },
    ]);
    assert.equal(Table.fromRows([]).numRows, 0);
  });

  it('carries columns called like what every object inherits', () => {
    const table = Table.fromColumns(JSON.parse('{"__proto__": [1], "constructor": ["x"], "toString": [true]}'));
    const row = table.get(0)!;
    assert.deepEqual(Object.entries(row), [
      ['__proto__', 1],
      ['constructor', 'x'],
      ['toString', true],
    ]);
    assert.equal(Object.getPrototypeOf(row), Object.prototype);
  });

  const refused: [string, () => unknown, RegExp][] = [
    [
      'two columns of one name',
      () =>
        new Table({
          $: 'table',
          rows: 0,
          columns: [
            { name: 'a', type: 'text', values: [] },
            { name: 'a', type: 'text', values: [] },
          ],
        }),
      /Two columns are called “a”/,
    ],
    ['lengths that differ', () => Table.fromColumns({ a: [1, 2], b: [1] }), /2 rows and this column 1/],
    ['a mixed column', () => Table.fromColumns({ a: [1, 'x'] }), /Column “a”, row 1: string "x" where float64/],
    ['objects', () => Table.fromColumns({ a: [{}] }), /Column “a”, row 0: an object/],
    ['an unknown column', () => people().column('agee'), /no column “agee”. There are: name, age/],
    ['an unknown column in select', () => people().select('agee'), /no column “agee”/],
    ['rows that are not there', () => people().take([3]), /no row 3/],
    ['whole numbers that wrap', () => Table.fromColumns({ a: BigUint64Array.of(2n ** 63n) }), /below 2\^63/],
  ];
  for (const [what, run, message] of refused)
    it(`refuses ${what}`, () => assert.throws(run, { code: 'TABLE_INVALID', message }));

  it('gives back what it was given', () => {
    const cell = fc.option(fc.double({ noNaN: true }), { nil: null });
    const text = fc.option(fc.string(), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: text }, { noNullPrototype: true })), (rows) => {
        assert.deepEqual(
          Table.fromRows(rows)
            .toArray()
            .map((row) => ({ ...row })),
          rows,
        );
      }),
    );
  });

  it('works under SES lockdown, and takes a million rows', () => {
    const code = `
      import 'ses';
      lockdown({ errorTaming: 'unsafe', consoleTaming: 'unsafe' });
      const { Table } = await import('./kernel/common/data/table.ts');
      const n = 1_000_000;
      const big = Table.fromColumns({ x: new Float64Array(n).fill(2), y: new Array(n).fill('a') });
      let sum = 0;
      for (const row of big) sum += row.x;
      const odd = Table.fromRows([{ toString: 'x', hasOwnProperty: 1 }]);
      const inside = new Compartment({ globals: { Table: harden(Table) }, __options__: true });
      const mapped = inside.evaluate('Table.fromRows([{a: 1}, {a: null}]).map(row => row.a)');
      process.stdout.write(JSON.stringify([sum, big.filter((row, i) => i % 2).numRows, odd.get(0).toString, mapped]));
    `;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(out), [2_000_000, 500_000, 'x', [1, null]]);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { tableFromIPC } from 'apache-arrow';
import { encodeValue } from '#common/value/value.ts';
import { Table } from '#common/data/table.ts';
import { fromArrow, toArrowBytes } from './arrow.ts';

const hex = (table: Table): string => Buffer.from(encodeValue(table)).toString('hex');
const flags = (rows: number) =>
  fc.option(fc.uint8Array({ min: 0, max: 1, minLength: rows, maxLength: rows }), { nil: undefined });
const list = <T>(rows: number, of: fc.Arbitrary<T>) => fc.array(of, { minLength: rows, maxLength: rows });

/** Columns of every kind that has a fast way, with and without missing values. */
const tables = fc.integer({ min: 0, max: 130 }).chain((rows) =>
  fc
    .tuple(
      list(rows, fc.double()),
      list(rows, fc.maxSafeInteger()),
      list(rows, fc.string({ unit: 'grapheme' })),
      flags(rows),
    )
    .map(([doubles, whole, text, valid]) => {
      const known = (i: number): boolean => valid?.[i] !== 0;
      const some = valid?.includes(0) ? { valid } : {};
      return new Table({
        $: 'table',
        rows,
        columns: [
          { name: 'x', type: 'float64', values: Float64Array.from(doubles, (x, i) => (known(i) ? x : NaN)), ...some },
          { name: 'plain', type: 'float64', values: Float64Array.from(doubles) },
          { name: 'i', type: 'int32', values: Int32Array.from(whole, (x, i) => (known(i) ? x : 0)), ...some },
          { name: 't', type: 'text', values: text.map((x, i) => (known(i) ? x : '')), ...some },
        ],
      });
    }),
);

it('a table is the same after the way through Arrow, missing values and all', () => {
  fc.assert(
    fc.property(tables, (table) => {
      assert.equal(hex(fromArrow(tableFromIPC(toArrowBytes(table)) as never)), hex(table));
    }),
    { numRuns: 60 },
  );
});

it('letters of any length, and a text longer than all before it', () => {
  const text = ['', 'æ', '漢字'.repeat(500), '🦉', 'a'.repeat(10_000), ''];
  const back = fromArrow(tableFromIPC(toArrowBytes(Table.fromColumns({ text }))) as never);
  assert.deepEqual(back.column('text'), text);
});

/** A table read in blocks is the table read whole. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Table as Arrow, tableFromArrays, tableToIPC, vectorFromArray, Dictionary, Int32, Utf8 } from 'apache-arrow';
import * as fc from 'fast-check';
import { parquetRead } from 'hyparquet';
import type { Column, TableData } from '#common/data.ts';
import { writeNpy } from '#common/data/npy.ts';
import { Table } from '#common/data/table.ts';
import { compressors } from '../parquet.ts';
import { readTable } from '../read.ts';
import { type Blocks, type BlockSpec, openBlocks } from './open.ts';

const vega = (file: string): Uint8Array =>
  readFileSync(new URL(`../../../../node_modules/vega-datasets/data/${file}`, import.meta.url));

/** The most that one read asked for. */
interface Counted {
  largest: number;
}

function open(bytes: Uint8Array, spec: BlockSpec = {}, counted: Counted = { largest: 0 }): Promise<Blocks> {
  const reader = {
    size: bytes.length,
    async read(from: number, to: number) {
      assert.ok(from >= 0 && from <= to && to <= bytes.length, `${from} to ${to} of ${bytes.length}`);
      counted.largest = Math.max(counted.largest, to - from);
      return new Uint8Array(bytes.subarray(from, to));
    },
  };
  return openBlocks(reader, spec);
}

async function blocksOf(bytes: Uint8Array, size: number, spec: BlockSpec = {}): Promise<readonly TableData[]> {
  const blocks = await open(bytes, spec);
  const tables: TableData[] = [];
  for await (const table of blocks.read(size)) {
    assert.ok(table.rows > 0 && table.rows <= size);
    tables.push(table);
  }
  assert.equal(
    tables.reduce((sum, { rows }) => sum + rows, 0),
    blocks.rows,
  );
  const types = tables.map(({ columns }) => columns.map(({ name, type }) => `${name} ${type}`).join());
  assert.ok(new Set(types).size <= 1, 'columns have the same types in all blocks');
  return tables;
}

/** Values of a column, null where missing. */
const plain = ({ values, valid, type }: Column): unknown[] =>
  Array.from<unknown, unknown>(values, (value, i) =>
    valid?.[i] === 0 || Number.isNaN(value) ? null : type === 'text' ? value : Number(value),
  );

async function same(bytes: Uint8Array, whole: TableData, size: number, spec: BlockSpec = {}): Promise<void> {
  const tables = await blocksOf(bytes, size, spec);
  for (const column of whole.columns)
    assert.deepEqual(
      tables.flatMap(({ columns }) => plain(columns.find(({ name }) => name === column.name)!)),
      plain(column),
      column.name,
    );
}

const text = (csv: string): Uint8Array => new TextEncoder().encode(csv);

describe('blocks', () => {
  it('Parquet: three million rows, some of one column at a time', async () => {
    const bytes = vega('flights-3m.parquet');
    const whole: number[] = [];
    const file = {
      byteLength: bytes.length,
      slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
    };
    await parquetRead({
      file,
      compressors,
      columns: ['delay'],
      onComplete: (rows) => rows.forEach((row) => whole.push(Number((row as unknown[])[0]))),
    });
    assert.equal(whole.length, 3_000_000);
    const counted = { largest: 0 };
    const blocks = await open(bytes, { columns: ['delay'] }, counted);
    let row = 0;
    let wrong = 0;
    for await (const { columns } of blocks.read(500_000)) {
      assert.deepEqual(
        columns.map(({ name, type }) => `${name} ${type}`),
        ['delay int64'],
      );
      for (const value of columns[0]!.values) if (Number(value) !== whole[row++]) wrong++;
    }
    assert.equal(row, 3_000_000);
    assert.equal(wrong, 0);
    assert.ok(counted.largest < bytes.length / 2, 'never the whole file');
  });

  it('Arrow, file and stream: what is missing, texts, several batches', async () => {
    const bytes = vega('flights-200k.arrow');
    await same(bytes, await readTable(bytes, {}), 30_000);
    const table = new Arrow({
      a: vectorFromArray([1.5, null, -2, 4]),
      b: vectorFromArray(['x', 'y', null, 'x'], new Dictionary(new Utf8(), new Int32())),
      c: vectorFromArray([true, false, null, true]),
      d: vectorFromArray([1n, 2n, 3n, 4n]),
    });
    for (const kind of ['file', 'stream'] as const) {
      const small = tableToIPC(table, kind);
      for (const size of [1, 3, 100]) await same(small, await readTable(small, {}), size);
    }
    const two = tableFromArrays({ v: Float64Array.of(1, 2) }).concat(tableFromArrays({ v: Float64Array.of(3) }));
    await same(tableToIPC(two, 'file'), await readTable(tableToIPC(two, 'file'), {}), 10);
  });

  it('.npy: rows first or columns first, any kind of number', async () => {
    const numbers = Float64Array.from({ length: 35 }, (_, i) => i / 3);
    const matrix = { $: 'tensor', shape: [7, 5], data: numbers } as const;
    const column = (j: number): number[] => Array.from({ length: 7 }, (_, row) => numbers[row * 5 + j]!);
    const bytes = writeNpy(matrix);
    // The same bytes with the axes told the other way round are the transposed matrix, columns first.
    const transposed = new TextDecoder()
      .decode(bytes.subarray(10, 128))
      .replace("'fortran_order': False, 'shape': (7, 5), ", "'fortran_order': True, 'shape': (5, 7),  ");
    const fortran = Uint8Array.from(bytes);
    fortran.set(new TextEncoder().encode(transposed), 10);
    for (const size of [1, 2, 7, 50]) {
      const tables = await blocksOf(bytes, size);
      for (let j = 0; j < 5; j++)
        assert.deepEqual(
          tables.flatMap(({ columns }) => [...(columns[j]!.values as Float64Array)]),
          column(j),
        );
      const turned = await blocksOf(fortran, size);
      for (let row = 0; row < 7; row++)
        assert.deepEqual(
          turned.flatMap(({ columns }) => [...(columns[row]!.values as Float64Array)]),
          [...numbers.subarray(row * 5, row * 5 + 5)],
        );
    }
    const whole = writeNpy({ $: 'tensor', shape: [3, 1], data: Int16Array.of(-1, 2, 300) });
    assert.deepEqual(plain((await blocksOf(whole, 2))[0]!.columns[0]!), [-1, 2]);
    await assert.rejects(open(bytes.subarray(0, bytes.length - 1)), { code: 'NPY_INVALID' });
    await assert.rejects(open(writeNpy({ $: 'tensor', shape: [3], data: new Float64Array(3) })), {
      code: 'DATASET_INVALID',
      message: /shape 3; a table/,
    });
  });

  it('CSV: what type a column has is seen at its end; line breaks and delimiters in quotes', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) =>
      i === 199_990 ? `${i},"a ""b"",\nc",1.5` : `${i},t${i % 7},${i % 3 === 0 ? 'NA' : i % 100}`,
    );
    const csv = text(`id,name,mixed\r\n${lines.join('\r\n')}\r\n`);
    const big = text(`${'id,name,mixed'}\n${lines.join('\n')}\n${lines.join('\n')}`);
    assert.ok(big.length > 2 ** 22, 'more than one piece');
    for (const bytes of [csv, big]) {
      const whole = await readTable(bytes, { format: 'csv' });
      await same(bytes, whole, 65_536);
      assert.equal(whole.columns[2]!.type, 'float64');
    }
    for (const small of ['a;b\n1;2,5\n3;4\n', 'a\tb\n1\t2\n', 'a,b\n1,"x\ny"\n2,z', 'a\n1\n', '\ufeffa,b\n1,2'])
      await same(text(small), await readTable(text(small), { format: 'csv' }), 1);
    assert.equal((await open(text('a,b\n'))).rows, 0);
  });

  it('CSV: any table is the same in blocks as whole', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', '1', '.'), maxLength: 6 });
    const quoted = field.map((value) => (/["\n\r,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(quoted, quoted), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, size) => {
          const bytes = text(`a,b\n${rows.map((row) => row.join(',')).join('\n')}`);
          await same(bytes, await readTable(bytes, { format: 'csv' }), size, { format: 'csv' });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says where it is wrong, as lines are counted in the file', async () => {
    const rows = Array.from({ length: 600_000 }, (_, i) => `${i},${i}`);
    rows[599_000] = '1,2,3';
    const wrong = text(`a,b\n${rows.join('\n')}\n`);
    assert.ok(wrong.length > 2 ** 22);
    await assert.rejects(open(wrong), { code: 'DATASET_INVALID', message: /3 fields at line 599002, and 2/ });
    const cases: readonly [string, Uint8Array, RegExp][] = [
      ['nothing', new Uint8Array(0), /empty/],
      ['JSON', text('[{"a": 1}]'), /JSON is not read in blocks/],
      ['no text', Uint8Array.of(1, 2, 0, 4), /neither Parquet/],
      ['cut Parquet', vega('flights-3m.parquet').subarray(0, 5000), /not a whole Parquet/],
      ['no Arrow', text('ARROW1\0\0hello hello hello'), /not a whole Arrow/],
      ['a header of two lines', text('"a\nb",c\n1,2\n'), /line break/],
    ];
    for (const [name, bytes, message] of cases)
      await assert.rejects(open(bytes), { code: 'DATASET_INVALID', message }, name);
    assert.ok(new Table(await readTable(text('a\n1\n'), { format: 'csv' })).numRows === 1);
  });
});

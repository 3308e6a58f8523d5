import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Table as Arrow, tableFromArrays, tableToIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import { Table } from '#common/data/table.ts';
import { guessFormat, readTable } from './read.ts';
import type { ReadSpec } from './spec.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const csv = async (text: string, spec: ReadSpec = {}): Promise<Table> =>
  new Table(await readTable(bytes(text), { format: 'csv', ...spec }));
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map((column) => [column.name, column.type]));
const vega = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../node_modules/vega-datasets/data/${name}`, import.meta.url));

describe('CSV', () => {
  it('infers types with care', async () => {
    const table = await csv(
      'id,n,x,big,ok,day,at,empty,country\n007,1,1.5,3000000000,true,2024-02-29,2024-02-29T12:00,,NA\n010,-2,1e3,1,FALSE,1969-12-31,2024-02-29T12:00:00Z,,DE\n',
    );
    assert.deepEqual(typesOf(table), {
      id: 'text',
      n: 'int32',
      x: 'float64',
      big: 'int64',
      ok: 'bool',
      day: 'date',
      at: 'date',
      empty: 'text',
      country: 'text',
    });
    const noon = new Date(Date.UTC(2024, 1, 29, 12));
    assert.deepEqual(table.get(0), {
      id: '007',
      n: 1,
      x: 1.5,
      big: 3e9,
      ok: true,
      day: new Date(Date.UTC(2024, 1, 29)),
      at: noon,
      empty: null,
      country: 'NA',
    });
    assert.deepEqual(table.get(1)!['at'], noon);
  });

  it('reads missing values where numbers are, and keeps text as it is', async () => {
    const table = await csv('a,b,c\n1,NA, x\nNA,2.5,\n');
    assert.deepEqual(table.toArray(), [
      { a: 1, b: null, c: ' x' },
      { a: null, b: 2.5, c: null },
    ]);
    assert.deepEqual((await csv('a\n1\n.\n', { missing: ['.'] })).column('a'), Float64Array.of(1, NaN));
  });

  it('takes dates that do not exist, versions and phone numbers for text', async () => {
    assert.deepEqual(typesOf(await csv('a,b,c,d\n2023-02-30,1.2.3,+49 30,0x1F\n')), {
      a: 'text',
      b: 'text',
      c: 'text',
      d: 'text',
    });
  });

  it('guesses the delimiter and reads decimal commas when told', async () => {
    assert.deepEqual((await csv('a;b\n1,5;"x;y"\n', { decimal: ',' })).toArray(), [{ a: 1.5, b: 'x;y' }]);
    assert.deepEqual((await csv('a\tb\n1\t2\n')).names, ['a', 'b']);
    assert.deepEqual((await csv('a b\n1\n')).names, ['a b']);
  });

  it('reads byte order marks, UTF-16, latin1 when told, CRLF, no last line end', async () => {
    assert.deepEqual((await csv('\ufeffa,b\r\n1,ü')).toArray(), [{ a: 1, b: 'ü' }]);
    const utf16 = new Uint8Array(Buffer.from('\ufeffa\nü\n', 'utf16le'));
    assert.deepEqual(new Table(await readTable(utf16, { format: 'csv' })).column('a'), ['ü']);
    const latin1 = new Uint8Array(Buffer.from('a\nü\n', 'latin1'));
    assert.deepEqual(new Table(await readTable(latin1, { format: 'csv', encoding: 'latin1' })).column('a'), ['ü']);
  });

  it('names the column that pandas and R leave nameless', async () => {
    assert.deepEqual((await csv(',x\n1,2\n')).names, ['column1', 'x']);
  });

  it('chooses, renames, decodes and gives units', async () => {
    const table = await csv('union,wage,other\n1, 5.10 ,x\n0,,y\n', {
      columns: [
        { name: 'wage', type: 'float64', unit: '$/h' },
        { name: 'member', from: 'union', levels: { 1: 'yes', 0: 'no' } },
      ],
    });
    assert.deepEqual(table.toArray(), [
      { wage: 5.1, member: 'yes' },
      { wage: null, member: 'no' },
    ]);
    assert.equal(table.columns[0]!.unit, '$/h');
  });

  it('gives back any text it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 }), async (rows) => {
        const text = `a,b\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        const table = await csv(text, {
          columns: [
            { name: 'a', type: 'text' },
            { name: 'b', type: 'text' },
          ],
        });
        assert.deepEqual(
          table.map((row) => [row['a'] ?? '', row['b'] ?? '']),
          rows,
        );
      }),
    );
  });
});

describe('JSON, NDJSON, Arrow, Parquet', () => {
  it('trusts the types of JSON: a string of digits stays text', async () => {
    const table = new Table(
      await readTable(bytes('[{"zip":"12345","n":1,"on":"2024-01-02","geo":{"x":1}},{"n":2.5,"ok":false}]'), {
        format: 'json',
      }),
    );
    assert.deepEqual(typesOf(table), { zip: 'text', n: 'float64', on: 'date', geo: 'text', ok: 'bool' });
    assert.deepEqual(table.get(1), { zip: null, n: 2.5, on: null, geo: null, ok: false });
    assert.equal(table.get(0)!['geo'], '{"x":1}');
    const split = await readTable(bytes('{"columns":["a"],"rows":[[1],[null]]}'), { format: 'json' });
    assert.deepEqual(new Table(split).column('a'), Float64Array.of(1, NaN));
    assert.deepEqual(
      new Table(await readTable(bytes('{"a":1}\n\n{"a":2}'), {}, 'x.jsonl')).column('a'),
      Float64Array.of(1, 2),
    );
  });

  it('reads Arrow with its types', async () => {
    const arrow = tableFromArrays({
      x: Float64Array.of(1, 2),
      n: Int32Array.of(3, 4),
      big: BigInt64Array.of(5n, 6n),
      t: ['a', null],
      b: [true, false],
      d: [new Date(0), new Date(86_400_000)],
    });
    for (const kind of ['file', 'stream'] as const) {
      const table = new Table(await readTable(tableToIPC(arrow as Arrow, kind), {}));
      assert.deepEqual(table.toArray(), [
        { x: 1, n: 3, big: 5, t: 'a', b: true, d: new Date(0) },
        { x: 2, n: 4, big: 6, t: null, b: false, d: new Date(86_400_000) },
      ]);
    }
  });

  it('reads 200,000 rows of Arrow and 3,000,000 of Parquet', { timeout: 60_000 }, async () => {
    assert.equal((await readTable(vega('flights-200k.arrow'), {})).rows, 200_000);
    const flights = new Table(await readTable(vega('flights-3m.parquet'), {}));
    assert.equal(flights.numRows, 3_000_000);
    assert.deepEqual(typesOf(flights), {
      date: 'date',
      delay: 'int32',
      distance: 'int32',
      origin: 'text',
      destination: 'text',
    });
    assert.deepEqual(flights.get(0), {
      date: new Date('2001-01-01T00:01:00Z'),
      delay: 33,
      distance: 2176,
      origin: 'LAS',
      destination: 'PHL',
    });
  });

  it('guesses formats', () => {
    assert.equal(guessFormat(bytes('PAR1'), 'x.csv'), 'parquet');
    assert.equal(guessFormat(bytes('a'), 'x.TSV'), 'tsv');
    assert.equal(guessFormat(bytes('ARROW1'), ''), 'arrow');
    assert.throws(() => guessFormat(bytes('a'), 'x.xlsx'), { code: 'DATASET_INVALID' });
  });
});

describe('broken files', () => {
  const flights = vega('flights-3m.parquet');
  const cases: [string, Uint8Array | string, ReadSpec, RegExp, RegExp?][] = [
    ['empty', '', { format: 'csv' }, /empty/],
    ['only line ends', '\n\n', { format: 'csv' }, /empty/],
    ['ragged', 'a,b\n1,2\n\n"x\ny",2,3\n', { format: 'csv' }, /3 fields at line 4, and 2 in the header/],
    ['duplicate header', 'a,b,a\n', { format: 'csv' }, /Columns 1 and 3 .* “a”/],
    ['open quote', 'a,b\n1,"x\n2,y\n', { format: 'csv' }, /quote that opens at line 2, column 3/],
    [
      'latin1',
      new Uint8Array(Buffer.from(`a\n${'x\n'.repeat(5000)}bü\n`, 'latin1')),
      { format: 'csv' },
      /0xfc at line 5002, column 2 is not UTF-8/,
    ],
    ['unknown encoding', 'a', { format: 'csv', encoding: 'klingon' }, /no encoding/],
    [
      'declared number',
      'a,b\n1,2\nx,3\n',
      { format: 'csv', columns: [{ name: 'a', type: 'float64' }] },
      /“x” is no number/,
      /^line 3, column “a”$/,
    ],
    [
      'unknown code',
      'a\n1\n7\n',
      { format: 'csv', columns: [{ name: 'a', levels: { 1: 'x' } }] },
      /“7” is none of the codes declared: 1/,
      /^line 3, column “a”$/,
    ],
    [
      'unknown column',
      'a\n1\n',
      { format: 'csv', columns: [{ name: 'b' }] },
      /no column “b” in the file. There are: a/,
    ],
    ['cut JSON', '[{"a":1},\n{"a"', { format: 'json' }, /not JSON/, /^line 2, column 5$/],
    ['JSON of something else', '{"a":1}', { format: 'json' }, /neither an array/],
    ['JSON rows of numbers', '[1]', { format: 'json' }, /An object per row/, /^row 1$/],
    ['wrong NDJSON line', '{"a":1}\n{a:2}\n', { format: 'ndjson' }, /not JSON/, /^line 2, column 2$/],
    ['digits lost in JSON', '[{"id":12345678901234567890}]', { format: 'json' }, /2\^53/, /^row 1, column “id”$/],
    ['cut Parquet', flights.subarray(0, 5000), { format: 'parquet' }, /not a whole Parquet/],
    [
      'Parquet with its middle cut out',
      new Uint8Array([...flights.subarray(0, 100), ...flights.subarray(-20_000)]),
      { format: 'parquet' },
      /not a whole Parquet/,
    ],
    ['cut Arrow', vega('flights-200k.arrow').subarray(0, 300), { format: 'arrow' }, /Arrow/],
    ['text as Arrow', 'hello', { format: 'arrow' }, /Arrow|column/],
  ];
  for (const [what, file, spec, message, where] of cases)
    it(`${what}: says so`, async () => {
      const data = typeof file === 'string' ? bytes(file) : file;
      await assert.rejects(readTable(data, spec), {
        code: 'DATASET_INVALID',
        message,
        ...(where === undefined ? {} : { where }),
      });
    });

  it('never fails in another way', async () => {
    const start = [...flights.subarray(0, 4), ...flights.subarray(-3000)];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('csv', 'json', 'ndjson', 'parquet', 'arrow'),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(3000),
        async (format, noise, at) => {
          const data = format === 'parquet' ? Uint8Array.from(start.toSpliced(at, noise.length, ...noise)) : noise;
          await readTable(data, { format }).catch((error: { code?: string }) =>
            assert.equal(error.code, 'DATASET_INVALID'),
          );
        },
      ),
    );
  });
});

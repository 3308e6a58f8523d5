import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import type { TableData } from '#common/data.ts';
import { resolveInput, shipInput, type InputSource } from './input.ts';
import { toJson } from './output.ts';
import { writeNpy } from '#common/data/npy.ts';
import { buildModel, FLOAT32, node, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { isTableData, Table } from '#common/data/table.ts';
import { encodeValue } from '#common/value/value.ts';

const matrix = { $: 'tensor', shape: [2, 2], data: new Float64Array([1, 2, 3, NaN]) } as const;
const wages = Table.fromColumns({ wage: [5.1, null], sex: ['f', 'm'] });
const files: Readonly<Record<string, Uint8Array>> = {
  'x.npy': writeNpy(matrix),
  'rows.json': Buffer.from('{"columns": ["a"], "rows": [[1], [null]]}'),
  'w.csv': Buffer.from('wage,sex\n5.1,f\n'),
  'm.onnx': Uint8Array.of(8, 9),
};
const kept = new Map<string, Uint8Array>();
const store = (bytes: Uint8Array): string => {
  kept.set(sha256Hex(bytes), bytes);
  return sha256Hex(bytes);
};

/** Remembers what was asked of it. */
function source(): InputSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    file: async (path) => {
      asked.push(`file ${path}`);
      return files[path]!;
    },
    artifact: async (digest) => kept.get(digest)!,
    keepFile: async (path) => {
      asked.push(`file ${path}`);
      return store(files[path]!);
    },
    keep: async (bytes) => store(bytes),
    table: async (of) => {
      asked.push('name' in of ? `dataset ${of.name}` : `table ${of.format}`);
      return wages;
    },
    uses: (name, digest) => void asked.push(`uses ${name} ${digest === sha256Hex(files['w.csv']!) ? 'w.csv' : '…'}`),
  };
}

const one = async (assay: string, value: unknown, from = source()): Promise<unknown> =>
  ((await resolveInput({ type: 'object', properties: { v: { assay } } }, { v: value }, from)) as { v: unknown }).v;

test('tensors from nested arrays, typed arrays, files and artifacts', async () => {
  assert.deepEqual(
    await one('tensor', [
      [1, 2],
      [3, null],
    ]),
    matrix,
  );
  assert.deepEqual(await one('tensor', { file: 'x.npy' }), matrix);
  assert.deepEqual(await one('tensor', 'x.npy'), matrix);
  assert.deepEqual(await one('tensor', { digest: store(encodeValue(matrix)) }), matrix);
  assert.deepEqual(await one('tensor', store(files['x.npy']!)), matrix);
  assert.deepEqual(await one('tensor', 3), { $: 'tensor', shape: [], data: new Float64Array([3]) });
  assert.deepEqual(await one('tensor', ['Infinity', '-Infinity', 'NaN', true]), {
    $: 'tensor',
    shape: [4],
    data: new Float64Array([Infinity, -Infinity, NaN, 1]),
  });
  const ints = new Int32Array([1, 2]);
  assert.deepEqual(await one('tensor', ints), { $: 'tensor', shape: [2], data: ints });
  await assert.rejects(one('tensor', [[1, 2], [3]]), { code: 'INPUT_INVALID', where: '/v/1' });
  await assert.rejects(
    one('tensor', [
      [1, 2],
      [3, 'x'],
    ]),
    { code: 'INPUT_INVALID', where: '/v/1/1', message: /got "x"/ },
  );
  await assert.rejects(one('tensor', [1, [2]]), { code: 'INPUT_INVALID', where: '/v/1' });
  await assert.rejects(one('tensor', { odd: 1 }), { code: 'INPUT_INVALID', where: '/v' });
  await assert.rejects(one('tensor', { file: 'w.csv' }), { code: 'INPUT_INVALID', message: /w\.csv is no array/ });
});

test('tables from rows, objects, tensors, files, artifacts and data sets', async () => {
  const table = async (value: unknown, from = source()): Promise<unknown> => toJson(await one('table', value, from));
  const small = {
    columns: ['a', 'b'],
    rows: [
      [1, 'x'],
      [null, null],
    ],
  };
  assert.deepEqual(await table(small), small);
  assert.deepEqual(await table([{ a: 1, b: 'x' }, { a: null }]), small);
  assert.deepEqual(await table({ columns: ['p', 'q'], rows: { file: 'x.npy' } }), {
    columns: ['p', 'q'],
    rows: [
      [1, 2],
      [3, null],
    ],
  });
  assert.deepEqual(await table({ file: 'x.npy' }), {
    columns: ['x0', 'x1'],
    rows: [
      [1, 2],
      [3, null],
    ],
  });
  assert.deepEqual(
    await table([
      [1, null],
      [2, 3],
    ]),
    {
      columns: ['x0', 'x1'],
      rows: [
        [1, null],
        [2, 3],
      ],
    },
  );
  assert.deepEqual(await table({ file: 'rows.json' }), { columns: ['a'], rows: [[1], [null]] });
  assert.deepEqual(await table({ digest: store(encodeValue(wages)) }), toJson(wages));
  assert.ok(isTableData(await one('table', wages)));
  const asked = async (value: unknown): Promise<string[]> => {
    const from = source();
    assert.deepEqual(await table(value, from), toJson(wages));
    return from.asked;
  };
  assert.deepEqual(await asked({ file: 'w.csv' }), ['file w.csv', 'uses v w.csv', 'table csv']);
  assert.deepEqual(await asked('w.csv'), ['file w.csv', 'uses v w.csv', 'table csv']);
  assert.deepEqual(await asked({ digest: store(files['w.csv']!) }), ['uses v w.csv', 'table csv']);
  assert.deepEqual(await asked({ dataset: 'wages' }), ['dataset wages']);
  assert.deepEqual(await asked('wages'), ['dataset wages']);
  await assert.rejects(one('table', { columns: ['a', 'b'], rows: [[1, 2], [3]] }), {
    code: 'INPUT_INVALID',
    where: '/v/rows/1',
  });
  await assert.rejects(one('table', { columns: ['a'], rows: [[1], ['x']] }), {
    code: 'INPUT_INVALID',
    where: '/v/columns/0',
  });
  await assert.rejects(one('table', { columns: ['a', 'a'], rows: [] }), { code: 'INPUT_INVALID', where: '/v' });
  await assert.rejects(one('table', 7), { code: 'INPUT_INVALID', where: '/v' });
});

test('bytes and artifacts', async () => {
  assert.deepEqual(await one('bytes', { base64: 'AQI=' }), Uint8Array.of(1, 2));
  assert.deepEqual(await one('bytes', { file: 'm.onnx' }), files['m.onnx']);
  await assert.rejects(one('bytes', { base64: '?' }), { code: 'INPUT_INVALID', where: '/v' });
  const model = sha256Hex(files['m.onnx']!);
  for (const value of ['m.onnx', { file: 'm.onnx' }, files['m.onnx'], model, { digest: model }, { base64: 'CAk=' }])
    assert.equal(await one('artifact', value), model);
});

test('the schema is followed through references, items and alternatives', async () => {
  const schema = {
    type: 'object',
    properties: {
      list: { type: 'array', items: { $ref: '#/$defs/part' } },
      either: {
        anyOf: [{ assay: 'table' }, { enum: ['none', 7] }, { type: 'object', properties: { k: { type: 'number' } } }],
      },
      both: { anyOf: [{ assay: 'tensor' }, { assay: 'table' }] },
      plain: { type: 'array', items: { type: 'number' } },
      any: {},
    },
    additionalProperties: { assay: 'tensor' },
    $defs: { part: { type: 'object', properties: { x: { assay: 'tensor' } } } },
  };
  const input = {
    list: [{ x: [1] }],
    either: 'none',
    both: { columns: ['a'], rows: [[1]] },
    plain: { file: 'x.npy' },
    any: { file: 'x.npy' },
    more: [2],
  };
  const out = (await resolveInput(schema, input, source())) as Record<string, unknown>;
  assert.deepEqual(out['list'], [{ x: { $: 'tensor', shape: [1], data: new Float64Array([1]) } }]);
  assert.equal(out['either'], 'none');
  assert.ok(isTableData(out['both']));
  assert.deepEqual(out['plain'], [
    [1, 2],
    [3, NaN],
  ]);
  assert.deepEqual(out['any'], matrix);
  assert.deepEqual((out['more'] as { shape: number[] }).shape, [1]);
  assert.deepEqual(input.list, [{ x: [1] }], 'what came in stays');
  const either = async (value: unknown): Promise<unknown> =>
    ((await resolveInput(schema, { either: value }, source())) as { either: unknown }).either;
  assert.deepEqual(await either({ k: 1 }), { k: 1 });
  assert.ok(isTableData((await either({ dataset: 'wages' })) as TableData));
  assert.equal(await either(7), 7);
});

test('files are shipped as artifacts, and mean the same there', async () => {
  const schema = {
    type: 'object',
    properties: {
      data: { assay: 'table' },
      model: { assay: 'artifact' },
      x: { assay: 'tensor' },
      plain: { type: 'array' },
    },
  };
  const input = { data: { file: 'w.csv' }, model: 'm.onnx', x: 'x.npy', plain: { file: 'x.npy' }, text: 'w.csv' };
  const shipped = (await shipInput(schema, input, source())) as Record<string, unknown>;
  assert.deepEqual(shipped, {
    data: { digest: sha256Hex(files['w.csv']!) },
    model: sha256Hex(files['m.onnx']!),
    x: { digest: sha256Hex(files['x.npy']!) },
    plain: [
      [1, 2],
      [3, NaN],
    ],
    text: 'w.csv',
  });
  assert.deepEqual(await resolveInput(schema, shipped, source()), await resolveInput(schema, input, source()));
  const rows = await shipInput(schema, { data: { columns: ['p', 'q'], rows: { file: 'x.npy' } } }, source());
  assert.deepEqual(rows, { data: { columns: ['p', 'q'], rows: { digest: sha256Hex(files['x.npy']!) } } });
});

test('values as JSON', () => {
  const value = {
    t: matrix,
    w: wages,
    d: new Date(0),
    n: NaN,
    i: -Infinity,
    b: 5n,
    big: 2n ** 60n,
    u: undefined,
    bytes: Uint8Array.of(1, 2),
    f: new Float32Array([0.5]),
    m: new Map([['k', 1n]]),
    p: new Map([[1, 2]]),
    s: new Set([NaN]),
  };
  assert.deepEqual(toJson(value), {
    t: [
      [1, 2],
      [3, null],
    ],
    w: {
      columns: ['wage', 'sex'],
      rows: [
        [5.1, 'f'],
        [null, 'm'],
      ],
    },
    d: '1970-01-01T00:00:00.000Z',
    n: null,
    i: '-Infinity',
    b: 5,
    big: '1152921504606846976',
    bytes: { base64: 'AQI=' },
    f: [0.5],
    m: { k: 1 },
    p: [[1, 2]],
    s: [null],
  });
});

test('a list of numbers is no table: it could be a row or a column', async () => {
  const schema = { type: 'object', properties: { data: { assay: 'table' } } };
  const line = { ...matrix, shape: [4] };
  for (const data of [[1, 2, 3], line])
    await assert.rejects(resolveInput(schema, { data }, source()), {
      code: 'INPUT_INVALID',
      where: '/data',
      message: /could be a row or a column/,
    });
});

test('a model in two files is one artifact, here and when it is shipped', async () => {
  const external = [{ key: 'location', value: 'm.data' }];
  const parts: Readonly<Record<string, Uint8Array>> = {
    'models/m.onnx': buildModel({
      name: 'parts',
      inputs: [],
      outputs: [valueInfo('Y', FLOAT32, [1])],
      initializers: [{ name: 'w', dims: [1], dataType: FLOAT32, external }],
      nodes: [node('Identity', ['w'], ['Y'])],
    }),
    'models/m.data': Uint8Array.of(0, 0, 128, 63),
  };
  const schema = { type: 'object', properties: { model: { assay: 'artifact' } } };
  const from = { ...source(), file: async (path: string) => parts[path]! };
  const here = await resolveInput(schema, { model: 'models/m.onnx' }, from);
  const shipped = await shipInput(schema, { model: 'models/m.onnx' }, from);
  assert.deepEqual(here, shipped);
  const [w] = readModel(kept.get((here as { model: string }).model)!).proto.graph!.initializer!;
  assert.deepEqual([w!.raw, w!.external], [parts['models/m.data'], []]);
});

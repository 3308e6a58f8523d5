import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AssayError } from '#common/errors.ts';
import type { MethodContext } from '#common/plugin.ts';
import { Table } from '#common/data/table.ts';
import plugin from './index.ts';

const project = new URL('../../', import.meta.url);
const real = (path: string): URL => new URL(path, project);

/** A context over the project's files, some of them replaced. Remembers the materials. */
function context(files: Readonly<Record<string, string>> = {}): MethodContext & { readonly used: Map<string, string> } {
  const used = new Map<string, string>();
  return {
    used,
    signal: new AbortController().signal,
    progress: () => {},
    random: () => 0,
    now: () => 0,
    artifact: {
      read: () => Promise.reject(new AssayError('NOT_FOUND')),
      open: () => Promise.reject(new AssayError('NOT_FOUND')),
      async write(content) {
        const hash = createHash('sha256');
        for await (const piece of content instanceof Uint8Array ? [content] : content) hash.update(piece);
        return hash.digest('hex');
      },
    },
    files: {
      async read(path) {
        if (Object.hasOwn(files, path)) return new TextEncoder().encode(files[path]);
        if (!existsSync(real(path))) throw new AssayError('NOT_FOUND', undefined, { where: path });
        return new Uint8Array(readFileSync(real(path)));
      },
      list: (path) =>
        Promise.resolve([
          ...readdirSync(real(path)),
          ...new Set(Object.keys(files).map((file) => file.split('/')[1]!)),
        ]),
    },
    call: () => Promise.reject(new AssayError('FORBIDDEN')),
    stream: () => {
      throw new AssayError('FORBIDDEN');
    },
    parts: () => {
      throw new AssayError('FORBIDDEN');
    },
    log: () => {},
    uses: (name, digest) => void used.set(name, digest),
  };
}

const { list, describe: about, read, inspect } = plugin.methods;
const wages = async (): Promise<Table> => new Table(await read({ name: 'wages' }, context()));

describe('datasets', () => {
  it('lists what is there, and says what is wrong with the rest', async () => {
    const { datasets } = await list({}, context({ 'datasets/bad/dataset.json': '{"title": "x"}' }));
    assert.deepEqual(
      datasets.map(({ name }) => name),
      ['bad', 'flights', 'penguins', 'wages', 'weather'],
    );
    assert.match(datasets[0]!.problem ?? '', /“description” is missing/);
    assert.ok(datasets.slice(1).every(({ problem, licence }) => problem === undefined && licence !== undefined));
  });

  it('reads the wages with the swapped codes put right', async () => {
    const table = await wages();
    assert.equal(table.numRows, 534);
    assert.deepEqual(table.get(0), {
      wage: 5.1,
      sex: 'female',
      ethnicity: 'hispanic',
      age: 35,
      education: 8,
      experience: 21,
      occupation: 'other',
      sector: 'manufacturing',
      union: 'no union',
      married: 'married',
      region: 'elsewhere',
    });
    assert.equal(table.filter((row) => row['union'] === 'union').numRows, 96);
    assert.equal(table.filter((row) => row['married'] === 'married').numRows, 350);
  });

  for (const name of ['wages', 'penguins', 'weather', 'flights'])
    it(`describes every column of ${name}, with the digest of its bytes`, { timeout: 60_000 }, async () => {
      const ctx = context();
      const described = await about({ name }, ctx);
      assert.ok(described.columns.every((column) => 'description' in column && column.description !== ''));
      assert.equal(ctx.used.get(described.file.path), described.file.digest);
      assert.equal(ctx.used.size, 2);
    });

  it('refuses bytes that are not those described', async () => {
    const json = readFileSync(new URL('datasets/wages/dataset.json', project), 'utf8').replace(
      /"sha256": "[0-9a-f]{4}/,
      '"sha256": "0000',
    );
    await assert.rejects(async () => read({ name: 'wages' }, context({ 'datasets/wages/dataset.json': json })), {
      code: 'DATASET_CHANGED',
    });
  });

  it('names the file, the line and the column of what is wrong', async () => {
    const json = JSON.stringify({
      title: 't',
      description: 'd',
      source: 's',
      licence: 'l',
      read: { file: 'x.csv' },
      columns: [{ name: 'a', type: 'int32' }],
    });
    const files = { 'datasets/x/dataset.json': json, 'datasets/x/x.csv': 'a\n1\n1.5\n' };
    await assert.rejects(async () => read({ name: 'x' }, context(files)), {
      code: 'DATASET_INVALID',
      where: 'datasets/x/x.csv, line 3, column “a”',
    });
    await assert.rejects(async () => read({ name: 'nowhere' }, context()), {
      code: 'NOT_FOUND',
      message: /no data set “nowhere”/,
    });
    await assert.rejects(async () => read({}, context()), { code: 'INPUT_INVALID' });
    await assert.rejects(async () => read({ name: 'a', file: 'b' }, context()), { code: 'INPUT_INVALID' });
  });

  it('looks at bytes before they become a data set', async () => {
    const seen = await inspect(
      { bytes: new TextEncoder().encode('id,n\n01,1\n02,\n'), fileName: 'mine.csv' },
      context(),
    );
    assert.deepEqual(seen.read, { format: 'csv' });
    assert.deepEqual(seen.columns, [
      {
        name: 'id',
        type: 'text',
        missing: 0,
        distinct: 2,
        top: [
          { value: '01', count: 1 },
          { value: '02', count: 1 },
        ],
      },
      { name: 'n', type: 'int32', missing: 1, min: 1, max: 1, mean: 1 },
    ]);
    assert.equal(seen.preview.rows, 2);
  });
});

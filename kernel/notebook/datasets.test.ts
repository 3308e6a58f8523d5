import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Table } from '#common/data/table.ts';
import { openScratchHost, type ScratchHost } from '../host/scratch.ts';
import type { Kernel } from '../kernel.ts';
import { openDatasets, type Datasets } from './datasets.ts';

const repo = fileURLToPath(new URL('../../', import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('data sets of a project', () => {
  let dir: string;
  let scratch: ScratchHost;
  let datasets: Datasets;
  const events: unknown[] = [];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'assay-datasets-'));
    cpSync(join(repo, 'plugins/datasets'), join(dir, 'plugins/datasets'), { recursive: true });
    cpSync(join(repo, 'datasets/penguins'), join(dir, 'datasets/penguins'), { recursive: true });
    symlinkSync(join(repo, 'node_modules'), join(dir, 'node_modules'));
    scratch = await openScratchHost({ pluginDirs: [join(dir, 'plugins')], projectDir: dir });
    const kernel: Pick<Kernel, 'projectDir' | 'call'> & { events: { emit(event: unknown): void } } = {
      projectDir: dir,
      call: (request, options) => scratch.host.call(request, options),
      events: { emit: (event) => void events.push(event) },
    };
    datasets = openDatasets(kernel as unknown as Kernel);
  });
  after(async () => {
    await scratch.host.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('leaves a receipt at the first use, and keeps the table at hand', async () => {
    const first = await datasets.table('penguins');
    const receipts = scratch.drafts.length;
    assert.equal(scratch.drafts.at(-1)!.kind, 'dataset');
    assert.deepEqual(
      scratch.drafts.at(-1)!.materials.map(({ name }) => name),
      ['datasets/penguins/dataset.json', 'node_modules/vega-datasets/data/penguins.json'],
    );
    assert.equal((await datasets.table('penguins')).receipt, first.receipt);
    assert.equal(scratch.drafts.length, receipts);
  });

  it('adds what somebody brings, with types and digest written down', async () => {
    const data = bytes('plz;wert\n01067;1,5\n10115;\n');
    const entry = await datasets.add({
      name: 'mine',
      bytes: data,
      fileName: 'mine.csv',
      decimal: ',',
      licence: 'CC0-1.0',
    });
    assert.deepEqual(entry, {
      name: 'mine',
      title: 'mine',
      description: 'Added from mine.csv.',
      source: 'mine.csv',
      licence: 'CC0-1.0',
    });
    assert.deepEqual(readdirSync(join(dir, 'datasets/mine')).toSorted(), ['dataset.json', 'mine.csv']);
    assert.deepEqual(new Uint8Array(readFileSync(join(dir, 'datasets/mine/mine.csv'))), data);
    const { table } = await datasets.table('mine');
    assert.deepEqual(new Table(table).toArray(), [
      { plz: '01067', wert: 1.5 },
      { plz: '10115', wert: null },
    ]);
    assert.deepEqual(events, [{ type: 'dataset', name: 'mine' }]);
    assert.deepEqual(
      (await datasets.list()).map(({ name }) => name),
      ['mine', 'penguins'],
    );
  });

  it('reads again when a file was changed, and refuses other bytes than those described', async () => {
    writeFileSync(join(dir, 'datasets/mine/mine.csv'), 'plz;wert\n01067;2,5\n');
    const json = join(dir, 'datasets/mine/dataset.json');
    const about = readFileSync(json, 'utf8');
    writeFileSync(json, `${about} `);
    await assert.rejects(datasets.table('mine'), { code: 'DATASET_CHANGED' });
    writeFileSync(json, about.replace(/,\s*"sha256": "[0-9a-f]+"/, ''));
    assert.deepEqual(new Table((await datasets.table('mine')).table).toArray(), [{ plz: '01067', wert: 2.5 }]);
  });

  const refused: [string, Parameters<Datasets['add']>[0], object][] = [
    [
      'a name that is taken',
      { name: 'penguins', bytes: bytes('a\n1\n'), fileName: 'x.csv' },
      { code: 'DATASET_EXISTS' },
    ],
    [
      'a name that is no variable',
      { name: '../x', bytes: bytes('a\n1\n'), fileName: 'x.csv' },
      { code: 'NAME_INVALID' },
    ],
    [
      'a file that cannot be read',
      { name: 'bad', bytes: bytes('a,b\n1\n'), fileName: 'bad.csv' },
      { code: 'DATASET_INVALID', message: /1 fields at line 2/ },
    ],
    [
      'a format that nobody named',
      { name: 'bad', bytes: bytes('a\n'), fileName: 'bad.xls' },
      { code: 'DATASET_INVALID', message: /doesn’t say its format/ },
    ],
  ];
  for (const [what, data, error] of refused)
    it(`refuses ${what}, and leaves nothing behind`, async () => {
      await assert.rejects(datasets.add(data), error);
      assert.deepEqual(
        readdirSync(join(dir, 'datasets')).filter((name) => name.startsWith('.') || name === 'bad'),
        [],
      );
    });

  it('knows what is not there', async () => {
    await assert.rejects(datasets.table('nothing'), { code: 'NOT_FOUND' });
    await assert.rejects(datasets.describe('../penguins'), { code: 'NOT_FOUND' });
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { digestOf, type Library, openLibrary } from './library.ts';

const root = await mkdtemp(join(tmpdir(), 'assay-library-'));
after(() => rm(root, { recursive: true, force: true }));

interface Opened {
  readonly library: Library;
  readonly dir: string;
  readonly told: [string, string | null][];
  /** Waits until that has been told. */
  heard(name: string, digest: string | null): Promise<void>;
}

let count = 0;
async function open(): Promise<Opened> {
  const dir = join(root, String(count++));
  const told: [string, string | null][] = [];
  const waiting = new Set<() => void>();
  const library = await openLibrary({
    dir,
    trash: join(dir, 'trash'),
    onChange: (name, digest) => {
      told.push([name, digest]);
      for (const look of waiting) look();
    },
  });
  const heard = (name: string, digest: string | null): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (told.some(([n, d]) => n === name && d === digest)) resolve();
      };
      waiting.add(look);
      look();
    });
  return { library, dir, told, heard };
}

test('what is saved is there byte for byte, and listed', async () => {
  const { library, dir, told } = await open();
  const source = '\uFEFF---\r\ntitle: T\r\n---\r\n\r\nText é.\r\n';
  const digest = await library.create('Größe 1', source);
  assert.equal(await readFile(join(dir, 'Größe 1.md'), 'utf8'), source);
  assert.deepEqual(await library.read('Größe 1'), { source, digest });
  const [entry] = await library.list();
  assert.deepEqual(
    { ...entry, modified: '' },
    { name: 'Größe 1', title: 'Größe 1', summary: 'Text é.', order: null, digest, modified: '' },
  );
  assert.deepEqual(told, [['Größe 1', digest]]);
  await assert.rejects(library.create('Größe 1', ''), { code: 'NOTEBOOK_EXISTS' });
  library.close();
});

test('a save over another version is refused and says which is there', async () => {
  const { library } = await open();
  const first = await library.save('n', 'one', null);
  const second = await library.save('n', 'two', first);
  for (const expected of [first, null, digestOf('never')]) {
    await assert.rejects(library.save('n', 'three', expected), {
      code: 'NOTEBOOK_CHANGED',
      details: { digest: second },
    });
  }
  await library.save('n', 'four', '*');
  assert.equal((await library.read('n')).source, 'four');
  await assert.rejects(library.save('gone', 'x', first), { code: 'NOTEBOOK_CHANGED', details: { digest: null } });
  await assert.rejects(library.save('gone', 'x', '*'), { code: 'NOTEBOOK_CHANGED' });
  library.close();
});

test('of two saves at once over the same version one wins', async () => {
  const { library, dir } = await open();
  const base = await library.create('n', 'base');
  const saves = await Promise.allSettled(['a', 'b', 'c', 'd'].map((source) => library.save('n', source, base)));
  assert.equal(saves.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(
    (await readdir(dir)).filter((file) => file !== 'trash'),
    ['n.md'],
  );
  library.close();
});

test('removed to the trash and restored from it', async () => {
  const { library, told } = await open();
  const first = await library.create('n', 'one');
  await assert.rejects(library.remove('n', digestOf('other')), { code: 'NOTEBOOK_CHANGED' });
  await library.remove('n', first);
  await assert.rejects(library.read('n'), { code: 'NOT_FOUND' });
  await library.create('n', 'two');
  await assert.rejects(library.restore('n'), { code: 'NOTEBOOK_EXISTS' });
  await library.remove('n');
  assert.equal(await library.restore('n'), digestOf('two'));
  await assert.rejects(library.restore('m'), { code: 'NOT_FOUND' });
  assert.deepEqual(
    told.map(([, digest]) => digest),
    [first, null, digestOf('two'), null, digestOf('two')],
  );
  library.close();
});

test('no name leads out of the folder', async () => {
  const { library, dir } = await open();
  await writeFile(join(root, 'secret.md'), 'secret');
  const bad = [
    '',
    '.',
    '..',
    '../secret',
    '..\\secret',
    '/etc/passwd',
    'a/b',
    'a\0b',
    '.hidden',
    ' a',
    'a ',
    'a.md',
    'a\n',
    '%2e%2e',
    'a'.repeat(81),
    '\u202Ea',
  ];
  for (const name of bad) {
    for (const attempt of [
      () => library.read(name),
      () => library.create(name, ''),
      () => library.save(name, '', null),
      () => library.remove(name),
      () => library.restore(name),
    ]) {
      await assert.rejects(async () => attempt(), { code: 'NAME_INVALID' }, JSON.stringify(name));
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'./\\a %\0:~') }), async (name) => {
      await assert.rejects(
        async () => library.read(name),
        ({ code }: { code: string }) => code === 'NAME_INVALID' || code === 'NOT_FOUND',
      );
    }),
  );
  assert.deepEqual(await readdir(dir), []);
  library.close();
});

test('folders and other files are no notebooks', async () => {
  const { library, dir } = await open();
  await mkdir(join(dir, 'folder.md'));
  await writeFile(join(dir, 'other.txt'), '');
  await writeFile(join(dir, '.hidden.md'), '');
  await symlink(join(dir, 'nowhere'), join(dir, 'broken.md'));
  assert.deepEqual(await library.list(), []);
  library.close();
  const again = await openLibrary({ dir, trash: dir, onChange: () => assert.fail('nothing changed') });
  again.close();
});

test('changes by other programs are told, and one’s own only once', async () => {
  const { library, dir, told, heard } = await open();
  await library.create('mine', 'x');
  await writeFile(join(dir, 'theirs.md'), 'one');
  await heard('theirs', digestOf('one'));
  await writeFile(join(dir, 'theirs.md'), 'two');
  await heard('theirs', digestOf('two'));
  await rm(join(dir, 'theirs.md'));
  await heard('theirs', null);
  assert.equal(told.filter(([name]) => name === 'mine').length, 1);
  library.close();
});

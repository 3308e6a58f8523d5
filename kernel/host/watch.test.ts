import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { watchFolders } from './watch.ts';

test('what is written where is told once it is quiet, wherever it came from', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'assay-watch-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const plugins = join(root, 'plugins');
  let told = 0;
  let heard = Promise.withResolvers<void>();
  const watching = await watchFolders([plugins], async () => {
    told++;
    heard.resolve();
  });
  t.after(() => watching.close());
  const write = async (path: string, text = path): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  /** The promise that `settled` gives is kept when what was written has been told. */
  const tells = async (change: () => Promise<unknown>): Promise<void> => {
    heard = Promise.withResolvers();
    await change();
    await heard.promise;
    while (watching.settled() !== null) await watching.settled();
  };
  assert.equal(watching.settled(), null);
  await tells(() => write('plugins/a/plugin.json'));
  await tells(() => write('plugins/a/index.ts'));
  await tells(() => write('plugins/a/lib/deep/x.ts'));
  await tells(() => write('plugins/a/lib/deep/x.ts', 'changed'));
  await tells(() => rename(join(plugins, 'a'), join(plugins, 'b')));
  await tells(() => write('plugins/b/lib/deep/x.ts', 'changed again'));
  await tells(() => rm(join(plugins, 'b', 'lib'), { recursive: true }));
  await tells(() => rm(plugins, { recursive: true }));
  await tells(() => write('plugins/b/index.ts', 'back'));
  await tells(() => write('plugins/b/index.ts', 'back again'));

  await tells(() => write('plugins/b/node_modules/p/x.js'));
  await tells(() => write('plugins/b/.cache/x'));
  await write('new.ts');
  const before = told;
  await write('plugins/b/node_modules/p/x.js', 'changed');
  await write('plugins/b/.cache/x', 'changed');
  // One change, and not a moment when the file is empty.
  await tells(() => rename(join(root, 'new.ts'), join(plugins, 'b', 'index.ts')));
  assert.equal(told, before + 1, 'packages and hidden files are no part of a plugin');
  watching.close();
  await write('plugins/b/index.ts', 'after the end');
  assert.equal(watching.settled(), null);
});

test('who asks while changed files are being read waits until they have been told of', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'assay-watch-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const [begun, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let ended = false;
  const watching = await watchFolders([root], async () => {
    begun.resolve();
    await going.promise;
    ended = true;
  });
  t.after(() => watching.close());
  await writeFile(join(root, 'index.ts'), 'new');
  await begun.promise;
  const settled = watching.settled();
  assert.notEqual(settled, null, 'a call that came now would get the old code');
  going.resolve();
  await settled;
  assert.equal(ended, true);
});

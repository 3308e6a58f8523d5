/** A new plugin passes the suite, and for each check there is a plugin that only this check refuses. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PluginManifest } from '#common/plugin.ts';
import { checkPlugin } from './conformance.ts';
import { methodTypes } from './method-types.ts';
import { writePlugin } from './scaffold.ts';

type Edit = (files: { manifest: PluginManifest; code: string; readme: string }) => void;

/** Checks that fail after an edit of a new plugin; the types are kept current. */
async function failures(edit: Edit = () => {}): Promise<string[]> {
  const project = await mkdtemp(join(tmpdir(), 'assay-conform-'));
  try {
    const dir = await writePlugin(join(project, 'plugins'), 'my-stats');
    const read = (file: string): Promise<string> => readFile(join(dir, file), 'utf8');
    const files = {
      manifest: JSON.parse(await read('plugin.json')) as PluginManifest,
      code: await read('index.ts'),
      readme: await read('README.md'),
    };
    edit(files);
    await writeFile(join(dir, 'plugin.json'), JSON.stringify(files.manifest));
    await writeFile(join(dir, 'methods.gen.ts'), methodTypes(files.manifest));
    await writeFile(join(dir, 'index.ts'), files.code);
    await writeFile(join(dir, 'README.md'), files.readme);
    const { checks, ok } = await checkPlugin(dir);
    const failed = checks.filter((check) => !check.ok);
    assert.equal(ok, failed.length === 0);
    return failed.map(({ what, detail }) => `${what}: ${detail}`);
  } finally {
    await rm(project, { recursive: true });
  }
}

test('a new plugin conforms', async () => assert.deepEqual(await failures(), []));

type Loose = { [key: string]: Loose };
const method = ({ manifest }: { manifest: PluginManifest }): Loose => manifest.methods['mean'] as unknown as Loose;
const cases: Readonly<Record<string, readonly [Edit, RegExp]>> = {
  'plugin.json is right': [(files) => Object.assign(files.manifest, { version: '1' }), /version/],
  'README.md has what readers look for': [
    (files) => (files.readme = files.readme.replace('## Limits', '')),
    /## Limits/,
  ],
  'what plugin.json names is there': [
    (files) => Object.assign(files.manifest, { notebooks: ['nowhere'] }),
    /nowhere\.md/,
  ],
  'its code loads': [(files) => (files.code = `import 'node:fs';\n${files.code}`), /FORBIDDEN.*node:fs/],
  'a misspelt parameter is an error': [
    (files) => delete method(files)['input']!['additionalProperties'],
    /additionalProperties/,
  ],
  'has an example': [(files) => delete method(files)['example'], /examples\/mean\.json/],
  'the example runs and its output fits': [
    (files) => (method(files)['output']!['properties']!['mean']!['type'] = 'string' as never),
    /PLUGIN_OUTPUT_INVALID/,
  ],
  'same input and seed, same result': [
    (files) => (files.code = files.code.replace('ctx.random()', 'Math.random()')),
    /Two runs gave/,
  ],
  // What a part knows of the parts before it depends on the worker that ran them.
  'on any number of cores': [
    (files) =>
      (files.code = files.code
        .replace('mean({', 'async mean({')
        .replace(
          'export default definePlugin<Methods>({',
          'let seen = 0;\nconst part = (_: null) => seen++;\n$& parts: { part },',
        )
        .replace(
          'means.sort();',
          'let strange = 0;\n for await (const one of ctx.parts(part, [null, null, null, null], { shared: null })) strange += one;\n' +
            'if (strange === 6) means.fill(0);\nseen = 0;',
        )),
    /Two runs gave/,
  ],
  'a wrong input is refused at its place': [
    (files) => (method(files)['input']!['properties']!['level'] = { minimum: 0, default: 0.95 } as never),
    /for “level”/,
  ],
};

for (const [what, [edit, says]] of Object.entries(cases))
  test(`a plugin fails on: ${what}`, async () => {
    const failed = await failures(edit);
    assert.ok(
      failed.some((one) => one.includes(what) && says.test(one)),
      failed.join('\n'),
    );
    if (!['plugin.json is right', 'the example runs and its output fits'].includes(what))
      assert.equal(failed.length, 1, failed.join('\n'));
  });

test('names that a plugin cannot have', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'assay-names-'));
  for (const name of ['', 'Stats', 'my_stats', '-x', 'x-', '1x', '../x', 'a/b', 'document', 'class', 'x'.repeat(65)])
    await assert.rejects(writePlugin(dir, name), { code: 'PLUGIN_NAME_INVALID' }, name);
  await writePlugin(dir, 'stats');
  await assert.rejects(writePlugin(dir, 'stats'), { code: 'PLUGIN_EXISTS' });
  await rm(dir, { recursive: true });
});

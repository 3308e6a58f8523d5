import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CELL_GLOBALS, DOM_GLOBALS, GLOBALS, namespaceOf, VIEW_GLOBALS } from '#common/cells/names.ts';
import { AssayError } from '#common/errors.ts';
import type { PluginManifest } from '#common/plugin.ts';
import { methodTypes } from './method-types.ts';

/** Names that a cell cannot use for a plugin: built-ins, and the words of the language. */
const TAKEN: ReadonlySet<string> = new Set([
  ...GLOBALS,
  ...CELL_GLOBALS,
  ...VIEW_GLOBALS,
  ...DOM_GLOBALS,
  ...(
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public return ' +
    'static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
]);

/**
 * Writes a plugin that works at once: one method with numbers in, numbers out, progress, cancel and a seed.
 *
 * @param dir the folder that plugins live in
 * @returns the plugin's folder
 * @throws PLUGIN_NAME_INVALID, PLUGIN_EXISTS
 */
export async function writePlugin(dir: string, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(name) || name.length > 64 || name.endsWith('-'))
    throw new AssayError('PLUGIN_NAME_INVALID', `“${name}” cannot be a plugin’s name.`, { where: name });
  if (TAKEN.has(namespaceOf(name)))
    throw new AssayError('PLUGIN_NAME_INVALID', `“${namespaceOf(name)}” means something else in cells already.`, {
      where: name,
    });
  const folder = join(dir, name);
  if (await stat(folder).catch(() => null))
    throw new AssayError('PLUGIN_EXISTS', `There is something at ${folder} already.`, { where: name });
  const manifest = manifestOf(name);
  const files: Readonly<Record<string, string>> = {
    'index.ts': INDEX,
    'index.test.ts': testOf(name),
    'methods.gen.ts': methodTypes(manifest),
    'README.md': readmeOf(name, manifest),
    'plugin.json': `${JSON.stringify(manifest, null, 2)}\n`,
  };
  await mkdir(folder, { recursive: true });
  // plugin.json last: a kernel that watches the folder sees a plugin only when all of it is there.
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text, { flag: 'wx' });
  return folder;
}

function manifestOf(name: string): PluginManifest {
  return {
    name,
    version: '0.1.0',
    title: name[0]!.toUpperCase() + name.slice(1).replaceAll('-', ' '),
    description: 'Says how sure one may be of a mean.',
    engines: { assay: '>=0.1' },
    permissions: {},
    methods: {
      mean: {
        title: 'Mean with an interval',
        description: 'The mean of numbers and a bootstrap interval around it. Missing numbers are left out.',
        input: {
          type: 'object',
          additionalProperties: false,
          required: ['values'],
          properties: {
            values: { assay: 'tensor', title: 'Values', description: 'Numbers; null is missing.' },
            level: {
              type: 'number',
              exclusiveMinimum: 0,
              exclusiveMaximum: 1,
              default: 0.95,
              title: 'Level',
              description: 'Share of resampled means inside the interval.',
            },
            resamples: {
              type: 'integer',
              minimum: 1,
              maximum: 1_000_000,
              default: 1000,
              title: 'Resamples',
              description: 'How often the numbers are drawn again.',
            },
          },
        },
        output: {
          type: 'object',
          required: ['count', 'mean', 'low', 'high'],
          properties: {
            count: { type: 'integer', description: 'Numbers that were there.' },
            mean: { type: 'number' },
            low: { type: 'number' },
            high: { type: 'number' },
          },
        },
        example: { values: [4.1, 3.9, 5.2, null, 4.4, 4.8, 4.0], resamples: 200 },
      },
    },
  };
}

const INDEX = `import { AssayError } from '#common/errors.ts';
import { definePlugin } from '#common/plugin.ts';
import type { Methods } from './methods.gen.ts';

export default definePlugin<Methods>({
  methods: {
    mean({ values, level, resamples }, ctx) {
      const numbers = Float64Array.from(values.data, Number).filter((value) => !Number.isNaN(value));
      if (numbers.length === 0) throw new AssayError('INPUT_INVALID', 'There are no numbers.', { where: '/values' });
      const means = new Float64Array(resamples);
      for (let i = 0; i < resamples; i++) {
        means[i] = meanOf(numbers.map(() => numbers[Math.floor(ctx.random() * numbers.length)]!));
        ctx.progress(i + 1, resamples);
      }
      means.sort();
      const at = (share: number): number => means[Math.min(resamples - 1, Math.floor(share * resamples))]!;
      return { count: numbers.length, mean: meanOf(numbers), low: at((1 - level) / 2), high: at((1 + level) / 2) };
    },
  },
});

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
`;

function testOf(name: string): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScratchHost } from '../../kernel/host/scratch.ts';

test('the interval holds the mean, and the same seed gives the same interval', async () => {
  const { host } = await openScratchHost({ pluginDirs: ['plugins'], projectDir: '.' });
  const call = { method: '${name}.mean', input: { values: [1, 2, 3, null] }, seed: 7 };
  const { result } = await host.call(call);
  const { count, mean, low, high } = result as Record<string, number>;
  assert.equal(count, 3);
  assert.equal(mean, 2);
  assert.ok(low! <= 2 && 2 <= high!);
  assert.deepEqual((await host.call(call)).result, result);
  await host.close();
});
`;
}

function readmeOf(name: string, { title, description, methods }: PluginManifest): string {
  const rows = Object.entries(methods).map(([method, { description: does }]) => `- \`${name}.${method}\`: ${does}`);
  return `# ${title}

${description}

## Methods

${rows.join('\n')}

In a notebook, with \`uses: [${name}.mean]\` in its front matter:

\`\`\`ts
const { mean, low, high } = await ${namespaceOf(name)}.mean({ values: wages.column('wage') })
\`\`\`

On the command line:

    echo '{"values": [4.1, 3.9, 5.2]}' | npx assay call ${name}.mean --input - --seed 7

## Limits

The bootstrap takes the numbers to be independent of each other.

## Working on it

\`npx assay check-plugin ${name}\` runs the conformance suite. After a change of the schemas in plugin.json,
\`npx assay plugin-types ${name}\` writes methods.gen.ts anew.
`;
}

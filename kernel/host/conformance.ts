import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { ASSAY_VERSION } from './catalog.ts';
import { checkMethod } from './conformance-calls.ts';
import { readPlugin, type FoundPlugin } from './find.ts';
import { methodTypes } from './method-types.ts';
import { LIMITS } from './limits.ts';
import { openScratchHost, type ScratchHost } from './scratch.ts';
import { startWorker } from './worker.ts';

/** One thing that a plugin must do, and whether it does. */
interface Check {
  /** `manifest`, `shap.explain: same seed, same result` */
  readonly what: string;
  readonly ok: boolean;
  /** What is wrong, or what was seen. */
  readonly detail: string;
}

export interface Conformance {
  readonly plugin: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Headings that a plugin's README has. */
const HEADINGS = ['## Methods', '## Limits'];

/**
 * The conformance suite: everything that the kernel, the notebook and other people's plugins rely on. Its calls leave no evidence.
 *
 * @param folder the plugin's folder
 * @param projectDir what its `permissions.files` are relative to; the folder above the plugins' unless given
 */
export async function checkPlugin(folder: string, projectDir = join(folder, '..', '..')): Promise<Conformance> {
  const dir = resolve(folder);
  const checks: Check[] = [];
  const check = async (what: string, see: () => Promise<string>): Promise<boolean> => {
    const done = await see().then(
      (detail) => ({ what, ok: true, detail }),
      (error: unknown) => ({ what, ok: false, detail: detailOf(error) }),
    );
    checks.push(done);
    return done.ok;
  };
  const report = (): Conformance => ({ plugin: basename(dir), ok: checks.every(({ ok }) => ok), checks });

  let plugin: FoundPlugin | null = null;
  await check('plugin.json is right', async () => {
    plugin = await readPlugin(dir, ASSAY_VERSION);
    return `${plugin.methods.size} methods`;
  });
  if (plugin === null) return report();
  const found: FoundPlugin = plugin;
  await check('methods.gen.ts is what plugin.json says', () => typesAreCurrent(found));
  await check('README.md has what readers look for', () => readmeIsThere(found));
  await check('what plugin.json names is there', () => namedIsThere(found, resolve(projectDir)));
  const on = (cores: number): Promise<ScratchHost> =>
    openScratchHost({ pluginDirs: [dirname(dir)], projectDir, limits: { grace: 500, cores } });
  const [{ host }, { host: wide }] = await Promise.all([on(1), on(3)]);
  try {
    if (await check('its code loads', () => loads(found)))
      for (const method of found.methods.keys())
        await checkMethod({ host, wide, plugin: found, method, projectDir: resolve(projectDir) }, check);
  } finally {
    await Promise.all([host.close(), wide.close()]);
  }
  return report();
}

async function loads(plugin: FoundPlugin): Promise<string> {
  const worker = await startWorker(plugin, LIMITS, () => {});
  await worker.stop();
  return 'index.ts';
}

async function typesAreCurrent({ dir, manifest }: FoundPlugin): Promise<string> {
  const text = await readFile(join(dir, 'methods.gen.ts'), 'utf8').catch(() => null);
  if (text === methodTypes(manifest)) return 'current';
  const found = text === null ? 'There is none' : 'It is of another plugin.json';
  throw new Error(`${found}: npx assay plugin-types ${manifest.name} writes it.`);
}

async function readmeIsThere({ dir, manifest }: FoundPlugin): Promise<string> {
  const text = await readFile(join(dir, 'README.md'), 'utf8').catch(() => {
    throw new Error('There is no README.md.');
  });
  const lines = text.split('\n').map((line) => line.trim());
  const lacks = HEADINGS.filter((heading) => !lines.includes(heading));
  if (!lines.some((line) => line.startsWith('# '))) lacks.unshift('# a title');
  if (lacks.length > 0) throw new Error(`It lacks the heading ${lacks.join(', ')}.`);
  const silent = Object.keys(manifest.methods).filter((method) => !text.includes(`${manifest.name}.${method}`));
  if (silent.length > 0)
    throw new Error(`It says nothing of ${silent.map((method) => `${manifest.name}.${method}`).join(', ')}.`);
  return HEADINGS.join(', ');
}

/** Views in view.tsx, example notebooks in notebooks/. */
async function namedIsThere({ dir, manifest }: FoundPlugin, projectDir: string): Promise<string> {
  const views = Object.keys(manifest.views ?? {});
  const source = await readFile(join(dir, 'view.tsx'), 'utf8').catch(() => null);
  if (views.length > 0 && source === null) throw new Error('plugin.json names views, but there is no view.tsx.');
  const undrawn = views.filter((view) => !new RegExp(`\\b${view}\\b`).test(source ?? ''));
  if (undrawn.length > 0) throw new Error(`view.tsx does not draw ${undrawn.join(', ')}.`);
  if (source !== null && views.length === 0) throw new Error('There is a view.tsx, but plugin.json names no views.');
  for (const notebook of manifest.notebooks ?? []) {
    const file = join(projectDir, 'notebooks', `${notebook}.md`);
    await stat(file).catch(() => {
      throw new Error(`There is no ${file}.`);
    });
  }
  return [...views, ...(manifest.notebooks ?? [])].join(', ') || 'nothing named';
}

function detailOf(error: unknown): string {
  if (error instanceof AssayError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

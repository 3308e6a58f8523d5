import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MethodManifest, PluginManifest } from '#common/plugin.ts';
import { openScratchHost, type ScratchHost } from './scratch.ts';
import type { HostOptions } from './types.ts';

/** A plugin for a test: methods by name, what plugin.json says beyond the least, and code. */
export interface FixturePlugin {
  readonly manifest?: Partial<PluginManifest>;
  readonly methods: Readonly<Record<string, Partial<MethodManifest>>>;
  /** index.ts; the word METHODS in it is not special. */
  readonly code: string;
  readonly files?: Readonly<Record<string, string>>;
}

export interface Fixture extends ScratchHost, AsyncDisposable {
  /** A project's folder with plugins/. */
  readonly dir: string;
  write(name: string, plugin: FixturePlugin): Promise<void>;
}

/** A host on plugins that are written into a temporary project. */
export async function openFixture(
  plugins: Readonly<Record<string, FixturePlugin>>,
  options: Partial<HostOptions> = {},
): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-host-'));
  await mkdir(join(dir, 'plugins'));
  const write = async (name: string, plugin: FixturePlugin): Promise<void> => {
    const files = {
      'index.ts': plugin.code,
      ...plugin.files,
      'plugin.json': JSON.stringify(manifestOf(name, plugin), null, 2),
    };
    for (const [path, text] of Object.entries(files)) {
      const file = join(dir, 'plugins', name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  };
  for (const [name, plugin] of Object.entries(plugins)) await write(name, plugin);
  const scratch = await openScratchHost({ pluginDirs: [join(dir, 'plugins')], projectDir: dir, ...options });
  return {
    ...scratch,
    dir,
    write,
    async [Symbol.asyncDispose]() {
      await scratch.host.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function manifestOf(name: string, { manifest, methods }: FixturePlugin): PluginManifest {
  return {
    name,
    version: '1.0.0',
    title: name,
    description: `Fixture ${name}.`,
    engines: { assay: '*' },
    permissions: {},
    ...manifest,
    methods: Object.fromEntries(
      Object.entries(methods).map(([method, more]) => [
        method,
        { title: method, description: method, input: { type: 'object' }, output: {}, ...more },
      ]),
    ),
  };
}

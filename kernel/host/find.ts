import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { checkManifest, type CheckedManifest } from './manifest.ts';

/** A plugin as it lies on disk, checked, none of its code run. */
export interface FoundPlugin extends CheckedManifest {
  readonly dir: string;
  /** SHA-256 over names and bytes of all its files. */
  readonly digest: Digest;
}

/** A folder that is no usable plugin, and why. */
export interface PluginProblem {
  readonly name: string;
  readonly dir: string;
  readonly error: AssayError;
}

export interface Findings {
  readonly plugins: ReadonlyMap<string, FoundPlugin>;
  readonly problems: readonly PluginProblem[];
}

/** Reads every folder in `dirs` that has a plugin.json. Of two plugins of one name the first counts and the other is a problem. */
export async function findPlugins(dirs: readonly string[], assay: string): Promise<Findings> {
  const plugins = new Map<string, FoundPlugin>();
  const problems: PluginProblem[] = [];
  for (const dir of (await Promise.all(dirs.map(pluginFolders))).flat()) {
    const name = basename(dir);
    try {
      const plugin = await readPlugin(dir, assay);
      const other = plugins.get(name);
      if (other !== undefined)
        throw new AssayError('PLUGIN_INVALID', `${other.dir} already is the plugin “${name}”.`, {
          where: join(dir, 'plugin.json'),
        });
      plugins.set(name, plugin);
    } catch (error) {
      problems.push({ name, dir, error: AssayError.from(error) });
    }
  }
  return { plugins, problems };
}

/** @throws PLUGIN_INVALID when plugin.json is not right or index.ts is missing */
export async function readPlugin(dir: string, assay: string): Promise<FoundPlugin> {
  const file = join(dir, 'plugin.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new AssayError('PLUGIN_INVALID', `${file} cannot be read.`, { where: file });
  });
  const checked = checkManifest(text, basename(dir), file, assay);
  const files = await filesOf(dir);
  if (!files.includes('index.ts')) throw new AssayError('PLUGIN_INVALID', `${dir} has no index.ts.`, { where: dir });
  return { ...checked, dir, digest: await digestFiles(dir, files) };
}

/** Files of a plugin by path with `/`, sorted; no hidden ones and no packages. */
async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** SHA-256 over, for each file: length of its path, path, length of its bytes, bytes (lengths as decimal lines). */
async function digestFiles(dir: string, files: readonly string[]): Promise<Digest> {
  const hash = createHash('sha256');
  for (const path of files) {
    const bytes = await readFile(join(dir, path));
    hash.update(`${Buffer.byteLength(path)}\n${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

async function pluginFolders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => !entry.name.startsWith('.')).map((entry) => join(dir, entry.name));
  const isPlugin = await Promise.all(
    folders.map((folder) =>
      stat(join(folder, 'plugin.json')).then(
        (s) => s.isFile(),
        () => false,
      ),
    ),
  );
  return folders.filter((_, i) => isPlugin[i]).sort();
}

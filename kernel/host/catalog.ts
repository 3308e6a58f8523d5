import about from '../../package.json' with { type: 'json' };
import { AssayError } from '#common/errors.ts';
import { findPlugins, readPlugin, type FoundPlugin, type PluginProblem } from './find.ts';
import type { CheckedMethod } from './manifest.ts';
import { nearest } from './nearest.ts';
import { createPool, type Pool } from './pool.ts';
import type { HostOptions, Limits } from './types.ts';
import { watchFolders } from './watch.ts';

export const ASSAY_VERSION = about.version;

/** The plugins as they are now, each with its workers. */
export interface Catalog {
  plugins(): ReadonlyMap<string, FoundPlugin>;
  problems(): readonly PluginProblem[];
  /** @throws METHOD_NOT_FOUND; PLUGIN_INVALID when there is a folder of that name that is no usable plugin */
  plugin(name: string): FoundPlugin;
  /** @param method `plugin.method` @throws as `plugin` */
  find(method: string): { readonly plugin: FoundPlugin; readonly name: string; readonly checked: CheckedMethod };
  pool(plugin: FoundPlugin): Pool;
  /** Takes up a plugin whose files turned out to have changed. */
  adopt(plugin: FoundPlugin): void;
  reload(): Promise<void>;
  /** Resolves when all changes seen so far have been taken up; null when there are none. */
  settled(): Promise<void> | null;
  close(): Promise<void>;
}

/** Thrown by a pool that would start a worker on other files than it was made for. */
export class PluginChanged extends Error {
  readonly plugin: FoundPlugin;
  constructor(plugin: FoundPlugin) {
    super(`${plugin.manifest.name} changed`);
    this.plugin = plugin;
  }
}

export async function createCatalog(options: HostOptions, limits: Limits): Promise<Catalog> {
  const { pluginDirs, onEvent } = options;
  const pools = new Map<FoundPlugin, Pool>();
  const first = await findPlugins(pluginDirs, ASSAY_VERSION);
  const plugins = new Map(first.plugins);
  let { problems } = first;
  let closed = false;

  const retire = (plugin: FoundPlugin): void => {
    pools.get(plugin)?.retire();
    pools.delete(plugin);
  };
  const adopt = (plugin: FoundPlugin): void => {
    const { name } = plugin.manifest;
    const before = plugins.get(name);
    if (before?.digest === plugin.digest && before.dir === plugin.dir) return;
    if (before !== undefined) retire(before);
    plugins.set(name, plugin);
    onEvent?.({ type: 'plugin', name, state: before === undefined ? 'loaded' : 'changed' });
  };
  const reload = async (): Promise<void> => {
    const found = await findPlugins(pluginDirs, ASSAY_VERSION);
    if (closed) return;
    for (const [name, plugin] of plugins) {
      if (found.plugins.has(name)) continue;
      retire(plugin);
      plugins.delete(name);
      if (!found.problems.some((problem) => problem.name === name))
        onEvent?.({ type: 'plugin', name, state: 'changed' });
    }
    for (const plugin of found.plugins.values()) adopt(plugin);
    const known = new Set(problems.map((problem) => problem.dir + problem.error.message));
    ({ problems } = found);
    for (const { name, dir, error } of problems)
      if (!known.has(dir + error.message)) onEvent?.({ type: 'plugin', name, state: 'failed', error: error.toJSON() });
  };
  const watching = options.watch === true ? await watchFolders(pluginDirs, reload) : null;

  const plugin = (name: string): FoundPlugin => {
    const found = plugins.get(name);
    if (found !== undefined) return found;
    const problem = problems.find((one) => one.name === name);
    if (problem !== undefined) throw problem.error;
    throw unknown(`There is no plugin “${name}”`, name, [...plugins.keys()]);
  };
  return {
    plugins: () => plugins,
    problems: () => problems,
    plugin,
    find(method) {
      const dot = method.indexOf('.');
      const found = plugin(dot < 0 ? method : method.slice(0, dot));
      const name = dot < 0 ? '' : method.slice(dot + 1);
      const checked = found.methods.get(name);
      if (checked === undefined)
        throw unknown(
          `“${found.manifest.name}” has no method “${name}”`,
          name,
          [...found.methods.keys()],
          `${found.manifest.name}.`,
        );
      return { plugin: found, name, checked };
    },
    pool(of) {
      let pool = pools.get(of);
      if (pool === undefined) {
        pool = createPool(
          async () => {
            const now = await readPlugin(of.dir, ASSAY_VERSION);
            if (now.digest !== of.digest) throw new PluginChanged(now);
            return of;
          },
          limits,
          (message) => options.onLog?.({ plugin: of.manifest.name, method: '', call: '', level: 'info', message }),
        );
        pools.set(of, pool);
      }
      return pool;
    },
    adopt,
    reload,
    settled: () => watching?.settled() ?? null,
    async close() {
      closed = true;
      watching?.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
}

function unknown(says: string, name: string, known: readonly string[], prefix = ''): AssayError {
  const near = nearest(name, known);
  const hint =
    near === null
      ? ` There is: ${known.map((k) => prefix + k).join(', ') || 'none'}.`
      : ` Did you mean “${prefix}${near}”?`;
  return new AssayError('METHOD_NOT_FOUND', `${says}.${hint}`, { where: prefix + name });
}

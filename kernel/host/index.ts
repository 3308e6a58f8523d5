/** The plugin host: finds plugins, checks them, and runs their methods, each call in a worker of its own. */
import { resolve } from 'node:path';
import { createCatalog } from './catalog.ts';
import { createCaller } from './caller.ts';
import { LIMITS } from './limits.ts';
import type { Host, HostOptions, Limits } from './types.ts';

/** Finds the plugins and checks every plugin.json; none of their code runs before the first call. */
export async function openHost(given: HostOptions): Promise<Host> {
  const options: HostOptions = {
    ...given,
    projectDir: resolve(given.projectDir),
    pluginDirs: given.pluginDirs.map((dir) => resolve(dir)),
  };
  const limits: Limits = { ...LIMITS, ...options.limits };
  const catalog = await createCatalog(options, limits);
  const caller = createCaller(options, limits, catalog);
  return {
    list: () => [...catalog.plugins().values()].map(({ manifest }) => manifest),
    problems: () => catalog.problems(),
    plugin: (name) => catalog.plugin(name),
    async call(request, callOptions = {}) {
      const changes = catalog.settled();
      if (changes !== null) await changes;
      return caller.call(request, callOptions, []);
    },
    stream: (request, callOptions = {}) => caller.stream(request, callOptions),
    reload: () => catalog.reload(),
    settled: async () => (await catalog.settled()) ?? undefined,
    async close() {
      caller.close();
      await catalog.close();
    },
  };
}

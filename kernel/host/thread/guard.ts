import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { AssayError } from '#common/errors.ts';

/** Node modules that reach outside the worker; `ctx` offers what a plugin may have of them. */
const REFUSED = new Set(
  (
    'async_hooks child_process cluster dgram diagnostics_channel dns dns/promises fs fs/promises http http2 https inspector ' +
    'inspector/promises module net process repl sea sqlite test tls trace_events v8 vm wasi worker_threads'
  )
    .split(' ')
    .map((name) => `node:${name}`),
);

export interface Guard {
  readonly plugin: string;
  /** `file:` URLs, ending in a slash, of the plugin's folder and of kernel/common. */
  readonly home: string;
  readonly common: string;
  readonly network: readonly string[];
}

/**
 * Keeps a plugin's own files to what `ctx` offers: they may import themselves, `#common/*` and npm packages, and neither Node's
 * modules for files, network and processes nor other plugins or the rest of the kernel.
 *
 * It keeps honest code honest and is no sandbox: npm packages that a plugin imports are not restricted, and code in a worker that
 * means harm finds a way out. Plugins of strangers need the process tier.
 */
export function guard({ plugin, home, common, network }: Guard): void {
  const refuse = (what: string, hint: string): never => {
    throw new AssayError('FORBIDDEN', `The plugin “${plugin}” may not ${what}. ${hint}`, { where: plugin });
  };
  const isOwn = (url: string): boolean => url.startsWith(home) && !url.slice(home.length).includes('node_modules/');
  registerHooks({
    resolve(specifier, context, next) {
      if (context.parentURL === undefined || !isOwn(context.parentURL)) return typed(next(specifier, context), isOwn);
      if (specifier.startsWith('#common/'))
        return next(new URL(specifier.slice('#common/'.length), common).href, context);
      const found = typed(resolveOwn(specifier, context, next, common), isOwn);
      if (REFUSED.has(found.url))
        refuse(`import ${found.url}`, 'Files, artifacts and other plugins are reached through ctx.');
      if (!isOwn(found.url) && !found.url.startsWith('node:') && !found.url.includes('/node_modules/'))
        refuse(`import ${short(found.url)}`, 'A plugin imports its own files, #common/* and npm packages.');
      return found;
    },
  });
  const refusing = (what: string) => (): never => refuse(what, 'The worker belongs to the kernel.');
  Object.assign(process, {
    kill: refusing('call process.kill'),
    getBuiltinModule: refusing('call process.getBuiltinModule'),
  });
  const allowed = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const host = new URL(input instanceof Request ? input.url : input).host;
    if (!network.includes(host)) refuse(`reach ${host}`, 'Hosts are named under permissions.network.');
    return allowed(input, init);
  };
  for (const name of ['WebSocket', 'EventSource'] as const)
    if (network.length === 0) Reflect.deleteProperty(globalThis, name);
}

type Resolve = Parameters<NonNullable<Parameters<typeof registerHooks>[0]['resolve']>>;

/** A plugin outside the project's folder finds the project's npm packages as well as its own. */
function resolveOwn(specifier: string, context: Resolve[1], next: Resolve[2], common: string): ReturnType<Resolve[2]> {
  if (!/^(?![./#]|[a-z]+:)/.test(specifier)) return next(specifier, context);
  try {
    return next(specifier, context);
  } catch (error) {
    try {
      return next(specifier, { ...context, parentURL: common });
    } catch {
      throw error;
    }
  }
}

type Resolved = ReturnType<Resolve[2]>;

/** A plugin's own TypeScript is modules, whatever package.json lies above its folder. */
function typed(found: Resolved, isOwn: (url: string) => boolean): Resolved {
  return isOwn(found.url) && found.url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found;
}

function short(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url).split('/').slice(-3).join('/') : url.slice(0, 60);
}

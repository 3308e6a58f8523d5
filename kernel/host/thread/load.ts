import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssayError } from '#common/errors.ts';
import type { Plugin } from '#common/plugin.ts';

/**
 * Imports a plugin's index.ts. Node strips the types; syntax that it cannot strip (enums, decorators) goes through tsx.
 *
 * @throws what the plugin's code throws, and PLUGIN_LOAD_FAILED when it exports no plugin
 */
export async function loadPlugin(dir: string): Promise<Plugin> {
  const loaded = await importTypeScript(pathToFileURL(join(dir, 'index.ts')).href);
  const plugin = loaded['default'];
  if (isPlugin(plugin)) return plugin;
  throw new AssayError('PLUGIN_LOAD_FAILED', 'index.ts must `export default definePlugin({ methods: {…} })`.');
}

async function importTypeScript(url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) throw error;
    const { tsImport } = await import('tsx/esm/api');
    return (await tsImport(url, import.meta.url)) as Record<string, unknown>;
  }
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('methods' in value)) return false;
  return isFunctions(value.methods) && (!('parts' in value) || isFunctions(value.parts));
}

function isFunctions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'function');
}

import { readdir, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep, isAbsolute } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { readWhole, streamWhole } from './whole-file.ts';

/** The project's files, for those who are not the user. */
export interface Project {
  readonly projectDir: string;
  /** Folders that nothing reads: the kernel's home, which holds keys. */
  readonly secret: readonly string[];
}

/** What `ctx.files` of one call may reach. */
export interface FileAccess extends Project {
  readonly plugin: string;
  /** The plugin's folder; paths that begin with `./` lie in it, and need no permission. */
  readonly dir: string;
  /** `permissions.files` of plugin.json. */
  readonly allowed: readonly string[];
  /** Strings of the call's input: under the permission `input`, these paths and no others may be read. */
  readonly named: () => ReadonlySet<string>;
  /** What those are relative to; null confines them to the project. */
  readonly base: readonly string[] | null;
}

/** @throws FORBIDDEN, NOT_FOUND */
export async function readAllowed(access: FileAccess, path: string): Promise<Uint8Array> {
  return readWhole(await locate(access, path), path);
}

/** Names in a folder, sorted; folders end in `/`. @throws FORBIDDEN, NOT_FOUND */
export async function listAllowed(access: FileAccess, path: string): Promise<readonly string[]> {
  const real = await locate(access, path);
  const entries = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
    throw new AssayError('NOT_FOUND', `“${path}” cannot be read: ${(error as Error).message}`, {
      where: path,
      cause: error,
    });
  });
  return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
}

/** The real path, links followed, when it lies in a folder that the plugin may read. */
async function locate(access: FileAccess, path: string): Promise<string> {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw forbidden(access, String(path));
  if (path.startsWith('./')) {
    const real = await realOf(resolve(access.dir, path));
    if (real !== null && (await within(real, access.dir))) return real;
    if (real === null && isBelow(resolve(access.dir, path), access.dir)) throw missing(path);
    throw forbidden(access, path);
  }
  const real = await realOf(resolve(access.projectDir, path));
  const folders = access.allowed
    .filter((folder) => folder !== 'input')
    .map((folder) => join(access.projectDir, folder));
  if (!isAbsolute(path)) {
    for (const folder of folders) {
      if (real !== null && (await within(real, folder)) && !(await isSecret(real, access))) return real;
      if (real === null && isBelow(resolve(access.projectDir, path), folder)) throw missing(path);
    }
  }
  if (!access.allowed.includes('input') || !access.named().has(path)) throw forbidden(access, path);
  return locateInput(path, access.base, access);
}

/** A file that the caller named. @param base see `CallOptions.base` @throws FORBIDDEN, NOT_FOUND, BODY_TOO_LARGE */
export async function readNamed(
  path: string,
  base: readonly string[] | null,
  project: Project,
): Promise<Uint8Array<ArrayBuffer>> {
  return readWhole(await locateInput(path, base, project), path);
}

/** The same piece by piece, of any length. */
export async function streamNamed(
  path: string,
  base: readonly string[] | null,
  project: Project,
): Promise<AsyncIterable<Uint8Array>> {
  return streamWhole(await locateInput(path, base, project), path);
}

/** Its real path. @throws FORBIDDEN, NOT_FOUND */
async function locateInput(path: string, base: readonly string[] | null, project: Project): Promise<string> {
  const { projectDir } = project;
  if (base !== null) {
    for (const folder of base) {
      const real = await realOf(resolve(folder, path));
      if (real !== null) return real;
    }
    throw missing(path);
  }
  const real = await realOf(resolve(projectDir, path));
  const outside = new AssayError('FORBIDDEN', `The path “${path}” is not one of the project’s open files.`, {
    where: path,
  });
  if (real === null) throw isBelow(resolve(projectDir, path), projectDir) ? missing(path) : outside;
  if (!(await within(real, projectDir)) || hidden(relative(await realpath(projectDir), real))) throw outside;
  if (await isSecret(real, project)) throw outside;
  return real;
}

async function isSecret(real: string, { secret }: Project): Promise<boolean> {
  for (const folder of secret) if (await within(real, folder)) return true;
  return false;
}

/** `.assay` holds keys and tokens, `.git` and `.env` other secrets. */
function hidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith('.'));
}

async function within(real: string, folder: string): Promise<boolean> {
  const root = await realOf(folder);
  return root !== null && (real === root || isBelow(real, root));
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function realOf(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}

function missing(path: string): AssayError {
  return new AssayError('NOT_FOUND', `There is no file “${path}”.`, { where: path });
}

function forbidden({ plugin, allowed }: FileAccess, path: string): AssayError {
  const may = allowed.length === 0 ? 'none' : allowed.join(', ');
  return new AssayError('FORBIDDEN', `The plugin “${plugin}” may not read “${path}” (permissions.files: ${may}).`, {
    where: plugin,
  });
}

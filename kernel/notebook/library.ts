/**
 * The notebooks of a project: files in one folder, which people also edit with other programs. A save names the version it was
 * made from; each change, whoever made it, is told once.
 */
import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { codeOf, diskError, makeFolder, writeWhole } from '../store/files.ts';
import { outline, type Outline } from './outline.ts';

interface NotebookEntry extends Outline {
  /** The file's name without `.md`. */
  readonly name: string;
  /** SHA-256 of the file. */
  readonly digest: Digest;
  /** RFC 3339 UTC. */
  readonly modified: string;
}

export interface Library {
  readonly dir: string;
  /** By name. */
  list(): Promise<NotebookEntry[]>;
  /** @throws NAME_INVALID, NOT_FOUND */
  read(name: string): Promise<{ readonly source: string; readonly digest: Digest }>;
  /** @throws NAME_INVALID, NOTEBOOK_EXISTS, DISK_FULL */
  create(name: string, source: string): Promise<Digest>;
  /**
   * Replaces the version `expected`; `'*'` any version, null none: then the notebook must not exist yet.
   * @throws NAME_INVALID, NOTEBOOK_CHANGED (details: the digest that it has now, or null), DISK_FULL
   */
  save(name: string, source: string, expected: Digest | '*' | null): Promise<Digest>;
  /** Moves it into the trash, from where `restore` brings it back. @throws NAME_INVALID, NOT_FOUND, NOTEBOOK_CHANGED */
  remove(name: string, expected?: Digest): Promise<void>;
  /** The version that was removed last. @throws NAME_INVALID, NOT_FOUND, NOTEBOOK_EXISTS */
  restore(name: string): Promise<Digest>;
  close(): void;
}

export interface LibraryOptions {
  readonly dir: string;
  readonly trash: string;
  /** A notebook was made, changed or removed (`null`), here or by another program. */
  readonly onChange: (name: string, digest: Digest | null) => void;
  readonly now?: () => number;
}

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} _-]{0,78}[\p{L}\p{N}_-])?$/u;
/** Programs write in several steps: look once they have paused. */
const SETTLE = 60;

export const digestOf = (source: string): Digest => createHash('sha256').update(source).digest('hex');

export async function openLibrary({ dir, trash, onChange, now = Date.now }: LibraryOptions): Promise<Library> {
  await makeFolder(dir);
  const path = (name: string): string => {
    if (!NAME.test(name))
      throw new AssayError('NAME_INVALID', 'That is not a name for a notebook.', { where: name.slice(0, 100) });
    return join(dir, `${name}.md`);
  };
  const known = new Map<string, Digest>();
  const tell = (name: string, digest: Digest | null): void => {
    if ((known.get(name) ?? null) === digest) return;
    if (digest === null) known.delete(name);
    else known.set(name, digest);
    onChange(name, digest);
  };
  const find = async (name: string): Promise<{ source: string; digest: Digest } | null> => {
    try {
      const bytes = await readFile(path(name));
      const source = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      return { source, digest: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EISDIR') return null;
      throw error;
    }
  };
  const read = async (name: string): Promise<{ source: string; digest: Digest }> => {
    const found = await find(name);
    if (found === null) throw new AssayError('NOT_FOUND', `There is no notebook “${name}”.`);
    return found;
  };
  const names = async (): Promise<string[]> =>
    (await readdir(dir))
      .filter((file) => file.endsWith('.md') && NAME.test(file.slice(0, -3)))
      .map((file) => file.slice(0, -3))
      .toSorted();

  // One change at a time, so that nothing comes between looking at a version and replacing it.
  let tail: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = tail.then(work);
    tail = done.catch(() => undefined);
    return done;
  };
  const write = async (name: string, source: string): Promise<Digest> => {
    const digest = digestOf(source);
    await writeWhole(path(name), source);
    tell(name, digest);
    return digest;
  };
  const create = (name: string, source: string): Promise<Digest> =>
    alone(async () => {
      if ((await find(name)) !== null)
        throw new AssayError('NOTEBOOK_EXISTS', `There is a notebook “${name}” already.`, { where: name });
      return write(name, source);
    });

  const look = async (): Promise<void> => {
    const there = await names();
    for (const name of known.keys()) if (!there.includes(name)) tell(name, null);
    for (const name of there) tell(name, (await find(name))?.digest ?? null);
  };
  for (const name of await names()) {
    const found = await find(name);
    if (found !== null) known.set(name, found.digest);
  }
  const watcher = watchFolder(dir, () => void alone(look).catch(() => undefined));

  return {
    dir,
    read,
    create,
    async list() {
      const entries = (await names()).map(async (name): Promise<NotebookEntry | null> => {
        const found = await find(name);
        const about = await stat(path(name)).catch(() => null);
        if (found === null || about === null) return null;
        return { name, ...outline(found.source, name), digest: found.digest, modified: about.mtime.toISOString() };
      });
      return (await Promise.all(entries)).filter((entry) => entry !== null);
    },
    save: (name, source, expected) =>
      alone(async () => {
        const digest = (await find(name))?.digest ?? null;
        if (expected === '*' ? digest === null : expected !== digest) throw changed(name, digest);
        return write(name, source);
      }),
    remove: (name, expected) =>
      alone(async () => {
        const { digest } = await read(name);
        if (expected !== undefined && expected !== digest) throw changed(name, digest);
        await makeFolder(trash);
        await rename(path(name), join(trash, `${name}.${now()}.md`)).catch((error: unknown) => {
          throw diskError(error);
        });
        tell(name, null);
      }),
    async restore(name) {
      path(name);
      const kept = await readdir(trash).catch(() => []);
      const times = kept
        .filter((file) => file.startsWith(`${name}.`))
        .map((file) => Number(file.slice(name.length + 1, -3)));
      const newest = Math.max(...times.filter(Number.isFinite));
      if (!Number.isFinite(newest)) throw new AssayError('NOT_FOUND', `There is no “${name}” in the trash.`);
      return create(name, await readFile(join(trash, `${name}.${newest}.md`), 'utf8'));
    },
    close: () => watcher.close(),
  };
}

function changed(name: string, digest: Digest | null): AssayError {
  const says = digest === null ? `“${name}” is not there any more.` : undefined;
  return new AssayError('NOTEBOOK_CHANGED', says, { where: name, details: { digest } });
}

function watchFolder(dir: string, onPause: () => void): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dir, { persistent: false }, () => {
    clearTimeout(timer);
    timer = setTimeout(onPause, SETTLE).unref();
  });
  watcher.on('error', () => undefined);
  watcher.on('close', () => clearTimeout(timer));
  return watcher;
}

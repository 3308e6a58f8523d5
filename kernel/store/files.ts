/** Files that are whole or not there: written beside, synced, renamed, and the folder synced. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError, type ErrorCode } from '#common/errors.ts';

export interface WriteOptions {
  /** Permission bits; 0o644 unless given. */
  readonly mode?: number;
  /** `false`: a power cut may lose it, for what is derived again at every start. `file`: the caller syncs the folder. */
  readonly sync?: boolean | 'file';
}

/** Replaces or makes `path`. @throws DISK_FULL, NO_ACCESS and leaves what was there. */
export async function writeWhole(path: string, bytes: Uint8Array | string, options: WriteOptions = {}): Promise<void> {
  const beside = join(dirname(path), `.${randomBytes(6).toString('hex')}.part`);
  try {
    const file = await open(beside, 'wx', options.mode ?? 0o644);
    try {
      await file.writeFile(bytes);
      if (options.sync !== false) await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    if (options.sync === undefined || options.sync === true) await syncFolder(dirname(path));
  } catch (error) {
    await rm(beside, { force: true });
    throw diskError(error, path);
  }
}

/** Makes the renames in a folder survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and syncs the one it lies in, so that the new name lasts. @throws DISK_FULL, NO_ACCESS */
export async function makeFolder(path: string, mode = 0o755): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode }).catch((error: unknown) => {
    throw diskError(error);
  });
  if (made !== undefined) await syncFolder(dirname(made));
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EFBIG: 'DISK_FULL',
  EACCES: 'NO_ACCESS',
  EPERM: 'NO_ACCESS',
  EROFS: 'NO_ACCESS',
};

/** A full disk, and a place that may not be written, as their own codes; everything else as it came. */
export function diskError(error: unknown, where = pathOf(error)): unknown {
  const code = codeOf(error);
  const known = code === undefined ? undefined : CODES[code];
  if (known === undefined) return error;
  return new AssayError(known, undefined, {
    cause: error,
    ...(where === undefined ? {} : { where }),
    details: { code },
  });
}

const pathOf = (error: unknown): string | undefined =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

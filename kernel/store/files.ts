/** Files that are whole or not there: written beside, synced, renamed, and the folder synced. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '#common/errors.ts';

export interface WriteOptions {
  /** Permission bits; 0o644 unless given. */
  readonly mode?: number;
  /** `false`: a power cut may lose it, for what is derived again at every start. `file`: the caller syncs the folder. */
  readonly sync?: boolean | 'file';
}

/** Replaces or makes `path`. @throws DISK_FULL and leaves what was there. */
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
    throw diskError(error);
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

/** Makes a folder and syncs the one it lies in, so that the new name lasts. */
export async function makeFolder(path: string, mode = 0o755): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode });
  if (made !== undefined) await syncFolder(dirname(made));
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A full disk as its own code; everything else as it came. */
export function diskError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || !FULL.has(code)) return error;
  return new AssayError('DISK_FULL', undefined, { cause: error, details: { code } });
}

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

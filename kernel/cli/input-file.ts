import { open } from 'node:fs/promises';
import { AssayError } from '../common/errors.ts';
import { codeOf } from '../store/files.ts';

/** One ArrayBuffer holds no more. */
const LARGEST = 4 * 2 ** 30;

/** A file that somebody sent, whole. @throws NOT_FOUND, BODY_TOO_LARGE */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new AssayError(
      'NOT_FOUND',
      codeOf(error) === 'ENOENT'
        ? `There is no file “${path}”.`
        : `“${path}” cannot be read: ${(error as Error).message}`,
      { where: path },
    );
  });
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new AssayError('NOT_FOUND', `“${path}” is no file.`, { where: path });
    if (about.size > LARGEST)
      throw new AssayError(
        'BODY_TOO_LARGE',
        `“${path}” has ${(about.size / 1e9).toFixed(1)} GB; bundles have at most 4.`,
        { where: path },
      );
    const bytes = new Uint8Array(about.size);
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 2 ** 30), at);
      if (bytesRead === 0) return bytes.slice(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

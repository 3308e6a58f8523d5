import { open, stat } from 'node:fs/promises';
import { AssayError } from '#common/errors.ts';

/** One ArrayBuffer holds no more. */
const LARGEST = 4 * 2 ** 30;
/** Bytes that are read at once where they needn't be together. */
const PIECE = 2 ** 20;

/**
 * A file that somebody named, whole. Looked at before it is opened: a pipe would wait for its writer, and a device has no end.
 *
 * @param shown the path as it was given, for errors
 * @throws NOT_FOUND, BODY_TOO_LARGE
 */
export async function readWhole(path: string, shown = path): Promise<Uint8Array<ArrayBuffer>> {
  const size = await fileSize(path, shown);
  const refused = unreadable(shown);
  const file = await open(path, 'r').catch(refused);
  try {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 2 ** 30), at).catch(refused);
      if (bytesRead === 0) return bytes.slice(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** A file that somebody named, piece by piece. @throws NOT_FOUND, the same while it is read */
export async function streamWhole(path: string, shown = path): Promise<AsyncIterable<Uint8Array>> {
  await plainFile(path, shown);
  const refused = unreadable(shown);
  return (async function* pieces() {
    const file = await open(path, 'r').catch(refused);
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(PIECE), 0, PIECE).catch(refused);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  })();
}

/** @throws NOT_FOUND */
async function plainFile(path: string, shown: string): Promise<{ readonly size: number }> {
  const about = await stat(path).catch(unreadable(shown));
  if (about.isFile()) return about;
  throw new AssayError('NOT_FOUND', `“${shown}” is ${about.isDirectory() ? 'a folder' : 'no file'}.`, { where: shown });
}

/** How long it is, if it is a plain file. @throws NOT_FOUND, BODY_TOO_LARGE */
export async function fileSize(path: string, shown = path): Promise<number> {
  const about = await plainFile(path, shown);
  if (about.size > LARGEST)
    throw new AssayError(
      'BODY_TOO_LARGE',
      `“${shown}” has ${(about.size / 1e9).toFixed(1)} GB; files have at most 4.`,
      {
        where: shown,
      },
    );
  return about.size;
}

export const unreadable =
  (shown: string) =>
  (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AssayError(
      'NOT_FOUND',
      code === 'ENOENT' ? `There is no file “${shown}”.` : `“${shown}” cannot be read: ${message}`,
      { where: shown, cause: error },
    );
  };

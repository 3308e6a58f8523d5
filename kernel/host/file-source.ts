import { open, type FileHandle } from 'node:fs/promises';
import type { ByteSource } from '#common/byte-source.ts';
import { fileSize, unreadable } from './whole-file.ts';

/** Of a disk: more at once is no faster (measured on 1 GB). */
const CHUNK = 2 ** 20;

/**
 * A file that somebody named, read piece by piece: what it takes of memory doesn't grow with it. Nothing that is read stays: the next read
 * writes over it.
 *
 * @throws NOT_FOUND, BODY_TOO_LARGE
 */
export async function fileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const size = await fileSize(path);
  const file: FileHandle = await open(path, 'r').catch(unreadable(path));
  const buffer = new Uint8Array(Math.min(size, CHUNK));
  return {
    size,
    chunk: CHUNK,
    stable: false,
    async read(from, to) {
      const bytes = to - from <= buffer.length ? buffer.subarray(0, to - from) : new Uint8Array(to - from);
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at).catch(unreadable(path));
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

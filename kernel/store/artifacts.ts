/** Bytes named by their SHA-256: one file each, whole or not there, checked whenever they are read. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { codeOf, diskError, makeFolder, syncFolder } from './files.ts';

/** Whole bytes, or their parts in order; an async iterable is written as it comes. */
export type Content = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface Artifacts {
  readonly dir: string;
  /** Durable when it resolves. The same bytes twice are one file. @throws DISK_FULL */
  put(content: Content): Promise<Digest>;
  /** @throws NOT_FOUND, ARTIFACT_CORRUPT */
  get(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
  has(digest: Digest): Promise<boolean>;
  /** To read it piece by piece, after its bytes were checked once. @throws NOT_FOUND, ARTIFACT_CORRUPT */
  open(digest: Digest): Promise<OpenArtifact>;
  /** Bytes. @throws NOT_FOUND */
  size(digest: Digest): Promise<number>;
  /** Where the file lies (or would): for those who check the digest themselves. */
  path(digest: Digest): string;
  /** Chunks as they are read; throws ARTIFACT_CORRUPT after the last one when the whole does not fit its name. */
  stream(digest: Digest): AsyncIterable<Uint8Array>;
}

interface OpenArtifact {
  readonly size: number;
  /** Exactly these bytes, in a buffer of their own. */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

const PRIVATE = 0o700;

/** `dir` is made when missing, with the folders above it, for its owner only. */
export async function openArtifacts(dir: string): Promise<Artifacts> {
  await makeFolder(join(dir, 'new'), PRIVATE);
  await sweep(join(dir, 'new'));
  const folders = new Map<string, Promise<void>>();
  const path = (digest: Digest): string => {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new AssayError('NOT_FOUND', `“${digest}” is not a digest.`);
    return join(dir, digest.slice(0, 2), digest.slice(2));
  };
  const folder = (digest: Digest): Promise<void> => {
    const name = digest.slice(0, 2);
    const known = folders.get(name);
    if (known !== undefined) return known;
    const made = makeFolder(join(dir, name), PRIVATE);
    folders.set(name, made);
    made.catch(() => folders.delete(name));
    return made;
  };
  const has = async (digest: Digest): Promise<boolean> =>
    access(path(digest)).then(
      () => true,
      () => false,
    );

  return {
    dir,
    path,
    has,
    async put(content) {
      const beside = join(dir, 'new', randomBytes(12).toString('hex'));
      try {
        const hash = createHash('sha256');
        const file = await open(beside, 'wx', 0o444);
        try {
          for await (const part of content instanceof Uint8Array ? [content] : content) {
            hash.update(part);
            await writeAll(file, part);
          }
          await file.datasync();
        } finally {
          await file.close();
        }
        const digest = hash.digest('hex');
        await folder(digest);
        await rename(beside, path(digest));
        await syncFolder(join(dir, digest.slice(0, 2)));
        return digest;
      } catch (error) {
        await rm(beside, { force: true });
        throw diskError(error);
      }
    },
    async get(digest) {
      const bytes = await readFile(path(digest)).catch((error: unknown) => {
        throw missing(digest, error);
      });
      check(digest, createHash('sha256').update(bytes).digest('hex'));
      return bytes;
    },
    async open(digest) {
      const file = await open(path(digest), 'r').catch((error: unknown) => {
        throw missing(digest, error);
      });
      try {
        // The same file that is read later is the one that is checked: its name may come to mean another.
        const hash = createHash('sha256');
        const part = new Uint8Array(1 << 20);
        const { size } = await file.stat();
        for (let at = 0; at < size;) {
          const { bytesRead } = await file.read(part, 0, part.length, at);
          if (bytesRead === 0) break;
          hash.update(part.subarray(0, bytesRead));
          at += bytesRead;
        }
        check(digest, hash.digest('hex'));
        return {
          size,
          async read(from, to) {
            const bytes = new Uint8Array(to - from);
            for (let at = 0; at < bytes.length;) {
              const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
              if (bytesRead === 0) check(digest, 'a shorter file');
              at += bytesRead;
            }
            return bytes;
          },
          close: () => file.close(),
        };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async size(digest) {
      return stat(path(digest)).then(
        ({ size }) => size,
        (error: unknown) => {
          throw missing(digest, error);
        },
      );
    },
    async *stream(digest) {
      const hash = createHash('sha256');
      try {
        for await (const chunk of createReadStream(path(digest), { highWaterMark: 1 << 18 })) {
          hash.update(chunk);
          yield chunk;
        }
      } catch (error) {
        throw missing(digest, error);
      }
      check(digest, hash.digest('hex'));
    },
  };
}

function missing(digest: Digest, error: unknown): unknown {
  return codeOf(error) === 'ENOENT' ? new AssayError('NOT_FOUND', `There is no artifact ${digest}.`) : error;
}

async function writeAll(file: { write(bytes: Uint8Array): Promise<{ bytesWritten: number }> }, part: Uint8Array) {
  for (let at = 0; at < part.length;) at += (await file.write(part.subarray(at))).bytesWritten;
}

/** What a killed kernel was writing. Younger than an hour, it may be another's. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > 3_600_000) await rm(path, { force: true });
  }
}

function check(digest: Digest, found: Digest): void {
  if (found === digest) return;
  throw new AssayError('ARTIFACT_CORRUPT', `The artifact ${digest} now reads as ${found}.`, {
    details: { digest, found },
  });
}

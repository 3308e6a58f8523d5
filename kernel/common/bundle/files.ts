/**
 * A bundle's files while it is verified, however large they are: all of them by name, size and digest; in memory those that checks read.
 * Artifacts, data and large values are only ever compared by their digest.
 */
import type { ByteSource } from '#common/byte-source.ts';
import { LONG_RUN, PACK_PATHS } from './layout.ts';
import type { Digest } from '#common/data.ts';
import { zipInvalid } from '#common/zip/format.ts';
import type { ZipEntry } from '#common/zip/read.ts';
import { streamZip, type StreamedFile, type StreamOptions } from '#common/zip/stream.ts';

/** Of receipts, proofs and what else is read as text. Assay writes far less: see `checkSize` in bundle.ts. */
export const MAX_HELD_BYTES = 128 * 2 ** 20;
/** Of one such file: text takes several times its length when it is taken apart. */
export const LARGEST_HELD = 48 * 2 ** 20;
/** Of values: text takes many times its length when read; what is too much for that has its digest all the same. */
const MAX_READ_BYTES = 16 * 2 ** 20;
/** Of artifacts and data, for showing what was changed in one of them. */
const MAX_SHOWN_BYTES = 16 * 2 ** 20;
const LARGEST_SHOWN = 65_536;

/** The files that are in memory, by path; `all` has every one. */
export interface Files extends ReadonlyMap<string, Uint8Array> {
  readonly all: ReadonlyMap<string, StreamedFile>;
  readonly bytes: number;
  /** Whether to find out what was changed in a file that is not the sealed one. */
  readonly explained: boolean;
}

export interface OpenedBundle {
  readonly files: Files;
  /** What is wrong about them: a file whose checksum is wrong is still looked at, to name it. */
  readonly faults: readonly string[];
}

export interface OpenOptions {
  readonly explained?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /**
   * Asked before the receipts of a bundle that has them in one file are read, when `files` has all the others: what gets them, piece by piece,
   * each valid until the next. They are read once, as everything is.
   */
  receipts?(files: Files, entry: ZipEntry): ((piece: Uint8Array) => void) | null;
}

/** Too large to hold. */
const RECEIPTS: ReadonlySet<string> = new Set([LONG_RUN.receipts, PACK_PATHS.receipts]);

/** @throws ZIP_INVALID, CANCELLED */
export async function openBundle(
  source: ByteSource,
  { explained = true, signal, onProgress, receipts }: OpenOptions,
): Promise<OpenedBundle> {
  let done = 0;
  const filesOf = (all: ReadonlyMap<string, StreamedFile>): Files => {
    const held = new Map<string, Uint8Array>();
    for (const [path, { bytes, digest }] of all) {
      if (bytes === null) continue;
      held.set(path, bytes);
      digests.set(bytes, digest);
    }
    return Object.assign(held, { all, bytes: source.size, explained });
  };
  const options: StreamOptions = {
    signal,
    holds: holding(),
    onRead: onProgress && ((bytes) => onProgress((done += bytes), source.size)),
    isLast: ({ name }) => RECEIPTS.has(name),
    watch: (entry, read) => (RECEIPTS.has(entry.name) ? (receipts?.(filesOf(read), entry) ?? null) : null),
  };
  const { files, faults, asWritten } = await streamZip(source, options);
  const other = 'Its headers are not those that Assay writes: another tool packed it, or they were altered.';
  return {
    files: filesOf(files),
    faults: [...faults.map(({ message }) => message), ...(faults.length > 0 || asWritten ? [] : [other])],
  };
}

const digests = new WeakMap<Uint8Array, Digest>();

/** SHA-256 of one of the files in memory: computed when it was read. */
export function digestOf(file: Uint8Array): Digest {
  return digests.get(file)!;
}

/** Decides in the order of the zip. @throws ZIP_INVALID when there is more to hold than there could be in a bundle */
function holding(): (entry: ZipEntry) => boolean {
  const room = { held: MAX_HELD_BYTES, read: MAX_READ_BYTES, shown: MAX_SHOWN_BYTES };
  const take = (from: keyof typeof room, size: number): boolean => {
    if (size > room[from]) return false;
    room[from] -= size;
    return true;
  };
  return ({ name, size }) => {
    if (RECEIPTS.has(name)) return false;
    if (/^outputs\/.*\.value$/.test(name)) return take('read', size);
    if (/^(?:artifacts|data)\//.test(name)) return size <= LARGEST_SHOWN && take('shown', size);
    if (size > LARGEST_HELD || !take('held', size))
      throw zipInvalid(
        `${name}: receipts and proofs take more than ${MAX_HELD_BYTES} bytes, or one of them more than ${LARGEST_HELD}.`,
        name,
      );
    return true;
  };
}

import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { HostArtifacts, OpenArtifact } from './types.ts';

/** The artifacts that one call reads and writes piece by piece. */
export interface Pieces {
  /** @returns its size @throws NOT_FOUND, ARTIFACT_CORRUPT */
  open(digest: Digest): Promise<number>;
  range(digest: Digest, from: number, end: number): Promise<Uint8Array>;
  begin(mediaType: string | undefined): number;
  /** Resolves when there is room for more. */
  append(id: number, bytes: Uint8Array): Promise<void>;
  /** @returns the digest; null when it `failed`, and then nothing is kept */
  end(id: number, failed: boolean): Promise<Digest | null>;
  /** What is half written is dropped. */
  close(): Promise<void>;
}

interface Writing {
  /** The next piece, `null` for the end; rejects for a write that is given up. */
  put(piece: Uint8Array | null): Promise<void>;
  drop(): void;
  readonly kept: Promise<Digest>;
}

export function createPieces(artifacts: HostArtifacts): Pieces {
  const opened = new Map<Digest, Promise<OpenArtifact>>();
  const writing = new Map<number, Writing>();
  let last = 0;
  const writer = (id: number): Writing => {
    const found = writing.get(id);
    if (found === undefined) throw new AssayError('CANCELLED', 'The artifact is not being written any more.');
    return found;
  };
  return {
    async open(digest) {
      const opening = opened.get(digest) ?? artifacts.open(digest);
      opened.set(digest, opening);
      return (await opening).size;
    },
    async range(digest, from, end) {
      const source = await opened.get(digest);
      if (source === undefined || !(from >= 0 && from <= end && end <= source.size))
        throw new AssayError('INPUT_INVALID', `There are no bytes ${from} to ${end} of ${digest}.`);
      return source.read(from, end);
    },
    begin(mediaType) {
      writing.set(++last, startWriting(artifacts, mediaType));
      return last;
    },
    append: (id, bytes) => writer(id).put(bytes),
    async end(id, failed) {
      const own = writer(id);
      writing.delete(id);
      if (failed) {
        own.drop();
        await own.kept.catch(() => {});
        return null;
      }
      await own.put(null);
      return own.kept;
    },
    async close() {
      for (const own of writing.values()) own.drop();
      await Promise.allSettled([
        ...Array.from(writing.values(), ({ kept }) => kept),
        ...Array.from(opened.values(), async (one) => (await one).close()),
      ]);
      writing.clear();
      opened.clear();
    },
  };
}

/** One piece at a time: whoever puts one waits until the one before it is written. */
function startWriting(artifacts: HostArtifacts, mediaType: string | undefined): Writing {
  let wanted = Promise.withResolvers<void>();
  let given = Promise.withResolvers<Uint8Array | null>();
  const dropped = Promise.withResolvers<never>();
  dropped.promise.catch(() => {});
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      wanted.resolve();
      const piece = await Promise.race([given.promise, dropped.promise]);
      if (piece === null) return;
      given = Promise.withResolvers();
      yield piece;
    }
  }
  const kept = artifacts.put(pieces(), mediaType);
  // A disk that is full tells the one who waits for room.
  kept.catch((error: unknown) => dropped.reject(error));
  return {
    kept,
    async put(piece) {
      await Promise.race([wanted.promise, dropped.promise]);
      wanted = Promise.withResolvers();
      given.resolve(piece);
    },
    drop: () => dropped.reject(new AssayError('CANCELLED', 'The artifact was not finished.')),
  };
}

/**
 * A file that somebody chose, read piece by piece: no more of it is in memory. As a stream into one buffer, which takes a third of the time
 * that slices of it take (measured in Chromium): no buffer is made and let go for each. Where that is unknown, slices.
 */
import type { ByteSource } from '#common/byte-source.ts';

const CHUNK = 2 ** 20;

export function blobSource(blob: Blob): ByteSource {
  const stream = new BlobStream(blob);
  return {
    size: blob.size,
    chunk: CHUNK,
    // What a check keeps of a chunk is copied, and the next is read over it.
    stable: false,
    read: async (from, to) => (await stream.read(from, to)) ?? new Uint8Array(await blob.slice(from, to).arrayBuffer()),
  };
}

class BlobStream {
  private readonly blob: Blob;
  private reader: ReadableStreamBYOBReader | null = null;
  private at = -1;
  private buffer = new ArrayBuffer(0);
  private unknown = false;

  constructor(blob: Blob) {
    this.blob = blob;
  }

  /** null: it can't be read like that. */
  async read(from: number, to: number): Promise<Uint8Array | null> {
    if (this.unknown) return null;
    if (this.at !== from) await this.open(from);
    const { reader } = this;
    if (reader === null) return null;
    const length = to - from;
    let done = 0;
    let buffer = this.buffer.byteLength >= length ? this.buffer : new ArrayBuffer(Math.max(length, CHUNK));
    while (done < length) {
      // The buffer goes away and comes back with every read.
      const read = await reader.read(new Uint8Array(buffer, done, length - done));
      if (read.value === undefined) break;
      buffer = read.value.buffer;
      if (read.done) break;
      done += read.value.length;
    }
    this.buffer = buffer;
    this.at = from + done;
    return new Uint8Array(buffer, 0, done);
  }

  private async open(from: number): Promise<void> {
    await this.reader?.cancel().catch(() => {});
    this.reader = null;
    try {
      this.reader = this.blob.slice(from).stream().getReader({ mode: 'byob' });
      this.at = from;
    } catch {
      this.unknown = true;
    }
  }
}

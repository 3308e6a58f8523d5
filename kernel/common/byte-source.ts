/** Bytes that are somewhere, read piece by piece: a file on a disk, a Blob in a page, an array. */
export interface ByteSource {
  readonly size: number;
  /** How much one read had best give. */
  readonly chunk: number;
  /** Whether what was read stays as it is; else the next read may write over it. */
  readonly stable: boolean;
  /** Exactly these bytes. @throws when they cannot be read */
  read(from: number, to: number): Promise<Uint8Array>;
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    chunk: Math.max(1, bytes.length),
    stable: true,
    read: (from, to) => Promise.resolve(bytes.subarray(from, to)),
  };
}

/** Reads ahead, so that many small reads one behind the other are few. */
export class ByteWindow {
  private readonly source: ByteSource;
  private from = 0;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** All of them, valid until the next call. */
  async exactly(from: number, to: number): Promise<Uint8Array> {
    if (from < this.from || to > this.from + this.bytes.length) await this.fill(from, to);
    return this.bytes.subarray(from - this.from, to - this.from);
  }

  /** As many as come at once, at least one, valid until the next call. */
  async some(from: number, to: number): Promise<Uint8Array> {
    if (from < this.from || from >= this.from + this.bytes.length) await this.fill(from, from + 1);
    return this.bytes.subarray(from - this.from, to - this.from);
  }

  private async fill(from: number, to: number): Promise<void> {
    const { size, chunk } = this.source;
    const end = Math.min(size, Math.max(to, from + chunk));
    // Nothing that was read is there any more while the next read writes over it.
    this.bytes = new Uint8Array(0);
    const read = await this.source.read(from, end);
    if (read.length !== end - from) throw new Error(`${read.length} bytes were read where there were ${end - from}.`);
    [this.from, this.bytes] = [from, read];
  }
}

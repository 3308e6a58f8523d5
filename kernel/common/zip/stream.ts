/**
 * The strict reader over bytes that need not fit into memory: the directory first, then every file once, through inflate into its checksum
 * and its SHA-256. The rules are those of zip/read.ts; only files that the caller asks for are held, and others it can look at as they go by.
 */
import { crc32, createSha256, sha256Hex } from '#crypto';
import { Inflate } from 'fflate';
import { ByteWindow, type ByteSource } from '#common/byte-source.ts';
import { concatBytes, equalBytes, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { END, STORED } from './format.ts';
import { checkLocal, faultIn, readDirectory, readEnd, type ZipEntry } from './read.ts';
import { centralHeader, endRecord, localHeader } from './zip.ts';

export interface StreamedFile {
  readonly entry: ZipEntry;
  /** As many as there really are. */
  readonly size: number;
  readonly digest: Digest;
  /** null: not held. */
  readonly bytes: Uint8Array | null;
}

export interface StreamOptions {
  /** Whether to hold this file's bytes. */
  holds(entry: ZipEntry): boolean;
  /** Whether to read this file after all others; in order of the zip, unless given. */
  isLast?(entry: ZipEntry): boolean;
  /** Asked before a file is read that is not held: what gets its contents, each piece valid until the next. `read`: those before it. */
  watch?(entry: ZipEntry, read: ReadonlyMap<string, StreamedFile>): ((piece: Uint8Array) => void) | null;
  /** Bytes of packed contents that were read. */
  onRead?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamedZip {
  readonly files: ReadonlyMap<string, StreamedFile>;
  /** Contents that are not what the directory says. */
  readonly faults: readonly AssayError[];
  /** Byte for byte what `writeZip` makes of these files. */
  readonly asWritten: boolean;
}

/** Compressed bytes that are unpacked at once: they may become a thousand times as many. */
const STEP = 16_384;
const NOTHING = new Uint8Array(0);

/** @throws ZIP_INVALID, naming the file in `where`; CANCELLED */
export async function streamZip(source: ByteSource, options: StreamOptions): Promise<StreamedZip> {
  const { size } = source;
  const window = new ByteWindow(source);
  const record = (await window.exactly(Math.max(0, size - END.bytes), size)).slice();
  const { count, start, end } = readEnd(record, size);
  const directory = await window.exactly(start, end);
  const entries = readDirectory(source.stable ? directory : directory.slice(), count, start, { size });
  const isLast = (entry: ZipEntry): boolean => options.isLast?.(entry) ?? false;
  const read = new Map<string, StreamedFile>();
  const faults = new Map<string, AssayError>();
  let asWritten = equalBytes(record, endRecord(count, end - start, start)) && isInOrder(entries);
  for (const entry of [...entries.filter((one) => !isLast(one)), ...entries.filter(isLast)]) {
    const header = await window.exactly(entry.local, entry.body);
    checkLocal(entry, header);
    asWritten &&= isHeaderAsWritten(entry, header);
    const hold = options.holds(entry);
    const watch = hold ? null : (options.watch?.(entry, read) ?? null);
    const reading = new Reading(entry, hold, source.stable);
    for await (const chunk of bodyOf(window, entry, options)) {
      reading.take(chunk);
      if (chunk !== null) watch?.(chunk);
    }
    const { file, fault } = reading.end();
    read.set(entry.name, file);
    if (fault !== null) faults.set(entry.name, fault);
  }
  return {
    files: new Map(entries.map(({ name }) => [name, read.get(name)!])),
    faults: entries.flatMap(({ name }) => faults.get(name) ?? []),
    asWritten,
  };
}

const isInOrder = (entries: readonly ZipEntry[]): boolean =>
  entries.every(({ name }, index) => index === 0 || entries[index - 1]!.name < name);

/** One file's contents again, from a source whose directory was read before: valid until the next. Malformed ones end early. */
export async function* contentsOf(
  source: ByteSource,
  entry: ZipEntry,
  options: StreamOptions,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bodyOf(new ByteWindow(source), entry, options)) if (chunk !== null) yield chunk;
}

function isHeaderAsWritten(entry: ZipEntry, header: Uint8Array): boolean {
  const written = localHeader(entry.name, { ...entry, method: STORED });
  return equalBytes(header, written) && equalBytes(entry.central, centralHeader(written, entry.local));
}

/** What is in the file, unpacked; null where it cannot be unpacked any further. */
async function* bodyOf(
  window: ByteWindow,
  { body, packed, size, method }: ZipEntry,
  { signal, onRead }: StreamOptions,
): AsyncGenerator<Uint8Array | null> {
  const end = body + packed;
  const inflater = method === STORED ? null : new Inflater(size);
  for (let at = body; at < end;) {
    if (signal?.aborted) throw new AssayError('CANCELLED', 'The verification was stopped.');
    const raw = await window.some(at, inflater === null ? end : Math.min(end, at + STEP));
    at += raw.length;
    if (inflater === null) yield raw;
    else yield* inflater.push(raw, at === end);
    onRead?.(raw.length);
    if (inflater?.broken) return;
  }
}

/** Stops at the first byte beyond the size that the directory promised and the limits allowed. */
class Inflater {
  broken = false;
  private made: Uint8Array[] = [];
  private left: number;
  private readonly inflate = new Inflate((chunk) => this.made.push(chunk));

  constructor(size: number) {
    this.left = size + 1;
  }

  push(raw: Uint8Array, last: boolean): (Uint8Array | null)[] {
    this.made = [];
    try {
      this.inflate.push(raw, last);
    } catch {
      this.broken = true;
      return [null];
    }
    const made = this.made.map((chunk) => {
      const kept = chunk.subarray(0, this.left);
      this.left -= kept.length;
      return kept;
    });
    this.broken = this.left === 0;
    return made;
  }
}

/** Sums up one file's contents as they come. */
class Reading {
  private readonly entry: ZipEntry;
  private readonly held: Uint8Array[] | null;
  private readonly stable: boolean;
  private digest: Digest | null = null;
  private stream: ReturnType<typeof createSha256> | null = null;
  private size = 0;
  private crc = 0;
  private malformed = false;

  constructor(entry: ZipEntry, hold: boolean, stable: boolean) {
    this.entry = entry;
    this.held = hold ? [] : null;
    this.stable = stable && entry.method === STORED;
  }

  take(chunk: Uint8Array | null): void {
    if (chunk === null) {
      this.malformed = true;
      return;
    }
    this.crc = crc32(chunk, this.crc);
    this.held?.push(this.stable ? chunk : chunk.slice());
    this.size += chunk.length;
    if (this.held !== null) return;
    // Hashing at once what comes in one piece is faster; what is stored has the size that the directory says.
    if (chunk.length === this.entry.size && this.entry.method === STORED) this.digest = sha256Hex(chunk);
    else (this.stream ??= createSha256()).update(chunk);
  }

  end(): { readonly file: StreamedFile; readonly fault: AssayError | null } {
    const { entry, held, stream } = this;
    const fault = faultIn(entry, this.malformed ? -1 : this.size, this.crc);
    if (this.malformed) this.held?.splice(0);
    const bytes = held === null ? null : held.length === 1 ? held[0]! : concatBytes(held);
    const streamed = this.digest ?? (stream === null ? sha256Hex(NOTHING) : toHex(stream.digest()));
    const digest = bytes === null ? streamed : sha256Hex(bytes);
    return { file: { entry, size: bytes?.length ?? this.size, digest, bytes }, fault };
  }
}

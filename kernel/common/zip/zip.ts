/** Zip files that say one thing to every reader: the deterministic writer. zip/read.ts reads them, and refuses the rest. */
import { crc32 } from '#crypto';
import { deflateSync } from 'fflate';
import { concatBytes } from '#common/bytes.ts';
import {
  CENTRAL,
  checkNames,
  DEFLATED,
  END,
  LOCAL,
  MAX_BYTES,
  MAX_FILES,
  STORED,
  UTF8_NAMES,
  zipInvalid,
} from './format.ts';
import type { ZipEntry } from './read.ts';

export { readZip } from './read.ts';

/** Version 2.0 of the format, on no particular system; 1 January 1980, 0:00, which is no time zone's business. */
const VERSION = 20;
const DATE = 0x0021;
const utf8 = new TextEncoder();

export interface ZipOptions {
  /** Else files are stored, and the bytes depend on nothing but the files. */
  readonly deflate?: boolean;
}

/** Files in order of their names. Without zip64: under 4 GiB and 65,535 files. @throws ZIP_INVALID for names no reader should meet */
export function writeZip(files: ReadonlyMap<string, Uint8Array>, options: ZipOptions = {}): Uint8Array<ArrayBuffer> {
  return concatBytes(zipParts(files, options));
}

/** The same bytes in pieces; stored files are the arrays that were given. */
function zipParts(files: ReadonlyMap<string, Uint8Array>, { deflate = false }: ZipOptions = {}): Uint8Array[] {
  const bodies = new Map([...files].map(([path, bytes]) => [path, deflate ? deflateSync(bytes) : bytes]));
  const { locals, tail } = zipRecords(
    [...files].map(([path, bytes]) => ({
      path,
      crc: crc32(bytes),
      size: bytes.length,
      packed: bodies.get(path)!.length,
      deflated: deflate,
    })),
  );
  return [...locals.flatMap(({ path, header }) => [header, bodies.get(path)!]), ...tail];
}

/** A file whose body is written by somebody else: stored, unless it is deflated into so many bytes. */
interface ZipRecord {
  readonly path: string;
  readonly crc: number;
  readonly size: number;
  readonly packed?: number;
  readonly deflated?: boolean;
}

/** What stands around the bodies: each file's header, in the order of their names, then the directory. @throws ZIP_INVALID */
export function zipRecords(records: readonly ZipRecord[]): {
  readonly locals: readonly { readonly path: string; readonly header: Uint8Array }[];
  readonly tail: readonly Uint8Array[];
} {
  const sorted = records.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  checkNames(sorted.map(({ path }) => path));
  const locals: { readonly path: string; readonly header: Uint8Array }[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { path, crc, size, packed = size, deflated = false } of sorted) {
    const header = localHeader(path, { method: deflated ? DEFLATED : STORED, crc, packed, size });
    locals.push({ path, header });
    directory.push(centralHeader(header, at));
    at += header.length + packed;
  }
  const central = directory.reduce((sum, { length }) => sum + length, 0);
  if (sorted.length > MAX_FILES || at + central > MAX_BYTES)
    throw zipInvalid('Too much for one zip file: 65,534 files, 4 GiB.');
  return { locals, tail: [...directory, endRecord(sorted.length, central, at)] };
}

export function localHeader(path: string, said: Pick<ZipEntry, 'method' | 'crc' | 'packed' | 'size'>): Uint8Array {
  const name = utf8.encode(path);
  const local = new Uint8Array(LOCAL.bytes + name.length);
  const view = new DataView(local.buffer);
  view.setUint32(0, LOCAL.signature, true);
  writeFields(view, said.method, said.crc, said.packed, said.size, name.length);
  local.set(name, LOCAL.bytes);
  return local;
}

/** `at`: where the local header stands. */
export function centralHeader(local: Uint8Array, at: number): Uint8Array {
  const header = new Uint8Array(CENTRAL.bytes + local.length - LOCAL.bytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, CENTRAL.signature, true);
  view.setUint16(4, VERSION, true);
  header.set(local.subarray(4, LOCAL.bytes), 6);
  view.setUint32(42, at, true);
  header.set(local.subarray(LOCAL.bytes), CENTRAL.bytes);
  return header;
}

export function endRecord(count: number, directory: number, at: number): Uint8Array {
  const record = new Uint8Array(END.bytes);
  const view = new DataView(record.buffer);
  view.setUint32(0, END.signature, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directory, true);
  view.setUint32(16, at, true);
  return record;
}

/** The 26 bytes, from the fourth, that a local and a central header share. */
function writeFields(view: DataView, method: number, crc: number, packed: number, size: number, name: number): void {
  view.setUint16(4, VERSION, true);
  view.setUint16(6, UTF8_NAMES, true);
  view.setUint16(8, method, true);
  view.setUint16(12, DATE, true);
  view.setUint32(14, crc, true);
  view.setUint32(18, packed, true);
  view.setUint32(22, size, true);
  view.setUint16(26, name, true);
}

/** Zip files that say one thing to every reader: the deterministic writer. zip-read.ts reads them, and refuses the rest. */
import { deflateSync } from 'fflate';
import { CENTRAL, checkNames, crc32, DEFLATED, END, LOCAL, STORED, UTF8_NAMES, zipInvalid } from './zip-format.ts';

export { crc32 } from './zip-format.ts';
export { readZip } from './zip-read.ts';

/** Version 2.0 of the format, on no particular system; 1 January 1980, 0:00, which is no time zone's business. */
const VERSION = 20;
const DATE = 0x0021;
const utf8 = new TextEncoder();

export interface ZipOptions {
  /** Else files are stored, and the bytes depend on nothing but the files. */
  readonly deflate?: boolean;
}

/** Files in order of their names. Without zip64: under 4 GiB and 65,535 files. @throws ZIP_INVALID for names no reader should meet */
export function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  { deflate = false }: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const names = [...files.keys()].toSorted();
  checkNames(names);
  const entries = names.map((name) => {
    const bytes = files.get(name)!;
    return { name: utf8.encode(name), bytes, body: deflate ? deflateSync(bytes) : bytes };
  });
  const bodies = entries.reduce((sum, { name, body }) => sum + LOCAL.bytes + name.length + body.length, 0);
  const directory = entries.reduce((sum, { name }) => sum + CENTRAL.bytes + name.length, 0);
  if (entries.length > 0xfffe || bodies + directory > 0xfffffffe)
    throw zipInvalid('Too much for one zip file: 65,534 files, 4 GiB.');

  const zip = new Uint8Array(bodies + directory + END.bytes);
  const view = new DataView(zip.buffer);
  let at = 0;
  let central = bodies;
  for (const { name, bytes, body } of entries) {
    view.setUint32(at, LOCAL.signature, true);
    writeFields(view, at + 4, deflate ? DEFLATED : STORED, crc32(bytes), body.length, bytes.length, name.length);
    zip.set(name, at + LOCAL.bytes);
    zip.set(body, at + LOCAL.bytes + name.length);

    view.setUint32(central, CENTRAL.signature, true);
    view.setUint16(central + 4, VERSION, true);
    zip.copyWithin(central + 6, at + 4, at + LOCAL.bytes);
    view.setUint32(central + 42, at, true);
    zip.set(name, central + CENTRAL.bytes);

    at += LOCAL.bytes + name.length + body.length;
    central += CENTRAL.bytes + name.length;
  }
  view.setUint32(central, END.signature, true);
  view.setUint16(central + 8, entries.length, true);
  view.setUint16(central + 10, entries.length, true);
  view.setUint32(central + 12, directory, true);
  view.setUint32(central + 16, bodies, true);
  return zip;
}

/** The 26 bytes that a local and a central header share. */
function writeFields(
  view: DataView,
  at: number,
  method: number,
  crc: number,
  packed: number,
  size: number,
  name: number,
): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, UTF8_NAMES, true);
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, packed, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
}

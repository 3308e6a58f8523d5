/**
 * The strict reader. Every byte of the file belongs to exactly one record, in order: headers and bodies, the directory, the end. Where
 * readers disagree (two names alike, local and central headers that differ, gaps, comments, extra fields, links), the file is refused.
 */
import { inflateSync } from 'fflate';
import type { AssayError } from './errors.ts';
import {
  CENTRAL,
  checkNames,
  crc32,
  DEFLATED,
  END,
  LOCAL,
  MAX_FILES,
  STORED,
  UTF8_NAMES,
  zipInvalid,
} from './zip-format.ts';

export interface ZipLimits {
  /** As many as the format has, unless given. */
  readonly maxFiles?: number;
  /** Of all files together, unpacked; unless given, 2 GiB and 16 times the zip file, so that a small one makes no large ones. */
  readonly maxBytes?: number;
  /** Called for each file whose contents are not what the directory says; without it the first one is thrown. */
  onFault?(fault: AssayError): void;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Files by name; stored ones are views on `zip`. @throws ZIP_INVALID, naming the file in `where` */
export function readZip(
  zip: Uint8Array,
  { maxFiles = MAX_FILES, maxBytes = Math.min(2 ** 31, 16 * zip.length + 2 ** 20), onFault }: ZipLimits = {},
): Map<string, Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const { count, start, end } = readEnd(view);
  if (count > maxFiles) throw zipInvalid(`More than ${maxFiles} files.`);
  const entries: Entry[] = [];
  let at = start;
  let local = 0;
  for (let index = 0; index < count; index++) {
    const entry = readEntry(zip, view, at, end, local, start);
    entries.push(entry);
    at += CENTRAL.bytes + entry.nameBytes;
    local = entry.body + entry.packed;
  }
  if (at !== end) throw zipInvalid('The directory holds more than its entries.');
  if (local !== start) throw zipInvalid('There are bytes between the files and the directory.');
  checkNames(entries.map(({ name }) => name));
  if (entries.reduce((sum, { size }) => sum + size, 0) > maxBytes)
    throw zipInvalid(`More than ${maxBytes} bytes when unpacked.`);
  return new Map(entries.map((entry) => [entry.name, unpack(zip, entry, onFault ?? raise)]));
}

interface Entry {
  readonly name: string;
  readonly nameBytes: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where the body starts. */
  readonly body: number;
}

function readEnd(view: DataView): { count: number; start: number; end: number } {
  const end = view.byteLength - END.bytes;
  if (end < 0 || view.getUint32(end, true) !== END.signature || view.getUint16(end + 20, true) !== 0) {
    throw zipInvalid('This is no zip file, or something follows its end.');
  }
  const count = view.getUint16(end + 10, true);
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    throw zipInvalid('The zip file is one of several parts.');
  if (start + size !== end) throw zipInvalid('The directory does not end where the end record starts.');
  return { count, start, end };
}

function readEntry(zip: Uint8Array, view: DataView, at: number, end: number, local: number, start: number): Entry {
  if (at + CENTRAL.bytes > end || view.getUint32(at, true) !== CENTRAL.signature)
    throw zipInvalid('The directory is cut short.');
  const nameBytes = view.getUint16(at + 28, true);
  if (at + CENTRAL.bytes + nameBytes > end) throw zipInvalid('The directory is cut short.');
  const rawName = zip.subarray(at + CENTRAL.bytes, at + CENTRAL.bytes + nameBytes);
  const name = nameOf(rawName);
  const refuse = (why: string): never => {
    throw zipInvalid(`${name}: ${why}`, name);
  };
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  if ((flags & ~UTF8_NAMES) !== 0) refuse('encrypted, streamed or patched.');
  if (flags === 0 && rawName.some((byte) => byte >= 0x80)) refuse('the name does not say that it is UTF-8.');
  if (method !== STORED && method !== DEFLATED) refuse('an unknown compression.');
  if (view.getUint16(at + 6, true) > 20) refuse('needs a later version of the format.');
  if (view.getUint16(at + 30, true) !== 0 || view.getUint16(at + 32, true) !== 0) refuse('extra fields or a comment.');
  if (view.getUint16(at + 34, true) !== 0) refuse('lies in another part.');
  checkAttributes(view.getUint16(at + 4, true), view.getUint32(at + 38, true), refuse);

  if (view.getUint32(at + 42, true) !== local) refuse('its bytes overlap others, or leave a gap.');
  const body = local + LOCAL.bytes + nameBytes;
  const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  if (body + packed > start || view.getUint32(local, true) !== LOCAL.signature)
    refuse('its bytes are not where the directory says.');
  for (let i = 4; i < LOCAL.bytes; i++) if (zip[local + i] !== zip[at + 2 + i]) refuse('its two headers differ.');
  for (let i = 0; i < nameBytes; i++) if (zip[local + LOCAL.bytes + i] !== rawName[i]) refuse('its two names differ.');
  if (method === STORED && packed !== size) refuse('its two sizes differ.');
  return { name, nameBytes, method, crc: view.getUint32(at + 16, true), packed, size, body };
}

function nameOf(raw: Uint8Array): string {
  try {
    return strictUtf8.decode(raw);
  } catch {
    throw zipInvalid('A name is not in UTF-8.');
  }
}

/** A Unix mode may say that this is a plain file, and nothing else; a DOS attribute may not say folder or label. */
function checkAttributes(madeBy: number, attributes: number, refuse: (why: string) => never): void {
  const type = (attributes >>> 28) & 0xf;
  if (madeBy >> 8 === 3 ? type !== 0 && type !== 8 : attributes >>> 16 !== 0) refuse('a link or a device.');
  if ((attributes & 0x18) !== 0) refuse('a folder or a label.');
}

function raise(fault: AssayError): never {
  throw fault;
}

function unpack(
  zip: Uint8Array,
  { name, method, body, packed, size, crc }: Entry,
  fault: (fault: AssayError) => void,
): Uint8Array {
  const raw = zip.subarray(body, body + packed);
  const bytes = method === STORED ? raw : inflate(raw, size);
  if (bytes?.length !== size) fault(zipInvalid(`${name}: its size is not what the directory says.`, name));
  else if (crc32(bytes) !== crc) fault(zipInvalid(`${name}: its checksum is not what the directory says.`, name));
  return bytes ?? new Uint8Array(0);
}

/** Never makes more than one byte beyond the size that the directory promised and the limits allowed. @returns null when malformed */
function inflate(raw: Uint8Array, size: number): Uint8Array | null {
  try {
    return inflateSync(raw, { out: new Uint8Array(size + 1) });
  } catch {
    return null;
  }
}

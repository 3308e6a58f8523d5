/**
 * The strict reader. Every byte of the file belongs to exactly one record, in order: headers and bodies, the directory, the end. Where
 * readers disagree (two names alike, local and central headers that differ, gaps, comments, extra fields, links), the file is refused.
 */
import { crc32 } from '#crypto';
import { inflateSync } from 'fflate';
import type { AssayError } from '#common/errors.ts';
import { CENTRAL, checkNames, DEFLATED, END, LOCAL, MAX_FILES, STORED, UTF8_NAMES, zipInvalid } from './format.ts';

export interface ZipLimits {
  /** As many as the format has, unless given. */
  readonly maxFiles?: number;
  /** Of all files together, unpacked; unless given, 2 GiB and 16 times the zip file, so that a small one makes no large ones. */
  readonly maxBytes?: number;
  /** Called for each file whose contents are not what the directory says; without it the first one is thrown. */
  onFault?(fault: AssayError): void;
}

/** 65,534 names of a thousand letters. */
const MAX_DIRECTORY = 64 * 2 ** 20;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Files by name; stored ones are views on `zip`. zip/stream.ts reads what is too large for that. @throws ZIP_INVALID, naming the file in `where` */
export function readZip(zip: Uint8Array, limits: ZipLimits = {}): Map<string, Uint8Array> {
  const { start, end, count } = readEnd(zip.subarray(Math.max(0, zip.length - END.bytes)), zip.length);
  const entries = readDirectory(zip.subarray(start, end), count, start, { ...limits, size: zip.length });
  for (const entry of entries) checkLocal(entry, zip.subarray(entry.local, entry.body));
  return new Map(entries.map((entry) => [entry.name, unpack(zip, entry, limits.onFault ?? raise)]));
}

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header starts, and where its body. */
  readonly local: number;
  readonly body: number;
  /** What the directory says, name included. */
  readonly central: Uint8Array;
}

/** `record`: the last 22 bytes of a file of `size`. @throws ZIP_INVALID */
export function readEnd(record: Uint8Array, size: number): { count: number; start: number; end: number } {
  const view = viewOf(record);
  if (record.length < END.bytes || view.getUint32(0, true) !== END.signature || view.getUint16(20, true) !== 0) {
    throw zipInvalid('This is no zip file, or something follows its end.');
  }
  const count = view.getUint16(10, true);
  const end = size - END.bytes;
  const [length, start] = [view.getUint32(12, true), view.getUint32(16, true)];
  if (view.getUint32(4, true) !== 0 || view.getUint16(8, true) !== count)
    throw zipInvalid('The zip file is one of several parts.');
  if (start + length !== end) throw zipInvalid('The directory does not end where the end record starts.');
  if (length > MAX_DIRECTORY) throw zipInvalid(`The directory has more than ${MAX_DIRECTORY} bytes.`);
  return { count, start, end };
}

/** Entries one behind the other from the first byte to the directory, which starts at `start`. @throws ZIP_INVALID */
export function readDirectory(
  directory: Uint8Array,
  count: number,
  start: number,
  { maxFiles = MAX_FILES, size, maxBytes = Math.min(2 ** 31, 16 * size + 2 ** 20) }: ZipLimits & { size: number },
): ZipEntry[] {
  if (count > maxFiles) throw zipInvalid(`More than ${maxFiles} files.`);
  const entries: ZipEntry[] = [];
  let at = 0;
  let local = 0;
  for (let index = 0; index < count; index++) {
    const entry = readEntry(directory, at, local, start);
    entries.push(entry);
    at += entry.central.length;
    local = entry.body + entry.packed;
  }
  if (at !== directory.length) throw zipInvalid('The directory holds more than its entries.');
  if (local !== start) throw zipInvalid('There are bytes between the files and the directory.');
  checkNames(entries.map(({ name }) => name));
  if (entries.reduce((sum, entry) => sum + entry.size, 0) > maxBytes)
    throw zipInvalid(`More than ${maxBytes} bytes when unpacked.`);
  return entries;
}

function readEntry(directory: Uint8Array, at: number, local: number, start: number): ZipEntry {
  const end = directory.length;
  const view = viewOf(directory);
  if (at + CENTRAL.bytes > end || view.getUint32(at, true) !== CENTRAL.signature)
    throw zipInvalid('The directory is cut short.');
  const nameBytes = view.getUint16(at + 28, true);
  if (at + CENTRAL.bytes + nameBytes > end) throw zipInvalid('The directory is cut short.');
  const central = directory.subarray(at, at + CENTRAL.bytes + nameBytes);
  const rawName = central.subarray(CENTRAL.bytes);
  const name = nameOf(rawName);
  const refuse = refuser(name);
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
  if (body + packed > start) refuse(MISPLACED);
  if (method === STORED && packed !== size) refuse('its two sizes differ.');
  return { name, method, crc: view.getUint32(at + 16, true), packed, size, local, body, central };
}

const MISPLACED = 'its bytes are not where the directory says.';

/** The header before the body says what the directory says. @throws ZIP_INVALID */
export function checkLocal({ name, central }: ZipEntry, header: Uint8Array): void {
  const refuse = refuser(name);
  if (viewOf(header).getUint32(0, true) !== LOCAL.signature) refuse(MISPLACED);
  for (let i = 4; i < LOCAL.bytes; i++) if (header[i] !== central[i + 2]) refuse('its two headers differ.');
  for (let i = LOCAL.bytes; i < header.length; i++)
    if (header[i] !== central[i + CENTRAL.bytes - LOCAL.bytes]) refuse('its two names differ.');
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const refuser =
  (name: string) =>
  (why: string): never => {
    throw zipInvalid(`${name}: ${why}`, name);
  };

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

function unpack(zip: Uint8Array, entry: ZipEntry, fault: (fault: AssayError) => void): Uint8Array {
  const raw = zip.subarray(entry.body, entry.body + entry.packed);
  const bytes = entry.method === STORED ? raw : inflate(raw, entry.size);
  const wrong = faultIn(entry, bytes?.length ?? -1, bytes === null ? 0 : crc32(bytes));
  if (wrong !== null) fault(wrong);
  return bytes ?? new Uint8Array(0);
}

/** What is wrong with contents of this length and checksum. */
export function faultIn({ name, size, crc }: ZipEntry, length: number, found: number): AssayError | null {
  if (length !== size) return zipInvalid(`${name}: its size is not what the directory says.`, name);
  return found === crc ? null : zipInvalid(`${name}: its checksum is not what the directory says.`, name);
}

/** Never makes more than one byte beyond the size that the directory promised and the limits allowed. @returns null when malformed */
function inflate(raw: Uint8Array, size: number): Uint8Array | null {
  try {
    return inflateSync(raw, { out: new Uint8Array(size + 1) });
  } catch {
    return null;
  }
}

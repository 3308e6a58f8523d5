/** A zip writer that lies as told: whatever a header can say wrong, and whatever readers are known to disagree about. */
import { Buffer } from 'node:buffer';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '#crypto';
import type { Files } from './forge.ts';

/** Numbers of a header, by the name that APPNOTE 4.3 gives them; set in both headers unless `only` says which. */
interface EntryLies {
  readonly entry: string;
  readonly only?: 'local' | 'central';
  readonly madeBy?: number;
  readonly version?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly time?: number;
  readonly date?: number;
  readonly crc?: number;
  readonly packed?: number;
  readonly size?: number;
  readonly disk?: number;
  readonly attributes?: number;
  readonly offset?: number;
  readonly name?: string;
  /** Extra field in hex. */
  readonly extra?: string;
  readonly comment?: string;
  readonly deflate?: boolean;
  /** The body, repeated: for bombs. */
  readonly zeros?: number;
  /** Sizes and checksum after the body. */
  readonly descriptor?: boolean;
}

export interface ZipLies {
  readonly entries?: readonly EntryLies[];
  /** Added once more, with the contents given. */
  readonly again?: { readonly name: string; readonly text: string };
  readonly reverse?: boolean;
  readonly deflate?: boolean;
  /** Bytes as hex. */
  readonly prefix?: string;
  readonly suffix?: string;
  readonly gap?: string;
  /** The prefix is counted in all offsets, as a self-extracting archive has it. */
  readonly shifted?: boolean;
  readonly comment?: string;
  readonly count?: number;
  readonly directoryOffset?: number;
  readonly zip64?: boolean;
}

const hex = (text = ''): Buffer => Buffer.from(text, 'hex');

/** Little-endian numbers of 2 or 4 bytes. */
function numbers(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

export function forgeZip(files: Files, lies: ZipLies): Uint8Array {
  const names = [...files.keys()].toSorted();
  if (lies.reverse === true) names.reverse();
  const entries = names.map((name) => ({ name, bytes: files.get(name)! }));
  if (lies.again !== undefined) entries.push({ name: lies.again.name, bytes: Buffer.from(lies.again.text) });
  const prefix = hex(lies.prefix);
  const parts: Buffer[] = [prefix];
  const directory: Buffer[] = [];
  let at = lies.shifted === true ? prefix.length : 0;
  for (const { name, bytes } of entries) {
    const told = lies.entries?.find(({ entry }) => entry === name);
    const { local, body, central } = entryOf(name, bytes, at, told, lies.deflate === true);
    parts.push(local, body);
    directory.push(central);
    at += local.length + body.length;
  }
  const gap = hex(lies.gap);
  const listed = Buffer.concat(directory);
  const start = lies.directoryOffset ?? at + gap.length;
  const count = lies.count ?? entries.length;
  const comment = Buffer.from(lies.comment ?? '');
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [listed.length, 4], [start, 4], [comment.length, 2]); // prettier-ignore
  const wide = lies.zip64 === true ? zip64End(entries.length, listed.length, start) : Buffer.alloc(0);
  return new Uint8Array(Buffer.concat([...parts, gap, listed, wide, end, comment, hex(lies.suffix)]));
}

function entryOf(
  path: string,
  given: Uint8Array,
  at: number,
  told: EntryLies | undefined,
  allDeflated: boolean,
): { readonly local: Buffer; readonly body: Buffer; readonly central: Buffer } {
  const bytes = told?.zeros === undefined ? given : new Uint8Array(told.zeros);
  const deflate = told?.deflate ?? allDeflated;
  const packed = deflate ? deflateRawSync(bytes) : Buffer.from(bytes);
  const honest = {
    madeBy: 20,
    version: 20,
    flags: told?.descriptor === true ? 0x808 : 0x800,
    method: deflate ? 8 : 0,
    time: 0,
    date: 0x21,
    crc: crc32(bytes),
    packed: packed.length,
    size: bytes.length,
    disk: 0,
    attributes: 0,
    offset: at,
    name: path,
    extra: '',
    comment: '',
  };
  const header = (where: 'local' | 'central'): Buffer => {
    const said =
      told === undefined || (told.only !== undefined && told.only !== where) ? honest : { ...honest, ...told };
    const name = Buffer.from(said.name);
    const extra = hex(said.extra);
    const later = told?.descriptor === true && where === 'local';
    const shared = numbers(
      [said.version, 2],
      [said.flags, 2],
      [said.method, 2],
      [said.time, 2],
      [said.date, 2],
      [later ? 0 : said.crc, 4],
      [later ? 0 : said.packed, 4],
      [later ? 0 : said.size, 4],
      [name.length, 2],
      [extra.length, 2],
    );
    if (where === 'local') return Buffer.concat([numbers([0x04034b50, 4]), shared, name, extra]);
    const comment = Buffer.from(said.comment);
    const own = numbers([comment.length, 2], [said.disk, 2], [0, 2], [said.attributes, 4], [said.offset, 4]);
    return Buffer.concat([numbers([0x02014b50, 4], [said.madeBy, 2]), shared, own, name, extra, comment]);
  };
  const after = numbers([0x08074b50, 4], [honest.crc, 4], [honest.packed, 4], [honest.size, 4]);
  const body = told?.descriptor === true ? Buffer.concat([packed, after]) : packed;
  return { local: header('local'), body, central: header('central') };
}

/** The zip64 end record and its locator, which 65,534 files and 4 GiB do without. */
function zip64End(count: number, size: number, start: number): Buffer {
  const record = numbers([0x06064b50, 4], [44, 4], [0, 4], [45, 2], [45, 2], [0, 4], [0, 4], [count, 4], [0, 4], [count, 4], [0, 4], [size, 4], [0, 4], [start, 4], [0, 4]); // prettier-ignore
  return Buffer.concat([record, numbers([0x07064b50, 4], [0, 4], [start + size, 4], [0, 4], [1, 4])]);
}

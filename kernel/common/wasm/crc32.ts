/** The CRC-32 of zip files, sixteen bytes a step: as WebAssembly, and the tables that it and JavaScript look up. */
import { add, and, countDown, get, I32, i32, load, set, shl, shr, xor, type Code, type Func } from './code.ts';

/** At once: for each of them there is a table of 256. */
export const CRC_STEP = 16;

/** What a byte does to the checksum from 0 to 15 bytes further on. */
export function crcTables(): Uint32Array<ArrayBuffer> {
  const tables = new Uint32Array(CRC_STEP * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++)
    tables[at] = tables[tables[at - 256]! & 0xff]! ^ (tables[at - 256]! >>> 8);
  return tables;
}

/** `crc(at, steps, before)`: the register after so many steps, at least one. `tables`: where the memory has them. */
export function crcOf(tables: number): Func {
  const [at, steps, crc, first] = [0, 1, 2, 3];
  const words = [0, 1, 2, 3];
  const looked = (word: number, byte: number): Code => {
    const value = and(shr(get(first + word), i32(8 * byte)), i32(0xff));
    const after = CRC_STEP - 1 - 4 * word - byte;
    return load(shl(value, i32(2)), tables + 1024 * after);
  };
  const step = [
    ...words.flatMap((word) => set(first + word, load(get(at), 4 * word, 0))),
    ...set(first, xor(get(first), get(crc))),
    ...set(
      crc,
      words.flatMap((word) => words.map((byte) => looked(word, byte))).reduce((sum, term) => xor(sum, term)),
    ),
    ...set(at, add(get(at), i32(CRC_STEP))),
  ];
  return {
    name: 'crc',
    params: 3,
    result: true,
    locals: words.map(() => I32),
    body: [...countDown(steps, step), ...get(crc)],
  };
}

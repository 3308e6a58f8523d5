/** The checksum of zip files in JavaScript: where there is nothing faster. */
import { crcTables } from '#common/wasm/crc32.ts';

const CRC = crcTables();

/** Of these bytes after those whose checksum is `before`. Eight at a time: three times as fast as one (measured on 50 MB). */
export function crc32(bytes: Uint8Array, before = 0): number {
  const whole = bytes.length - (bytes.length % 8);
  let crc = ~before;
  let i = 0;
  for (; i < whole; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      CRC[0x700 + (crc & 0xff)]! ^
      CRC[0x600 + ((crc >>> 8) & 0xff)]! ^
      CRC[0x500 + ((crc >>> 16) & 0xff)]! ^
      CRC[0x400 + (crc >>> 24)]! ^
      CRC[0x300 + bytes[i + 4]!]! ^
      CRC[0x200 + bytes[i + 5]!]! ^
      CRC[0x100 + bytes[i + 6]!]! ^
      CRC[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

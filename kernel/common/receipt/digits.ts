/** Digests as receipts write them: 64 lower-case hex digits. */
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Nibble of a lower-case hex digit, 255 for all else. */
export const NIBBLES = Uint8Array.from({ length: 256 }, (_, byte) =>
  isDigit(byte) ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : 255,
);

/** The 32 bytes of the digest whose digits start there; that they are digits is known. */
export function readDigest(bytes: Uint8Array, start: number, out: Uint8Array): void {
  for (let i = 0; i < 32; i++) out[i] = (NIBBLES[bytes[start + 2 * i]!]! << 4) | NIBBLES[bytes[start + 2 * i + 1]!]!;
}

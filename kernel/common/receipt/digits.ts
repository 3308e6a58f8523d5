/** Digests as receipts write them, 64 lower-case hex digits, four at a time in a number: three times as fast as one by one (measured in V8). */

/** Whether there are so many of them, a multiple of four. */
export function areDigits(view: DataView, start: number, digits: number): boolean {
  for (let at = start; at < start + digits; at += 4) {
    const four = view.getInt32(at, true);
    // The highest bit of each byte: from "0" on, behind "9", from "a" on, behind "f". No byte of ASCII carries into the next.
    const digit = (four + 0x50505050) & ~(four + 0x46464646);
    const letter = (four + 0x1f1f1f1f) & ~(four + 0x19191919);
    if ((four & 0x80808080) !== 0 || ((digit | letter) & 0x80808080) !== (0x80808080 | 0)) return false;
  }
  return true;
}

/** The 32 bytes of the digest whose digits start there; that they are digits is known. */
export function readDigest(view: DataView, start: number, out: Uint8Array): void {
  for (let i = 0; i < 32; i += 2) {
    const four = view.getInt32(start + 2 * i, true);
    // A letter is 9 more than its lowest four bits say.
    const nibbles = (four & 0x0f0f0f0f) + 9 * ((four >>> 6) & 0x01010101);
    const bytes = (nibbles << 4) | (nibbles >>> 8);
    out[i] = bytes;
    out[i + 1] = bytes >>> 16;
  }
}

import type { ArtifactReader } from '#common/plugin.ts';
import { broken } from '../spec.ts';

/** One record is no longer. */
const LONGEST = 2 ** 26;

const [QUOTE, NEWLINE, RETURN] = [34, 10, 13];

/** Bytes of a file, cut where records end. */
interface Piece {
  readonly bytes: Uint8Array;
  /** Where it begins in the file, and on which line. */
  readonly at: number;
  readonly line: number;
}

/**
 * Delimited text in pieces of about `size` bytes, each ending where a record does: a line break inside quotes ends none. A quote is one only where a
 * field begins, as in the whole file (RFC 4180).
 *
 * @throws DATASET_INVALID when a record doesn't end for too long
 */
export async function* recordPieces(file: ArtifactReader, delimiter: number, size: number): AsyncGenerator<Piece> {
  let rest = new Uint8Array(0);
  let [at, line] = [0, 1];
  for (let from = 0; from < file.size;) {
    const more = await file.read(from, Math.min(file.size, from + size));
    from += more.length;
    const bytes = new Uint8Array(rest.length + more.length);
    bytes.set(rest);
    bytes.set(more, rest.length);
    const { end, lines } = from >= file.size ? { end: bytes.length, lines: 0 } : lastEnd(bytes, delimiter);
    if (end > 0) yield { bytes: bytes.subarray(0, end), at, line };
    rest = bytes.slice(end);
    if (rest.length > LONGEST) throw broken(`No record ends within ${LONGEST >> 20} MB.`, `line ${line}`);
    at += end;
    line += lines;
  }
}

/** Where the last whole record ends, and how many lines end before. */
function lastEnd(bytes: Uint8Array, delimiter: number): { readonly end: number; readonly lines: number } {
  let [end, lines, seen] = [0, 0, 0];
  let begins = true;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === NEWLINE) seen++;
    if (quoted) {
      if (byte !== QUOTE) continue;
      // Two are one that is meant.
      if (bytes[i + 1] === QUOTE) i++;
      else quoted = false;
    } else if (byte === QUOTE && begins) {
      quoted = true;
      begins = false;
    } else {
      begins = byte === delimiter || byte === NEWLINE || byte === RETURN;
      if (byte === NEWLINE) [end, lines] = [i + 1, seen];
    }
  }
  return { end, lines };
}

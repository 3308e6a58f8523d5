import { broken } from './spec.ts';

/** V8 holds no longer string. */
const LONGEST = 0x1fff_ffe8;

/**
 * Bytes as text. A byte order mark decides (UTF-8, UTF-16); otherwise `encoding`, which is UTF-8 unless somebody says so: what is
 * not UTF-8 is never guessed at.
 * @throws DATASET_INVALID naming line and column of the first byte that doesn't fit
 */
export function decodeText(bytes: Uint8Array, encoding?: string): string {
  if (bytes.length > LONGEST)
    throw broken(
      `${Math.round(bytes.length / 1e6)} MB of text are more than fit into memory at once; Parquet has no such limit.`,
    );
  const mark = byteOrderMark(bytes);
  const label = mark ?? encoding ?? 'utf-8';
  const decoder = decoderOf(label);
  try {
    return decoder.decode(bytes);
  } catch {
    const at = firstWrong(bytes, label);
    const value = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
    throw broken(
      `Byte ${value} at ${lineAndColumn(bytes, at)} is not ${label.toUpperCase()}. Say \`encoding\` if the file is in another one, for instance "latin1".`,
    );
  }
}

function decoderOf(label: string): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    throw broken(`“${label}” is no encoding known here; try utf-8, latin1, windows-1252 or utf-16le.`);
  }
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/**
 * The decoder doesn't say where it stopped: a second one takes the same pieces, and the piece that the first refused byte by byte. Of a
 * character that the end cuts off, its last byte.
 */
function firstWrong(bytes: Uint8Array, label: string): number {
  const refused = firstRefused(bytes, label);
  const decoder = new TextDecoder(label, { fatal: true });
  for (let at = 0; at < refused; at += PIECE) decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
  for (let at = refused; at < bytes.length; at++) {
    try {
      decoder.decode(bytes.subarray(at, at + 1), { stream: true });
    } catch {
      return at;
    }
  }
  return bytes.length - 1;
}

const PIECE = 65_536;

/** Where the first piece starts that does not decode; the last one when only the end is wrong. */
function firstRefused(bytes: Uint8Array, label: string): number {
  const decoder = new TextDecoder(label, { fatal: true });
  for (let at = 0; at < bytes.length; at += PIECE) {
    try {
      decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    } catch {
      return at;
    }
  }
  return Math.max(0, Math.floor((bytes.length - 1) / PIECE) * PIECE);
}

function lineAndColumn(bytes: Uint8Array, at: number): string {
  let [line, start] = [1, 0];
  for (let i = 0; i < at; i++) if (bytes[i] === 0x0a) [line, start] = [line + 1, i + 1];
  return `line ${line}, column ${at - start + 1}`;
}

/** Line and column (1-based) of a position in text. */
export function placeInText(text: string, at: number): string {
  let [line, start] = [1, 0];
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) [line, start] = [line + 1, i + 1];
  return `line ${line}, column ${at - start + 1}`;
}

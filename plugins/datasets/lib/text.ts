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

/** Bisects for the longest start that decodes: the decoder doesn't say where it stopped. */
function firstWrong(bytes: Uint8Array, label: string): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(good, middle), { stream: true });
      good = characterStart(bytes, middle);
      if (good + 4 >= bad) break;
    } catch {
      bad = middle;
    }
  }
  for (let end = good + 1; end <= bad; end++) {
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(good, end), { stream: true });
    } catch {
      return end - 1;
    }
  }
  return good;
}

/** Steps back over UTF-8 continuation bytes, so that the next piece starts with a whole character. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && start > at - 4 && (bytes[start] ?? 0) >> 6 === 0b10) start--;
  return start;
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

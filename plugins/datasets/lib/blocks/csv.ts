import { AssayError } from '#common/errors.ts';
import type { ArtifactReader } from '#common/plugin.ts';
import { guessDelimiter, readCsv } from '../csv.ts';
import { type Narrowing, narrowing, typeColumn } from '../infer.ts';
import { broken, type RawTable } from '../spec.ts';
import { decodeText } from '../text.ts';
import { keeps } from './keeps.ts';
import type { Blocks, BlockSpec } from './open.ts';
import { recordPieces } from './records.ts';

/** Bytes that are read at once. */
const PIECE = 2 ** 22;

/**
 * Delimited text in UTF-8, whole records at a time. It is gone through twice: what type a column has is known when all of it was seen.
 *
 * @throws DATASET_INVALID naming the line
 */
export async function csvBlocks(
  file: ArtifactReader,
  spec: BlockSpec & { readonly format: 'csv' | 'tsv' },
): Promise<Blocks> {
  const head = decodeText(cutAtLine(await file.read(0, Math.min(file.size, PIECE))));
  const delimiter = spec.delimiter ?? (spec.format === 'tsv' ? '\t' : guessDelimiter(head));
  const typing = { strings: 'tokens' as const, ...(spec.decimal === undefined ? {} : { decimal: spec.decimal }) };
  async function* tables(tell?: (done: number) => void): AsyncGenerator<RawTable> {
    let header: Uint8Array | null = null;
    for await (const { bytes, at, line } of recordPieces(file, delimiter.charCodeAt(0), PIECE)) {
      const first: Uint8Array = header ?? bytes.subarray(0, firstLine(bytes));
      const whole = header === null ? bytes : joined(header, bytes);
      const shift = header === null ? 0 : line - 1 - newlines(header);
      header = first;
      yield shifted(() => readCsv(whole, { format: spec.format, delimiter }), shift);
      tell?.(at + bytes.length);
    }
  }
  const types = new Map<string, Narrowing>();
  let rows = 0;
  for await (const table of tables((done) => spec.look?.(done, file.size))) {
    rows += table.rows;
    for (const { name, values } of table.columns) {
      const known = types.get(name) ?? narrowing(typing);
      types.set(name, known);
      known.look(values);
    }
  }
  return {
    rows,
    columns: types.size,
    async *read(size) {
      const kept = keeps([...types.keys()], spec.columns);
      for await (const raw of tables()) {
        const columns = raw.columns
          .filter(({ name }) => kept.has(name))
          .map((column) => {
            const type = types.get(column.name)!.type();
            return typeColumn(column, { name: column.name, type }, { ...typing, place: raw.place });
          });
        for (let first = 0; first < raw.rows; first += size) {
          const last = Math.min(raw.rows, first + size);
          const part = columns.map((column) => ({
            ...column,
            values: column.values.slice(first, last),
            ...(column.valid === undefined ? {} : { valid: column.valid.slice(first, last) }),
          }));
          yield { $: 'table', rows: last - first, columns: part as typeof columns };
        }
      }
    },
  };
}

/** Without the end, which may be half a character. */
function cutAtLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(10);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Where the second line begins. A header whose names hold line breaks is not read in blocks. */
function firstLine(bytes: Uint8Array): number {
  const end = bytes.indexOf(10);
  const length = end < 0 ? bytes.length : end + 1;
  let quotes = 0;
  for (let i = 0; i < length; i++) if (bytes[i] === 34) quotes++;
  if (quotes % 2 === 1) throw broken('A name in the header holds a line break.', 'line 1');
  return length;
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 10) count++;
  return count;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const out = new Uint8Array(one.length + other.length);
  out.set(one);
  out.set(other, one.length);
  return out;
}

/** Lines as they are counted in the file. */
function shifted(read: () => RawTable, by: number): RawTable {
  const lines = (text: string): string => text.replaceAll(/\bline (\d+)/g, (_, line) => `line ${Number(line) + by}`);
  try {
    const table = read();
    return { ...table, place: (row) => lines(table.place(row)) };
  } catch (error) {
    if (!(error instanceof AssayError) || by === 0) throw error;
    throw broken(lines(error.message), error.where === undefined ? undefined : lines(error.where));
  }
}

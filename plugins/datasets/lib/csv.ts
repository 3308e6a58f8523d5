import { dsvFormat } from 'd3-dsv';
import { broken, type RawTable, type ReadSpec } from './spec.ts';
import { decodeText, placeInText } from './text.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Delimited text with a header line, RFC 4180 quoting. Every line has as many fields as the header; empty lines are skipped.
 * @throws DATASET_INVALID naming the line
 */
export function readCsv(bytes: Uint8Array, spec: ReadSpec): RawTable {
  const text = decodeText(bytes, spec.encoding);
  const delimiter = spec.delimiter ?? (spec.format === 'tsv' ? '\t' : guessDelimiter(text));
  refuseOpenQuote(text, delimiter);
  const rows: string[][] = [];
  const blank: number[] = [];
  dsvFormat(delimiter).parseRows(text, (row, index) => {
    if (row.length === 1 && row[0] === '') blank.push(index);
    else rows.push(row);
    return null;
  });
  const [header, ...body] = rows;
  if (header === undefined) throw broken('The file is empty: not even a header line is there.');
  const names = columnNames(header);
  const place = (row: number): string => `line ${lineOf(rows, blank, row + 1)}`;
  for (const [i, row] of body.entries())
    if (row.length !== names.length)
      throw broken(`${row.length} fields at ${place(i)}, and ${names.length} in the header (${names.join(', ')}).`);
  return {
    rows: body.length,
    columns: names.map((name, c) => ({ name, values: body.map((row) => row[c]!) })),
    strings: 'tokens',
    place,
  };
}

/** Names of the header line, trimmed; what R and pandas leave empty for row names is called `column1`. */
function columnNames(header: readonly string[]): string[] {
  const names = header.map((name, i) => name.trim() || `column${i + 1}`);
  for (const [i, name] of names.entries()) {
    const before = names.indexOf(name);
    if (before < i) throw broken(`Columns ${before + 1} and ${i + 1} of the header are both called “${name}”.`);
  }
  return names;
}

/** The delimiter that the first line holds most of, outside quotes. */
export function guessDelimiter(text: string): string {
  const end = text.indexOf('\n');
  const line = (end < 0 ? text : text.slice(0, end)).replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** d3-dsv takes the rest of the file for a field whose quote is never closed; nobody wants that. */
function refuseOpenQuote(text: string, delimiter: string): void {
  const opens = (at: number): boolean =>
    at === 0 || text[at - 1] === delimiter || text[at - 1] === '\n' || text[at - 1] === '\r';
  let from = 0;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', from)) {
    from = open + 1;
    if (!opens(open)) continue;
    for (;;) {
      const close = text.indexOf('"', from);
      if (close < 0) throw broken(`The quote that opens at ${placeInText(text, open)} is never closed.`);
      from = close + 1;
      if (text[from] !== '"') break;
      from++;
    }
  }
}

/** Line (1-based) on which `rows[index]` starts: fields may hold line breaks. */
function lineOf(rows: readonly (readonly string[])[], blank: readonly number[], index: number): number {
  let line = 1;
  let [kept, all, nextBlank] = [0, 0, 0];
  while (kept < index || blank[nextBlank] === all) {
    if (blank[nextBlank] === all) nextBlank++;
    else for (const field of rows[kept++]!) line += field.split('\n').length - 1;
    line++;
    all++;
  }
  return line;
}

import { broken, type RawTable, type ReadSpec } from './spec.ts';
import { decodeText, placeInText } from './text.ts';

type Json = Record<string, unknown>;

/** An array of objects, or `{columns: [names], rows: [[…]]}`. @throws DATASET_INVALID naming line or row */
export function readJson(bytes: Uint8Array, spec: ReadSpec): RawTable {
  const text = decodeText(bytes, spec.encoding);
  const value = parse(text, 0, text);
  const rows = Array.isArray(value) ? value : fromColumnsAndRows(value);
  return fromRows(rows, (row) => `row ${row + 1}`);
}

/** One object a line; empty lines are skipped. @throws DATASET_INVALID naming the line */
export function readNdjson(bytes: Uint8Array, spec: ReadSpec): RawTable {
  const text = decodeText(bytes, spec.encoding);
  const rows: unknown[] = [];
  const lines: number[] = [];
  let start = 0;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() !== '') {
      rows.push(parse(line, start, text));
      lines.push(i + 1);
    }
    start += line.length + 1;
  }
  if (rows.length === 0) throw broken('The file is empty.');
  return fromRows(rows, (row) => `line ${lines[row] ?? 1}`);
}

function fromRows(rows: readonly unknown[], place: (row: number) => string): RawTable {
  const columns = new Map<string, unknown[]>();
  for (const [i, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw broken(
        `An object per row is needed, like {"age": 34}; here is ${JSON.stringify(row)?.slice(0, 40)}.`,
        place(i),
      );
    for (const [name, value] of Object.entries(row as Json)) {
      let values = columns.get(name);
      if (values === undefined) columns.set(name, (values = []));
      while (values.length < i) values.push(null);
      if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
        throw broken(
          'A whole number beyond 2^53 loses its last digits in JSON: write it as text.',
          `${place(i)}, column “${name}”`,
        );
      values.push(value);
    }
  }
  for (const values of columns.values()) while (values.length < rows.length) values.push(null);
  return {
    rows: rows.length,
    columns: Array.from(columns, ([name, values]) => ({ name, values })),
    strings: 'dates',
    place,
  };
}

function fromColumnsAndRows(value: unknown): Json[] {
  const { columns, rows } = (typeof value === 'object' && value !== null ? value : {}) as {
    columns?: unknown;
    rows?: unknown;
  };
  if (!Array.isArray(columns) || !Array.isArray(rows))
    throw broken('It holds neither an array of objects nor {"columns": […], "rows": [[…]]}.');
  return rows.map((row: unknown, i) => {
    if (!Array.isArray(row) || row.length !== columns.length)
      throw broken(
        `${Array.isArray(row) ? `${row.length} values` : 'No array'} where ${columns.length} columns are named.`,
        `row ${i + 1}`,
      );
    return Object.fromEntries(columns.map((name, c) => [String(name), row[c]]));
  });
}

function parse(text: string, offset: number, whole: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = /position (\d+)/.exec(message)?.[1];
    const at = offset + (position === undefined ? text.length : Number(position));
    throw broken(`It is not JSON: ${message.replace(/,? ?(in JSON )?at position.*$/, '')}.`, placeInText(whole, at));
  }
}

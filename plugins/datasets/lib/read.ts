import type { Column, TableData } from '#common/data.ts';
import { readArrow } from './arrow.ts';
import { readCsv } from './csv.ts';
import { typeColumn } from './infer.ts';
import { readJson, readNdjson } from './json.ts';
import { readParquet } from './parquet.ts';
import { broken, FORMATS, type ColumnSpec, type Format, type RawTable, type ReadSpec } from './spec.ts';

/** Bytes and how to read them → a table with typed columns. @throws DATASET_INVALID naming line and column */
export async function readTable(bytes: Uint8Array, spec: ReadSpec, fileName = ''): Promise<TableData> {
  if (bytes.length === 0) throw broken('The file is empty.');
  const format = spec.format ?? guessFormat(bytes, fileName);
  const table =
    format === 'arrow' ? chosen(readArrow(bytes), spec.columns) : typed(await rawTable(bytes, format, spec), spec);
  if (table.length === 0) throw broken('No column is there.');
  return { $: 'table', rows: table[0]!.values.length, columns: table };
}

async function rawTable(bytes: Uint8Array, format: Format, spec: ReadSpec): Promise<RawTable> {
  if (format === 'parquet') return readParquet(bytes);
  if (format === 'json') return readJson(bytes, spec);
  if (format === 'ndjson') return readNdjson(bytes, spec);
  return readCsv(bytes, { ...spec, format });
}

function typed(raw: RawTable, spec: ReadSpec): Column[] {
  const typing = {
    place: raw.place,
    strings: raw.strings,
    ...(spec.decimal === undefined ? {} : { decimal: spec.decimal }),
    ...(spec.missing === undefined ? {} : { missing: spec.missing }),
  };
  if (spec.columns === undefined) return raw.columns.map((column) => typeColumn(column, { name: column.name }, typing));
  return spec.columns.map((column) => typeColumn(pick(raw.columns, column), column, typing));
}

/** A file with types of its own keeps them: dataset.json may choose, rename and give units. */
function chosen(columns: readonly Column[], specs: readonly ColumnSpec[] | undefined): Column[] {
  if (specs === undefined) return [...columns];
  return specs.map((spec) => {
    const column = pick(columns, spec);
    if (spec.levels !== undefined)
      return typeColumn(column, spec, { strings: 'text', place: (row) => `row ${row + 1}` });
    return { ...column, name: spec.name, ...(spec.unit === undefined ? {} : { unit: spec.unit }) };
  });
}

function pick<T extends { readonly name: string }>(columns: readonly T[], spec: ColumnSpec): T {
  const wanted = spec.from ?? spec.name;
  const found = columns.find((column) => column.name === wanted);
  if (found === undefined)
    throw broken(
      `There is no column “${wanted}” in the file. There are: ${columns.map((column) => column.name).join(', ')}.`,
    );
  return found;
}

/** By its first and last bytes, else by its name. @throws DATASET_INVALID */
export function guessFormat(bytes: Uint8Array, fileName: string): Format {
  const starts = (text: string): boolean => [...text].every((char, i) => bytes[i] === char.charCodeAt(0));
  if (starts('PAR1')) return 'parquet';
  if (starts('ARROW1') || (bytes[0] === 0xff && bytes[1] === 0xff && bytes[2] === 0xff && bytes[3] === 0xff))
    return 'arrow';
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  const known = { jsonl: 'ndjson', txt: 'csv', feather: 'arrow', ipc: 'arrow', pq: 'parquet' } as const;
  if (Object.hasOwn(known, ending)) return known[ending as keyof typeof known];
  const format = FORMATS.find((one) => one === ending);
  if (format === undefined) throw broken(`“${fileName}” doesn’t say its format: name one of ${FORMATS.join(', ')}.`);
  return format;
}

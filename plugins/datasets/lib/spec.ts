import { AssayError } from '#common/errors.ts';

export type Format = 'csv' | 'tsv' | 'json' | 'ndjson' | 'parquet' | 'arrow';
export const FORMATS: readonly Format[] = ['csv', 'tsv', 'json', 'ndjson', 'parquet', 'arrow'];

export type ColumnType = 'float64' | 'int32' | 'int64' | 'bool' | 'date' | 'text';

/** One column as dataset.json describes it. Only `name` is needed; the type is inferred without `type` and `levels`. */
export interface ColumnSpec {
  /** What cells call it. */
  readonly name: string;
  /** What the file calls it; `name` when absent. */
  readonly from?: string;
  readonly type?: ColumnType;
  /** Code in the file → category; a code that isn't here is an error. The column is text. */
  readonly levels?: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly description?: string;
}

/** How bytes become a table. */
export interface ReadSpec {
  readonly format?: Format;
  /** CSV only; guessed from the first line when absent. */
  readonly delimiter?: string;
  /** CSV only: `,` where 3,5 means three and a half. */
  readonly decimal?: '.' | ',';
  /** CSV, JSON and NDJSON: `utf-8` unless given. */
  readonly encoding?: string;
  /** Texts that mean “missing” in every column; the default is in infer.ts. */
  readonly missing?: readonly string[];
  /** Only these columns, in this order; all as they are when absent. */
  readonly columns?: readonly ColumnSpec[];
}

/** datasets/<name>/dataset.json */
export interface DatasetFile {
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly licence: string;
  readonly citation?: string;
  /** What a reader must know before believing the numbers. */
  readonly notes?: readonly string[];
  readonly columns?: readonly ColumnSpec[];
  readonly read: Omit<ReadSpec, 'columns'> & {
    /** npm package and the path in it, or a file beside dataset.json. */
    readonly npm?: string;
    readonly path?: string;
    readonly file?: string;
    /** SHA-256 of the file: other bytes are refused. */
    readonly sha256?: string;
  };
}

/** A column as it came out of the file, before it has a type. `name` is the file's. */
export interface RawColumn {
  readonly name: string;
  readonly values: ArrayLike<unknown>;
}

export interface RawTable {
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  /** What a string in it may be: anything (CSV), text or a date (JSON), text alone (Parquet). */
  readonly strings: 'tokens' | 'dates' | 'text';
  /** Where a row stands in the file, for an error: `line 12`. */
  readonly place: (row: number) => string;
}

export function broken(message: string, where?: string): AssayError {
  return new AssayError('DATASET_INVALID', message, where === undefined ? {} : { where });
}

/** dataset.json taken apart by hand: a person wrote it, so each mistake gets its own sentence. */
export function parseDatasetFile(bytes: Uint8Array, where: string): DatasetFile {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken(`It is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, where);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken('It is not a JSON object.', where);
  const file = value as Partial<DatasetFile>;
  for (const key of ['title', 'description', 'source', 'licence'] as const)
    if (typeof file[key] !== 'string' || file[key] === '')
      throw broken(`“${key}” is missing: a data set says what it is and whose.`, where);
  const { read, columns } = file;
  if (typeof read !== 'object' || read === null) throw broken('“read” is missing: it says where the bytes are.', where);
  if ((read.file === undefined) === (read.npm === undefined))
    throw broken('“read” needs either `file`, or `npm` and `path`.', where);
  if (read.npm !== undefined && read.path === undefined)
    throw broken('“read” names a package and no `path` in it.', where);
  if (columns !== undefined && !(Array.isArray(columns) && columns.every((column) => typeof column?.name === 'string')))
    throw broken('Every entry of “columns” needs a name.', where);
  return file as DatasetFile;
}

/** Path of the data, relative to the project. */
export function dataPath(name: string, { read }: DatasetFile): string {
  return read.npm === undefined ? `datasets/${name}/${read.file ?? ''}` : `node_modules/${read.npm}/${read.path ?? ''}`;
}

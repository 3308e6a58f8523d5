// From plugin.json, by `npx assay plugin-types datasets`: change that, not this.
import type { Digest, TableData } from '#common/data.ts';
import type { MethodContext } from '#common/plugin.ts';

export type ListInput = Readonly<Record<string, never>>;

export interface ListOutput {
  readonly datasets: readonly {
    readonly name: string;
    readonly title: string;
    readonly description?: string;
    readonly source?: string;
    readonly licence?: string;
    readonly problem?: string;
  }[];
}

export interface DescribeInput {
  readonly name: string;
}

export interface DescribeOutput {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly citation?: string;
  readonly notes?: readonly string[];
  readonly rows: number;
  readonly columns: readonly object[];
  readonly file: {
    readonly path: string;
    readonly digest: string;
    readonly bytes: number;
  };
}

export type ReadInputColumns = readonly ({
  readonly name: string;
  readonly from?: string;
  readonly type?: "float64" | "int32" | "int64" | "bool" | "date" | "text";
  readonly levels?: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly description?: string;
})[];

export interface ReadInput {
  readonly name?: string;
  readonly file?: string;
  readonly bytes?: Uint8Array;
  readonly format?: "csv" | "tsv" | "json" | "ndjson" | "parquet" | "arrow";
  readonly delimiter?: string;
  readonly decimal?: "." | ",";
  readonly encoding?: string;
  readonly missing?: readonly string[];
  readonly columns?: ReadInputColumns;
}

export type ReadOutput = TableData;

export interface BlocksInput {
  /** By path or digest. */
  readonly data: Digest;
  /** Seen from the bytes unless given. */
  readonly format?: "csv" | "tsv" | "parquet" | "arrow" | "npy";
  readonly delimiter?: string;
  readonly decimal?: "." | ",";
  /** Only these, when all of them are there. An array’s columns are x0, x1, … */
  readonly columns?: readonly string[];
  /** At most. */
  readonly size: number;
}

export interface BlocksChunk {
  /** Of the whole file. */
  readonly rows: number;
  /** What number the block’s first row has, counted from 0. */
  readonly first: number;
  readonly table: TableData;
}

export interface InspectInput {
  readonly bytes: Uint8Array;
  readonly fileName?: string;
  readonly format?: "csv" | "tsv" | "json" | "ndjson" | "parquet" | "arrow";
  readonly delimiter?: string;
  readonly decimal?: "." | ",";
  readonly encoding?: string;
}

export interface InspectOutput {
  readonly rows: number;
  readonly columns: readonly object[];
  readonly read: object;
  readonly preview: TableData;
}

export interface Methods {
  /** Every data set in datasets/: name, title, source and licence. One whose dataset.json is broken is listed with what is wrong. */
  list(input: ListInput, ctx: MethodContext): ListOutput | Promise<ListOutput>;
  /** What dataset.json says, the digest of the bytes, and a summary of every column: missing values, range, commonest values. */
  describe(input: DescribeInput, ctx: MethodContext): DescribeOutput | Promise<DescribeOutput>;
  /** A data set by name, a file by path, or bytes, as a table with typed columns. Types are declared or inferred with care: ids with leading zeros stay text, and what doesn’t fit is an error that names line and column. */
  read(input: ReadInput, ctx: MethodContext): ReadOutput | Promise<ReadOutput>;
  /** A Parquet, Arrow, .npy or CSV file as a stream of tables, one block of rows after the other, in memory that doesn’t grow with the file. Columns have the same types in all blocks. */
  blocks(input: BlocksInput, ctx: MethodContext): AsyncIterable<BlocksChunk>;
  /** Reads bytes that somebody wants to add and gives back the dataset.json that fits them, a summary of every column and the first rows. Keeps nothing. */
  inspect(input: InspectInput, ctx: MethodContext): InspectOutput | Promise<InspectOutput>;
}

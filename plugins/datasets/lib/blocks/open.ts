import type { ArtifactReader } from '#common/plugin.ts';
import type { TableData } from '#common/data.ts';
import { isNpy } from '#common/data/npy.ts';
import { broken } from '../spec.ts';
import { arrowBlocks } from './arrow.ts';
import { csvBlocks } from './csv.ts';
import { npyBlocks } from './npy.ts';
import { parquetBlocks } from './parquet.ts';

/** A table that is read a block of rows at a time; what it takes of memory doesn't grow with it. */
export interface Blocks {
  /** In all. */
  readonly rows: number;
  /** Columns of the file that are read. */
  readonly columns: number;
  /** Its blocks in order, at most `size` rows each; columns have the same types in all. */
  read(size: number): AsyncIterable<TableData>;
}

export interface BlockSpec {
  readonly format?: 'csv' | 'tsv' | 'parquet' | 'arrow' | 'npy' | undefined;
  readonly delimiter?: string | undefined;
  readonly decimal?: '.' | ',' | undefined;
  /** Only these columns, when all of them are there. */
  readonly columns?: readonly string[] | undefined;
  /** Hears how much of the file was looked through before the first block, where all of it must be. */
  look?(done: number, total: number): void;
}

/** @throws DATASET_INVALID, NPY_INVALID */
export async function openBlocks(file: ArtifactReader, spec: BlockSpec): Promise<Blocks> {
  if (file.size === 0) throw broken('The file is empty.');
  const format = spec.format ?? guess(await file.read(0, Math.min(file.size, 512)));
  if (format === 'parquet') return parquetBlocks(file, spec);
  if (format === 'arrow') return arrowBlocks(file, spec);
  if (format === 'npy') return npyBlocks(file);
  return csvBlocks(file, { ...spec, format });
}

function guess(head: Uint8Array): NonNullable<BlockSpec['format']> {
  const starts = String.fromCharCode(...head.subarray(0, 6));
  if (isNpy(head)) return 'npy';
  if (starts.startsWith('PAR1')) return 'parquet';
  if (starts === 'ARROW1' || starts.startsWith('\xff\xff\xff\xff')) return 'arrow';
  if (/^\s*[[{]/.test(starts))
    throw broken(
      'JSON is not read in blocks: give Parquet, Arrow, .npy or CSV, or the rows to a method that takes a table.',
    );
  if (head.includes(0)) throw broken('The file is neither Parquet, Arrow, .npy nor text.');
  return 'csv';
}

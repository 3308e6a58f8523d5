import { type AsyncBuffer, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import type { Column } from '#common/data.ts';
import type { ArtifactReader } from '#common/plugin.ts';
import { typeColumn } from '../infer.ts';
import { compressors } from '../parquet.ts';
import { broken, type ColumnType } from '../spec.ts';
import { keeps } from './keeps.ts';
import type { Blocks, BlockSpec } from './open.ts';

/**
 * Parquet, some rows of one column at a time: no more is held than a column of a row group, packed, and the block. Types are the file's own.
 *
 * @throws DATASET_INVALID
 */
export async function parquetBlocks(reader: ArtifactReader, { columns: wanted }: BlockSpec): Promise<Blocks> {
  const file: AsyncBuffer = {
    byteLength: reader.size,
    async slice(start, end = reader.size) {
      const bytes = await reader.read(start < 0 ? reader.size + start : start, end);
      return bytes.buffer as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(file).catch(notParquet);
  const { num_rows: count, row_groups: groups, schema } = metadata;
  if (schema.some((element, i) => i > 0 && element.num_children !== undefined))
    throw broken('A nested column has no place in a table here: flatten it first.');
  const all = schema.slice(1);
  const kept = keeps(
    all.map(({ name }) => name),
    wanted,
  );
  const elements = all.filter(({ name }) => kept.has(name));
  const types = new Map(elements.map((element) => [element.name, typeOf(element)]));
  const columnAt = async (name: string, first: number, last: number): Promise<Column> => {
    const column = empty(name, types.get(name)!, last - first);
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [name],
      rowStart: first,
      rowEnd: last,
      onChunk: ({ columnData, rowStart }) => fill(column, columnData, rowStart - first),
    }).catch(notParquet);
    return column.done();
  };
  return {
    rows: Number(count),
    columns: elements.length,
    async *read(size) {
      let before = 0;
      for (const { num_rows: rows } of groups) {
        const end = before + Number(rows);
        for (; before < end; before = Math.min(end, before + size)) {
          const last = Math.min(end, before + size);
          const columns: Column[] = [];
          for (const { name } of elements) columns.push(await columnAt(name, before, last));
          yield { $: 'table', rows: last - before, columns };
        }
      }
    },
  };
}

function notParquet(cause: unknown): never {
  if (cause instanceof Error && cause.name === 'AssayError') throw cause;
  throw broken(`It is not a whole Parquet file: ${cause instanceof Error ? cause.message : String(cause)}.`);
}

function typeOf({ name, type, logical_type: logical, converted_type: converted }: SchemaElement): ColumnType {
  const kind = logical?.type ?? converted;
  if (kind === 'DATE' || kind?.startsWith('TIMESTAMP') === true || type === 'INT96') return 'date';
  if (type === 'BOOLEAN') return 'bool';
  if (type === 'FLOAT' || type === 'DOUBLE' || kind === 'DECIMAL' || kind === 'FLOAT16') return 'float64';
  if (type === 'INT64') return kind === 'UINT_64' ? 'float64' : 'int64';
  if (type === 'INT32') return kind === 'UINT_32' || kind === 'INTEGER' ? 'float64' : 'int32';
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return 'text';
  throw broken(`Parquet’s type ${type ?? 'of no name'} has no place in a table here.`, `column “${name}”`);
}

/** A column that is filled in pieces. */
interface Filling {
  readonly rows: number;
  readonly type: ColumnType;
  /** What needs no more than being put there; null for everything else, which goes through `values`. */
  readonly numbers: Float64Array | Int32Array | BigInt64Array | null;
  readonly values: unknown[];
  readonly valid: Uint8Array;
  done(): Column;
}

function empty(name: string, type: ColumnType, rows: number): Filling {
  const numbers =
    type === 'float64'
      ? new Float64Array(rows)
      : type === 'int32'
        ? new Int32Array(rows)
        : type === 'int64'
          ? new BigInt64Array(rows)
          : null;
  const values: unknown[] = numbers === null ? Array.from({ length: rows }) : [];
  const valid = new Uint8Array(rows).fill(1);
  return {
    rows,
    type,
    numbers,
    values,
    valid,
    done() {
      if (numbers === null)
        return typeColumn({ name, values }, { name, type }, { strings: 'text', place: (row) => `row ${row + 1}` });
      return { name, type, values: numbers, ...(valid.includes(0) ? { valid } : {}) } as Column;
    },
  };
}

/** @param at which row of the block comes first; pages reach over its ends */
function fill({ rows, type, numbers, values, valid }: Filling, data: ArrayLike<unknown>, at: number): void {
  const [first, last] = [Math.max(0, -at), Math.min(data.length, rows - at)];
  if (numbers === null) {
    for (let i = first; i < last; i++) values[at + i] = data[i];
    return;
  }
  const absent = type === 'float64' ? NaN : type === 'int64' ? 0n : 0;
  for (let i = first; i < last; i++) {
    const value = data[i] ?? null;
    if (value === null) valid[at + i] = 0;
    numbers[at + i] = value === null ? absent : type === 'float64' ? Number(value) : (value as number);
  }
}

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer } from 'hyparquet';
import { broken, type RawTable } from './spec.ts';

/** What hyparquet doesn't bring itself (it has snappy). */
export const compressors = {
  GZIP: (bytes: Uint8Array): Uint8Array => gunzipSync(bytes),
  BROTLI: (bytes: Uint8Array): Uint8Array => brotliDecompressSync(bytes),
  ZSTD: (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes),
};

/** Parquet by columns; nested columns are refused. @throws DATASET_INVALID */
export async function readParquet(bytes: Uint8Array): Promise<RawTable> {
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    const names = metadata.schema
      .filter((element) => element.num_children === undefined)
      .map((element) => element.name);
    if (metadata.schema.some((element, i) => i > 0 && element.num_children !== undefined))
      throw broken('A nested column has no place in a table here: flatten it first.');
    const columns = new Map(names.map((name) => [name, Array.from<unknown>({ length: rows })]));
    await parquetRead({
      file,
      metadata,
      compressors,
      onChunk({ columnName, columnData, rowStart }) {
        const into = columns.get(columnName)!;
        for (let i = 0; i < columnData.length && rowStart + i < rows; i++) into[rowStart + i] = columnData[i];
      },
    });
    return {
      rows,
      columns: Array.from(columns, ([name, values]) => ({ name, values })),
      strings: 'text',
      place: (row) => `row ${row + 1}`,
    };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AssayError') throw cause;
    throw broken(`It is not a whole Parquet file: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
}

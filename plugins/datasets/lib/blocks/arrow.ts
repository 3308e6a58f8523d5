import { AssayError } from '#common/errors.ts';
import type { ArtifactReader } from '#common/plugin.ts';
import { type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { columnOf } from '../arrow.ts';
import { broken } from '../spec.ts';
import { keeps } from './keeps.ts';
import type { Blocks, BlockSpec } from './open.ts';

/** Bytes that are read at once. */
const PIECE = 2 ** 22;

/**
 * Arrow IPC, record batch by record batch: a file by its foot, which says where they are, a stream from its beginning. How many rows there are is
 * seen by going through them once.
 *
 * @throws DATASET_INVALID
 */
export async function arrowBlocks(file: ArtifactReader, { columns, look }: BlockSpec): Promise<Blocks> {
  const head = await file.read(0, Math.min(8, file.size));
  const isFile = String.fromCharCode(...head.subarray(0, 6)) === 'ARROW1';
  async function* batches(tell: (done: number) => void = () => {}): AsyncGenerator<RecordBatch> {
    try {
      const reader = await RecordBatchReader.from(isFile ? handleOf(file, tell) : piecesOf(file, tell));
      yield* await reader.open();
    } catch (cause) {
      if (AssayError.from(cause).code !== 'INTERNAL') throw cause;
      throw broken(`It is not a whole Arrow file: ${cause instanceof Error ? cause.message : String(cause)}.`);
    }
  }
  let [rows, width] = [0, 0];
  for await (const batch of batches((done) => look?.(done, file.size))) {
    rows += batch.numRows;
    width = batch.numCols;
  }
  return {
    rows,
    columns: width,
    async *read(size) {
      for await (const batch of batches())
        for (let first = 0; first < batch.numRows; first += size) {
          const part = batch.slice(first, Math.min(batch.numRows, first + size));
          const kept = keeps(
            part.schema.fields.map(({ name }) => name),
            columns,
          );
          const own = part.schema.fields.flatMap(({ name }, i) =>
            kept.has(name) ? [columnOf(name, part.getChildAt(i)!)] : [],
          );
          yield { $: 'table', rows: part.numRows, columns: own };
        }
    },
  };
}

async function* piecesOf(file: ArtifactReader, tell: (done: number) => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += PIECE) {
    yield await file.read(at, Math.min(file.size, at + PIECE));
    tell(at);
  }
}

/** What apache-arrow uses of a file that is open in Node. */
function handleOf(file: ArtifactReader, tell: (done: number) => void): FileHandle {
  const handle = {
    fd: -1,
    stat: () => Promise.resolve({ size: file.size }),
    async read(buffer: Uint8Array, offset: number, length: number, position: number) {
      const end = Math.min(file.size, position + length);
      const bytes = await file.read(Math.min(position, end), end);
      buffer.set(bytes, offset);
      tell(end);
      return { bytesRead: bytes.length, buffer };
    },
    close: () => Promise.resolve(),
  };
  return handle as unknown as FileHandle;
}

type FileHandle = Parameters<typeof RecordBatchReader.from>[0] & { readonly fd: number };

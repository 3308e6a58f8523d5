import type { ArtifactReader } from '#common/plugin.ts';
import { checkNpySize, NPY_HEADER, readNpyHeader } from '#common/data/npy.ts';
import { broken } from '../spec.ts';
import type { Blocks } from './open.ts';

/** A matrix, its columns called x0, x1, … @throws NPY_INVALID, DATASET_INVALID */
export async function npyBlocks(file: ArtifactReader): Promise<Blocks> {
  const header = readNpyHeader(await file.read(0, Math.min(file.size, NPY_HEADER)));
  checkNpySize(header, file.size);
  const [rows = 0, columns = 0] = header.shape;
  if (header.shape.length !== 2 || columns === 0)
    throw broken(`The array has the shape ${header.shape.join(' × ') || '()'}; a table has rows and columns.`);
  /** Numbers first to last − 1 of the file. */
  const numbers = async (first: number, last: number): Promise<Float64Array> => {
    const at = (n: number): number => header.start + n * header.bytes;
    const own = new Uint8Array(await file.read(at(first), at(last)));
    return Float64Array.from(header.numbers(own), Number);
  };
  const column = async (first: number, count: number, j: number, all: Float64Array | null): Promise<Float64Array> =>
    all === null
      ? numbers(j * rows + first, j * rows + first + count)
      : Float64Array.from({ length: count }, (_, row) => all[row * columns + j]!);
  return {
    rows,
    columns,
    async *read(size) {
      for (let first = 0; first < rows; first += size) {
        const count = Math.min(size, rows - first);
        const all = header.fortran ? null : await numbers(first * columns, (first + count) * columns);
        const table = [];
        for (let j = 0; j < columns; j++)
          table.push({ name: `x${j}`, type: 'float64' as const, values: await column(first, count, j, all) });
        yield { $: 'table', rows: count, columns: table };
      }
    },
  };
}

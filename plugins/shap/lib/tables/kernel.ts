import type { Column } from './codes.ts';
import { ensure, type Instance, reserver, take } from './exports.ts';
import { openWriter, type Trees, type Writer } from './writer.ts';

/** Rows of a block, as in wasm/*.as.ts. */
const ROWS = 256;
/** Bytes from one column of sums to the next, as there. */
const COLUMN = ROWS * 8 + 64;
/** Blocks that are held at once, so that some trees' tables are used many times before others take their place in the cache. */
const BLOCKS = 16;
/** Bytes that their sums may take, where there are many columns; a single block is always held. */
const MOST_SUMS = 2 ** 26;
/** Rows that paths are followed for at once, as in wasm/path-steps.as.ts. */
const PATH_ROWS = 128;

/** Bytes that a program over paths works in: masks as u16 and u64, products and sums of every level, an index or what a branch shares. */
export const workOf = (levels: number, points: number, order: 1 | 2): number =>
  PATH_ROWS * (levels * (10 + 16 * points) + (order === 1 ? 2 : 8 * points + 8));

/** What does not change while programs come and go. */
export interface Shape {
  readonly columns: readonly Column[];
  readonly features: number;
  /** Columns of sums: features × scores, or pairs of features × scores. */
  readonly sums: number;
  /** Masks that are held at once. */
  readonly slots: number;
  /** Bytes that programs over paths work in. */
  readonly work: number;
  /** What programs are written for. */
  readonly trees: Trees;
}

/** Rows in the memory of the Wasm kernel, with room behind them for programs and their tables. */
export interface Kernel {
  /** Rows that are held at once. */
  readonly chunk: number;
  readonly writer: Writer;
  /** Encodes rows from `start`, at most `chunk`, and clears their sums. @param x (rows × features) */
  load(x: Float64Array, start: number, rows: number): void;
  /** Runs the programs that begin at these addresses, one after the other, each over all rows that were loaded. */
  run(starts: readonly number[]): void;
  /** The same for programs over paths. */
  runPaths(starts: readonly number[]): void;
  /**
   * Adds the sums to `values` (rows × width), at the rows that were loaded.
   *
   * @param places where in a row each sum goes; in their order unless given
   */
  gather(values: Float64Array, width?: number, places?: Int32Array): void;
}

/** A kernel to use until another is asked for; `fresh` when the programs that were written in it are gone. */
export function holdKernel(shape: Shape): () => { readonly kernel: Kernel; readonly fresh: boolean } {
  const holder = {};
  let kernel: Kernel | undefined;
  return () => {
    const { instance, own } = take(holder);
    const fresh = !own || kernel === undefined;
    if (fresh) kernel = openKernel(instance, shape);
    return { kernel: kernel!, fresh };
  };
}

function openKernel({ exports, memory }: Instance, { columns, features, sums, slots, work, trees }: Shape): Kernel {
  const sumsOfBlock = (sums + 1) * COLUMN;
  const blocks = Math.max(1, Math.min(BLOCKS, Math.floor(MOST_SUMS / sumsOfBlock)));
  const chunk = blocks * ROWS;
  const { reserve, end } = reserver(64);
  const codesOfBlock = columns.length * ROWS * 2;
  const codesAt = reserve(blocks * codesOfBlock);
  const masksAt = reserve(slots * ROWS * 2);
  const indexAt = reserve(ROWS * 2);
  const workAt = reserve(work);
  const sumsAt = reserve(blocks * sumsOfBlock);
  const xAt = reserve(features * ROWS * 8);
  const rowsAt = reserve(sums * ROWS * 8);
  const cutsAt = columns.map(({ cuts }) => reserve(cuts.length * 8));
  ensure(memory, end());
  columns.forEach(({ cuts }, i) => new Float64Array(memory.buffer, cutsAt[i], cuts.length).set(cuts));
  const follow = trees.order === 1 ? exports.runPaths : exports.runPairPaths;
  let first = 0;
  let loaded = 0;

  function loadBlock(x: Float64Array, start: number, rows: number, codes: number): void {
    const block = x.subarray(start * features, (start + rows) * features);
    new Float64Array(memory.buffer, xAt, block.length).set(block);
    columns.forEach(({ feature, cuts, missing, accepts }, i) => {
      const at = codes + i * ROWS * 2;
      if (accepts === null) {
        const last = missing === 'first' ? -1 : cuts.length;
        return exports.encode(xAt + feature * 8, features * 8, rows, cutsAt[i]!, cuts.length, last, at);
      }
      const view = new Uint16Array(memory.buffer, at, rows);
      for (let row = 0; row < rows; row++) view[row] = accepts(block[row * features + feature]!) ? 0 : 1;
    });
  }

  return {
    chunk,
    writer: openWriter(exports, memory, end(), { ...trees, features, sums, column: COLUMN }),
    load(x, start, rows) {
      first = start;
      loaded = Math.min(chunk, rows - start);
      for (let row = 0; row < loaded; row += ROWS)
        loadBlock(x, start + row, Math.min(ROWS, loaded - row), codesAt + (row / ROWS) * codesOfBlock);
      new Uint8Array(memory.buffer, sumsAt, Math.ceil(loaded / ROWS) * sumsOfBlock).fill(0);
    },
    run(starts) {
      for (const start of starts)
        for (let block = 0; block * ROWS < loaded; block++) {
          const [codes, to] = [codesAt + block * codesOfBlock, sumsAt + block * sumsOfBlock];
          exports.run(start, codes, masksAt, indexAt, to, Math.min(ROWS, loaded - block * ROWS));
        }
    },
    runPaths(starts) {
      for (const start of starts)
        for (let row = 0; row < loaded; row += PATH_ROWS) {
          const [block, within] = [Math.floor(row / ROWS), row % ROWS];
          const [codes, to] = [codesAt + block * codesOfBlock, sumsAt + block * sumsOfBlock];
          follow(start, codes + within * 2, workAt, to + within * 8, Math.min(PATH_ROWS, loaded - row));
        }
    },
    gather(values, width = sums, places) {
      for (let row = 0; row < loaded; row += ROWS) {
        const rows = Math.min(ROWS, loaded - row);
        const held = new Float64Array(memory.buffer, rowsAt, rows * sums);
        const to = (first + row) * width;
        if (places === undefined) held.set(values.subarray(to, to + held.length));
        else held.fill(0);
        exports.turn(sumsAt + (row / ROWS) * sumsOfBlock, COLUMN, sums, rows, rowsAt);
        if (places === undefined) values.set(held, to);
        else
          for (let r = 0; r < rows; r++)
            for (let c = 0; c < sums; c++) values[to + r * width + places[c]!]! += held[r * sums + c]!;
      }
    },
  };
}

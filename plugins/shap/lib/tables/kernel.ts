import { bytesOfKernel } from './kernel.gen.ts';
import type { Column } from './codes.ts';
import { bytesOfLeaves, type LeafExports, type LeafTables, openLeaves } from './leaf-tables.ts';

/** Rows of a block, as in wasm/*.as.ts. */
export const ROWS = 256;
/** Blocks that are held at once, so that some trees' tables are used many times before others take their place in the cache. */
const BLOCKS = 16;
/** Bytes that their sums may take, where there are many columns; a single block is always held. */
const MOST_SUMS = 2 ** 26;
/** Rows that paths are followed for at once, as in wasm/paths.as.ts. */
const PATH_ROWS = 128;
const PAGE = 65_536;

interface Exports extends LeafExports {
  encode(x: number, stride: number, rows: number, cuts: number, count: number, last: number, codes: number): void;
  run(program: number, codes: number, masks: number, index: number, sums: number, rows: number): void;
  runPaths(
    program: number,
    codes: number,
    work: number,
    sums: number,
    levels: number,
    points: number,
    rows: number,
  ): void;
  runPairPaths: Exports['runPaths'];
}

/** A program over paths: where it begins (words), levels that it uses, points of its quadrature. */
export interface PathRun {
  readonly start: number;
  readonly levels: number;
  readonly points: number;
}

/** Bytes that a program over paths works in: masks as u16 and u64, products and sums of every level, an index or what a branch shares. */
export const workOf = ({ levels, points }: Omit<PathRun, 'start'>, order: 1 | 2): number =>
  PATH_ROWS * (levels * (10 + 16 * points) + (order === 1 ? 2 : 8 * points + 8));

/** What is used of WebAssembly; every host has it, and no library of types that all of them share. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { initial: number; maximum: number }) => {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  };
}

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };
let compiled: object | undefined;

/** What does not change while programs come and go. */
export interface Shape {
  readonly columns: readonly Column[];
  readonly features: number;
  /** Columns of sums: features × scores, or pairs of features × scores. */
  readonly sums: number;
  /** Masks that are held at once. */
  readonly slots: number;
  /** Bytes that programs over paths work in. */
  readonly work?: number;
  /** Features of a leaf, at most, that tables are made for. */
  readonly bits?: number;
  /** 2: those tables, or programs over paths, are of pairs of features. */
  readonly order?: 1 | 2;
}

/** Rows in the memory of the Wasm kernel, with room behind them for programs and their tables. */
export interface Kernel {
  /** Rows that are held at once. */
  readonly chunk: number;
  /** Where programs of `words` i32 and tables of `cells` f64 go. */
  place(
    words: number,
    cells: number,
  ): { readonly program: Int32Array; readonly tables: Float64Array; readonly tablesAt: number };
  /** Room for the table of a leaf; until the next `place`. */
  leaves(): LeafTables;
  /** Encodes rows from `start`, at most `chunk`, and clears their sums. @param x (rows × features) */
  load(x: Float64Array, start: number, rows: number): void;
  /** Runs the programs that begin at `starts` (words), one after the other, each over all rows that were loaded. */
  run(starts: readonly number[]): void;
  /** The same for programs over paths. */
  runPaths(runs: readonly PathRun[]): void;
  /**
   * Adds the sums to `values` (rows × width), at the rows that were loaded.
   *
   * @param places where in a row each sum goes; in their order unless given
   */
  gather(values: Float64Array, width?: number, places?: Int32Array): void;
}

export function openKernel({ columns, features, sums, slots, work = 0, bits = 0, order = 1 }: Shape): Kernel {
  const blocks = Math.max(1, Math.min(BLOCKS, Math.floor(MOST_SUMS / (sums * ROWS * 8))));
  const chunk = blocks * ROWS;
  compiled ??= new wasm.Module(bytesOfKernel());
  let end = 64;
  const reserve = (bytes: number): number => {
    const at = end;
    end = (end + bytes + 63) & ~63;
    return at;
  };
  const codesOfBlock = columns.length * ROWS * 2;
  const sumsOfBlock = sums * ROWS * 8;
  const codesAt = reserve(blocks * codesOfBlock);
  const masksAt = reserve(slots * ROWS * 2);
  const indexAt = reserve(ROWS * 2);
  const workAt = reserve(work);
  const leavesAt = reserve(bytesOfLeaves(bits, order));
  const sumsAt = reserve(blocks * sumsOfBlock);
  const xAt = reserve(features * ROWS * 8);
  const cutsAt = columns.map(({ cuts }) => reserve(cuts.length * 8));
  const fixed = end;
  const memory = new wasm.Memory({ initial: Math.ceil(fixed / PAGE), maximum: PAGE });
  const exports = new wasm.Instance(compiled, { env: { memory } }).exports as Exports;
  const { encode, run } = exports;
  const runPaths = order === 1 ? exports.runPaths : exports.runPairPaths;
  columns.forEach(({ cuts }, i) => new Float64Array(memory.buffer, cutsAt[i], cuts.length).set(cuts));
  let first = 0;
  let loaded = 0;
  let programAt = fixed;

  function loadBlock(x: Float64Array, start: number, rows: number, codes: number): void {
    const block = x.subarray(start * features, (start + rows) * features);
    new Float64Array(memory.buffer, xAt, block.length).set(block);
    columns.forEach(({ feature, cuts, missing, accepts }, i) => {
      const at = codes + i * ROWS * 2;
      if (accepts === null) {
        const last = missing === 'first' ? -1 : cuts.length;
        return encode(xAt + feature * 8, features * 8, rows, cutsAt[i]!, cuts.length, last, at);
      }
      const view = new Uint16Array(memory.buffer, at, rows);
      for (let row = 0; row < rows; row++) view[row] = accepts(block[row * features + feature]!) ? 0 : 1;
    });
  }

  return {
    chunk,
    place(words, cells) {
      end = fixed;
      programAt = reserve(words * 4);
      const tablesAt = reserve(cells * 8);
      const missing = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) memory.grow(missing);
      return {
        program: new Int32Array(memory.buffer, programAt, words),
        tables: new Float64Array(memory.buffer, tablesAt, cells),
        tablesAt,
      };
    },
    leaves: () => openLeaves(exports, memory.buffer, leavesAt, bits, order),
    load(x, start, rows) {
      first = start;
      loaded = Math.min(chunk, rows - start);
      for (let row = 0; row < loaded; row += ROWS)
        loadBlock(x, start + row, Math.min(ROWS, loaded - row), codesAt + (row / ROWS) * codesOfBlock);
      new Float64Array(memory.buffer, sumsAt, blocks * sums * ROWS).fill(0);
    },
    run(starts) {
      for (const start of starts)
        for (let block = 0; block * ROWS < loaded; block++)
          run(
            programAt + start * 4,
            codesAt + block * codesOfBlock,
            masksAt,
            indexAt,
            sumsAt + block * sumsOfBlock,
            Math.min(ROWS, loaded - block * ROWS),
          );
    },
    runPaths(runs) {
      for (const { start, levels, points } of runs)
        for (let row = 0; row < loaded; row += PATH_ROWS) {
          const [block, within] = [Math.floor(row / ROWS), row % ROWS];
          runPaths(
            programAt + start * 4,
            codesAt + block * codesOfBlock + within * 2,
            workAt,
            sumsAt + block * sumsOfBlock + within * 8,
            levels,
            points,
            Math.min(PATH_ROWS, loaded - row),
          );
        }
    },
    gather(values, width = sums, places) {
      const held = new Float64Array(memory.buffer, sumsAt, blocks * sums * ROWS);
      for (let row = 0; row < loaded; row++) {
        const from = Math.floor(row / ROWS) * sums * ROWS + (row % ROWS);
        const to = (first + row) * width;
        for (let column = 0; column < sums; column++)
          values[to + (places === undefined ? column : places[column]!)]! += held[from + column * ROWS]!;
      }
    },
  };
}

import { bytesOfKernel } from './kernel.gen.ts';
import type { Column } from './codes.ts';

/** Rows of a block, as in wasm/tables.as.ts. */
export const ROWS = 256;
/** Blocks that are held at once, so that some trees' tables are used many times before others take their place in the cache. */
const BLOCKS = 16;
/** Rows that are held at once. */
export const CHUNK = BLOCKS * ROWS;
const PAGE = 65_536;

interface Exports {
  encode(x: number, stride: number, rows: number, cuts: number, count: number, last: number, codes: number): void;
  run(program: number, codes: number, masks: number, index: number, sums: number, rows: number): void;
}

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
  /** Features × scores: columns of sums. */
  readonly sums: number;
  /** Masks that are held at once. */
  readonly slots: number;
}

/** Rows in the memory of the Wasm kernel, with room behind them for programs and their tables. */
export interface Kernel {
  /** Where programs of `words` i32 and tables of `cells` f64 go. */
  place(
    words: number,
    cells: number,
  ): { readonly program: Int32Array; readonly tables: Float64Array; readonly tablesAt: number };
  /** Encodes rows from `start`, at most CHUNK, and clears their sums. @param x (rows × features) */
  load(x: Float64Array, start: number, rows: number): void;
  /** Runs the programs that begin at `starts` (words), one after the other, each over all rows that were loaded. */
  run(starts: readonly number[]): void;
  /** Adds the sums to `values` (rows × sums), at the rows that were loaded. */
  gather(values: Float64Array): void;
}

export function openKernel({ columns, features, sums, slots }: Shape): Kernel {
  compiled ??= new wasm.Module(bytesOfKernel());
  let end = 64;
  const reserve = (bytes: number): number => {
    const at = end;
    end = (end + bytes + 63) & ~63;
    return at;
  };
  const codesOfBlock = columns.length * ROWS * 2;
  const sumsOfBlock = sums * ROWS * 8;
  const codesAt = reserve(BLOCKS * codesOfBlock);
  const masksAt = reserve(slots * ROWS * 2);
  const indexAt = reserve(ROWS * 2);
  const sumsAt = reserve(BLOCKS * sumsOfBlock);
  const xAt = reserve(features * ROWS * 8);
  const cutsAt = columns.map(({ cuts }) => reserve(cuts.length * 8));
  const fixed = end;
  const memory = new wasm.Memory({ initial: Math.ceil(fixed / PAGE), maximum: PAGE });
  const { encode, run } = new wasm.Instance(compiled, { env: { memory } }).exports as Exports;
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
    load(x, start, rows) {
      first = start;
      loaded = Math.min(CHUNK, rows - start);
      for (let row = 0; row < loaded; row += ROWS)
        loadBlock(x, start + row, Math.min(ROWS, loaded - row), codesAt + (row / ROWS) * codesOfBlock);
      new Float64Array(memory.buffer, sumsAt, BLOCKS * sums * ROWS).fill(0);
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
    gather(values) {
      const held = new Float64Array(memory.buffer, sumsAt, BLOCKS * sums * ROWS);
      for (let row = 0; row < loaded; row++) {
        const from = Math.floor(row / ROWS) * sums * ROWS + (row % ROWS);
        const to = (first + row) * sums;
        for (let column = 0; column < sums; column++) values[to + column]! += held[from + column * ROWS]!;
      }
    },
  };
}

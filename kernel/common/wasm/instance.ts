/** One WebAssembly instance that hashes, with its memory, and what every hash begins and ends with. */
import { moduleOf } from './code.ts';
import { CRC_STEP, crcOf, crcTables } from './crc32.ts';
import { compressFour } from './sha256-four.ts';
import { compressOne } from './sha256-one.ts';
import { CONSTANTS, INITIAL } from './sha256.ts';

export const BLOCK = 64;
/** The longest message of several that are hashed side by side. */
export const LONGEST = 65_535;
/** With its padding. */
export const SLOT = 65_664;
/** What is copied into memory at once, where it is not one of those. */
export const PIECE = 65_536;
/** Where the memory has what. */
export const AT = {
  constants: 0,
  state: 256,
  scratch: 320,
  states: 512,
  tables: 1024,
  piece: 32_768,
  slots: 131_072,
} as const;
const PAGES = 7;

/** Neither the types of Node nor those of the language know it; every host has it. */
declare const WebAssembly: {
  instantiate(code: Uint8Array<ArrayBuffer>): Promise<{ instance: { exports: unknown } }>;
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  one(at: number, blocks: number): void;
  four(a: number, b: number, c: number, d: number, blocks: number): void;
  crc(at: number, steps: number, before: number): number;
}

export class Instance {
  readonly wasm: Exports;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly tables: Uint32Array;
  private readonly view: DataView;

  /** @throws where the page may not compile it, or the browser has no SIMD */
  static async open(): Promise<Instance> {
    const code = moduleOf(PAGES, [compressOne(AT), compressFour(AT), crcOf(AT.tables)]);
    const { instance } = await WebAssembly.instantiate(code);
    return new Instance(instance.exports as Exports);
  }

  private constructor(wasm: Exports) {
    this.wasm = wasm;
    const { buffer } = wasm.memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.words = new Uint32Array(buffer);
    this.words.set(CONSTANTS, AT.constants / 4);
    this.tables = this.words.subarray(AT.tables / 4, AT.tables / 4 + CRC_STEP * 256);
    this.tables.set(crcTables());
  }

  /** A message begins: every `stride`-th word from there on is one of its state. */
  begin(state: number, stride = 1): void {
    for (let word = 0; word < 8; word++) this.words[state / 4 + stride * word] = INITIAL[word]!;
  }

  /** Writes such a state to `out[at .. at + 32)`. */
  read(state: number, stride: number, out: Uint8Array, at: number): void {
    for (let word = 0; word < 8; word++) {
      const value = this.words[state / 4 + stride * word]!;
      const to = at + 4 * word;
      out[to] = value >>> 24;
      out[to + 1] = value >>> 16;
      out[to + 2] = value >>> 8;
      out[to + 3] = value;
    }
  }

  /**
   * A one, zeros, and how many bits the message of `length` has, behind the `rest` of it that is in memory from `at` on.
   * @returns how many blocks the rest makes with that
   */
  pad(at: number, rest: number, length: number): number {
    const blocks = Math.floor((rest + 8) / BLOCK) + 1;
    const end = at + blocks * BLOCK;
    this.bytes.fill(0, at + rest, end);
    this.bytes[at + rest] = 0x80;
    this.view.setUint32(end - 8, Math.floor(length / 2 ** 29));
    this.view.setUint32(end - 4, (length * 8) >>> 0);
    return blocks;
  }
}

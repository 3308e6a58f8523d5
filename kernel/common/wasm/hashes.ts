/** SHA-256 and CRC-32 in WebAssembly, for any bytes: of one message, of many together, of one that comes in pieces. */
import { CRC_STEP } from './crc32.ts';
import { AT, BLOCK, Instance, PIECE } from './instance.ts';
import { Lanes, type Messages } from './lanes.ts';

const NOTHING = new Uint8Array(0);

export class WasmHashes {
  private readonly instance: Instance;
  private readonly lanes: Lanes;

  /** @throws where the page may not compile it, or the browser has no SIMD */
  static async open(): Promise<WasmHashes> {
    return new WasmHashes(await Instance.open());
  }

  private constructor(instance: Instance) {
    this.instance = instance;
    this.lanes = new Lanes(instance);
  }

  /** Writes the digest of `data` to `out[at .. at + 32)`. */
  hash(data: Uint8Array, out: Uint8Array, at: number): void {
    this.instance.begin(AT.state);
    this.finish(this.absorb(data, NOTHING), data.length, out, at);
  }

  /** Digests of the messages, one behind the other. */
  hashEach(messages: Messages, out: Uint8Array): void {
    this.lanes.hashEach(messages, out, (message, at) => this.hash(message, out, at));
  }

  /** Several may go on side by side. */
  stream(): { update(data: Uint8Array): void; digest(): Uint8Array<ArrayBuffer> } {
    const { words, bytes } = this.instance;
    this.instance.begin(AT.state);
    const state = words.slice(AT.state / 4, AT.state / 4 + 8);
    let [rest, length]: [Uint8Array, number] = [NOTHING, 0];
    return {
      update: (data) => {
        words.set(state, AT.state / 4);
        const left = this.absorb(data, rest);
        state.set(words.subarray(AT.state / 4, AT.state / 4 + 8));
        rest = bytes.slice(AT.piece, AT.piece + left);
        length += data.length;
      },
      digest: () => {
        const out = new Uint8Array(32);
        words.set(state, AT.state / 4);
        bytes.set(rest, AT.piece);
        this.finish(rest.length, length, out, 0);
        return out;
      },
    };
  }

  /** Of these bytes after those whose checksum is `before`. */
  crc32(data: Uint8Array, before: number): number {
    const { bytes, tables, wasm } = this.instance;
    let crc = ~before;
    let from = 0;
    while (data.length - from >= CRC_STEP) {
      const piece = data.subarray(from, from + PIECE);
      const steps = Math.floor(piece.length / CRC_STEP);
      bytes.set(piece, AT.piece);
      crc = wasm.crc(AT.piece, steps, crc);
      from += steps * CRC_STEP;
    }
    for (; from < data.length; from++) crc = tables[(crc ^ data[from]!) & 0xff]! ^ (crc >>> 8);
    return ~crc >>> 0;
  }

  /** Goes over the whole blocks of what came `before` and of `data`. @returns how many bytes are left over: the piece begins with them */
  private absorb(data: Uint8Array, before: Uint8Array): number {
    const { bytes, wasm } = this.instance;
    bytes.set(before, AT.piece);
    let rest = before.length;
    for (let from = 0; from < data.length;) {
      const piece = data.subarray(from, from + PIECE - rest);
      bytes.set(piece, AT.piece + rest);
      from += piece.length;
      const end = rest + piece.length;
      rest = end % BLOCK;
      if (end < BLOCK) continue;
      wasm.one(AT.piece, (end - rest) / BLOCK);
      bytes.copyWithin(AT.piece, AT.piece + end - rest, AT.piece + end);
    }
    return rest;
  }

  /** The last `rest` bytes of a message of `length` are at the beginning of the piece. */
  private finish(rest: number, length: number, out: Uint8Array, at: number): void {
    const { instance } = this;
    instance.wasm.one(AT.piece, instance.pad(AT.piece, rest, length));
    instance.read(AT.state, 1, out, at);
  }
}

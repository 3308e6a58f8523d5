/**
 * What the rounds of SHA-256 (FIPS 180-4, section 6.2.2) are made of, for one message in numbers of 32 bits and for four of them side by side:
 * sha256-one.ts and sha256-four.ts make the compression function of it.
 */
import * as wasm from './code.ts';
import { get, i32, set, type Code } from './code.ts';

/** Where the memory has the round constants, the state of one message with 64 bytes to work with, and those of four: word by word, four numbers each. */
export interface Sha256Layout {
  readonly constants: number;
  readonly state: number;
  readonly scratch: number;
  readonly states: number;
}

export interface Words {
  readonly type: number;
  readonly bytes: number;
  add(a: Code, b: Code): Code;
  and(a: Code, b: Code): Code;
  xor(a: Code, b: Code): Code;
  shr(word: Code, bits: number): Code;
  rotr(word: Code, bits: number): Code;
  load(address: Code, offset: number): Code;
  store(address: Code, offset: number, value: Code): Code;
}

export const single: Words = {
  type: wasm.I32,
  bytes: 4,
  add: wasm.add,
  and: wasm.and,
  xor: wasm.xor,
  load: wasm.load,
  store: wasm.store,
  shr: (word, bits) => wasm.shr(word, i32(bits)),
  rotr: (word, bits) => wasm.rotr(word, i32(bits)),
};

export const fourfold: Words = {
  ...wasm.four,
  type: wasm.V128,
  bytes: 16,
  shr: (word, bits) => wasm.four.shr(word, i32(bits)),
  // There is no rotation of four: what either shift leaves is zero where the other's is not.
  rotr: (word, bits) => wasm.four.xor(wasm.four.shr(word, i32(bits)), wasm.four.shl(word, i32(32 - bits))),
};

const rotations = (on: Words, word: Code, ...bits: readonly number[]): Code =>
  bits.map((n) => on.rotr(word, n)).reduce(on.xor);

/** σ0 and σ1 of the message schedule. */
export const sigma0 = (on: Words, word: Code): Code => on.xor(rotations(on, word, 7, 18), on.shr(word, 3));
export const sigma1 = (on: Words, word: Code): Code => on.xor(rotations(on, word, 17, 19), on.shr(word, 10));

/** Variables of a function: eight words of state from `first` on, and three to work with. */
export class Rounds {
  private readonly on: Words;
  private readonly first: number;
  private readonly state: number;

  /** `state`: where the memory has it. */
  constructor(on: Words, first: number, state: number) {
    this.on = on;
    this.first = first;
    this.state = state;
  }

  /** The first variable behind these. */
  get end(): number {
    return this.first + 11;
  }

  begin(): Code {
    return this.ofState((word, offset) => set(word, this.on.load(i32(0), offset)));
  }

  /** Before the first round of a block. */
  beginBlock(): Code {
    return set(this.end - 1, this.on.xor(get(this.first + 1), get(this.first + 2)));
  }

  /** Round i; `known`: its word of the schedule and its constant, which are added up. */
  round(i: number, ...known: readonly Code[]): Code {
    const { on, end } = this;
    const word = (n: number): number => this.first + ((n - i) & 7);
    const [a, b, e, f, g, h] = [0, 1, 4, 5, 6, 7].map((n) => get(word(n))) as [Code, Code, Code, Code, Code, Code];
    const t = end - 3;
    // b ^ c is a ^ b of the round before.
    const [ab, bc] = i % 2 === 0 ? [end - 2, end - 1] : [end - 1, end - 2];
    const choice = on.xor(on.and(on.xor(f, g), e), g);
    const majority = on.xor(on.and(get(ab), get(bc)), b);
    return [
      ...set(t, [h, ...known, choice, rotations(on, e, 6, 11, 25)].reduce(on.add)),
      ...set(ab, on.xor(a, b)),
      ...set(word(3), on.add(get(word(3)), get(t))),
      ...set(word(7), [get(t), majority, rotations(on, a, 2, 13, 22)].reduce(on.add)),
    ];
  }

  endBlock(): Code {
    const { on } = this;
    return this.ofState((word, offset) => [
      ...set(word, on.add(get(word), on.load(i32(0), offset))),
      ...on.store(i32(0), offset, get(word)),
    ]);
  }

  private ofState(each: (word: number, offset: number) => Code): Code {
    return Array.from({ length: 8 }, (_, i) => each(this.first + i, this.state + this.on.bytes * i)).flat();
  }
}

/** Bytes of a number turned around: it stands in memory with the highest first. */
export const turned = (word: number): readonly number[] => [4 * word + 3, 4 * word + 2, 4 * word + 1, 4 * word];
/** Sixteen bytes from there on. */
export const from = (first: number): readonly number[] => Array.from({ length: 16 }, (_, i) => first + i);

export const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
export const CONSTANTS = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];

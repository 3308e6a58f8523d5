/**
 * The compression function of SHA-256 (FIPS 180-4, section 6.2.2) as WebAssembly, written down once and made twice: on numbers of 32 bits, for
 * one message, and on four of them side by side, for four. One message takes 4/5 of the time of what a C compiler makes of it (hash-wasm);
 * four together take half the time of one after the other (measured in V8).
 */
import * as wasm from './code.ts';
import { get, i32, set, type Code, type Func } from './code.ts';

/** Where the memory has the round constants, the state of one message, and those of four: word by word, four numbers each. */
export interface Sha256Layout {
  readonly constants: number;
  readonly state: number;
  readonly states: number;
}

/** What the rounds are made of. */
interface Words {
  readonly type: number;
  readonly bytes: number;
  add(a: Code, b: Code): Code;
  and(a: Code, b: Code): Code;
  xor(a: Code, b: Code): Code;
  shr(word: Code, bits: number): Code;
  rotr(word: Code, bits: number): Code;
  load(address: Code, offset: number): Code;
  store(address: Code, offset: number, value: Code): Code;
  constant(address: Code, offset: number): Code;
}

const single: Words = {
  ...wasm,
  type: wasm.I32,
  bytes: 4,
  constant: wasm.load,
  shr: (word, bits) => wasm.shr(word, i32(bits)),
  rotr: (word, bits) => wasm.rotr(word, i32(bits)),
};

const fourfold: Words = {
  ...wasm.four,
  type: wasm.V128,
  bytes: 16,
  constant: wasm.four.splat,
  shr: (word, bits) => wasm.four.shr(word, i32(bits)),
  // There is no rotation of four: what either shift leaves is zero where the other's is not.
  rotr: (word, bits) => wasm.four.xor(wasm.four.shr(word, i32(bits)), wasm.four.shl(word, i32(32 - bits))),
};

const ROUNDS = 64;
const WORDS = 16;

/** `one(at, blocks)`: on with the state by blocks of 64 bytes, at least one. */
export const compressOne = (layout: Sha256Layout): Func => compress('one', 1, single, layout.state, layout, bigEndian);

/** `four(a, b, c, d, blocks)`: the same for four messages, each with as many blocks, anywhere in memory. */
export const compressFour = (layout: Sha256Layout): Func =>
  compress('four', 4, fourfold, layout.states, layout, transposed);

function compress(
  name: string,
  messages: number,
  on: Words,
  state: number,
  { constants }: Sha256Layout,
  read: (w: (i: number) => number, spare: number) => Code,
): Func {
  const blocks = messages;
  const k = blocks + 1;
  const register = (i: number): number => k + 1 + (i & 7);
  const w = (i: number): number => k + 9 + (i & 15);
  const spare = w(0) + WORDS;
  const sum = (...terms: readonly Code[]): Code => terms.reduce(on.add);
  const rotations = (word: Code, ...bits: readonly number[]): Code => bits.map((n) => on.rotr(word, n)).reduce(on.xor);
  /** Word i of the schedule stands where word i − 16 stood. */
  const schedule = (i: number): Code => {
    const [early, late] = [get(w(i + 1)), get(w(i + 14))];
    const sigma0 = on.xor(rotations(early, 7, 18), on.shr(early, 3));
    const sigma1 = on.xor(rotations(late, 17, 19), on.shr(late, 10));
    return set(w(i), sum(get(w(i)), sigma0, get(w(i + 9)), sigma1));
  };
  const [t, even, odd] = [spare, spare + 1, spare + 2];
  const round = (i: number): Code => {
    const [a, b, , , e, f, g] = Array.from({ length: 8 }, (_, n) => get(register(n - i))) as [Code, Code, Code, Code, Code, Code, Code]; // prettier-ignore
    const [d, h] = [register(3 - i), register(7 - i)];
    // b ^ c is a ^ b of the round before.
    const [ab, bc] = i % 2 === 0 ? [even, odd] : [odd, even];
    const choice = on.xor(on.and(on.xor(f, g), e), g);
    const majority = on.xor(on.and(get(ab), get(bc)), b);
    return [
      ...set(t, sum(get(h), on.constant(get(k), constants + 4 * i), get(w(i)), choice, rotations(e, 6, 11, 25))),
      ...set(ab, on.xor(a, b)),
      ...set(d, on.add(get(d), get(t))),
      ...set(h, sum(get(t), majority, rotations(a, 2, 13, 22))),
    ];
  };
  const sixteen = (each: (i: number) => Code): Code => Array.from({ length: WORDS }, (_, i) => each(i)).flat();
  const ofState = (each: (i: number, offset: number) => Code): Code =>
    Array.from({ length: 8 }, (_, i) => each(i, state + on.bytes * i)).flat();

  const block = [
    ...read(w, spare),
    ...set(k, i32(0)),
    ...set(odd, on.xor(get(register(1)), get(register(2)))),
    ...sixteen(round),
    ...wasm.loop(
      [...set(k, wasm.add(get(k), i32(4 * WORDS))), ...sixteen((i) => [...schedule(i), ...round(i)])],
      wasm.less(get(k), i32(4 * (ROUNDS - WORDS))),
    ),
    ...ofState((i, offset) => [
      ...set(register(i), on.add(get(register(i)), on.load(i32(0), offset))),
      ...on.store(i32(0), offset, get(register(i))),
    ]),
    ...Array.from({ length: messages }, (_, message) => set(message, wasm.add(get(message), i32(64)))).flat(),
  ];
  return {
    name,
    params: messages + 1,
    result: false,
    locals: [wasm.I32, ...Array<number>(8 + WORDS + 8).fill(on.type)],
    body: [...ofState((i, offset) => set(register(i), on.load(i32(0), offset))), ...wasm.countDown(blocks, block)],
  };
}

/** There is no instruction that turns the bytes of a number around. */
function bigEndian(w: (i: number) => number): Code {
  return Array.from({ length: WORDS }, (_, i) => {
    const word = get(w(i));
    const turned = wasm.or(
      wasm.and(wasm.rotl(word, i32(8)), i32(0x00ff00ff)),
      wasm.and(wasm.rotr(word, i32(8)), i32(0xff00ff00)),
    );
    return [...set(w(i), wasm.load(get(0), 4 * i, 0)), ...set(w(i), turned)];
  }).flat();
}

/** Each word of four messages side by side: 4 × 4 numbers are turned about their diagonal, and their bytes around with it. */
function transposed(w: (i: number) => number, spare: number): Code {
  const word = (n: number): number[] => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3];
  const turned = (n: number): number[] => word(n).toReversed();
  const mixed = (a: number, b: number, places: readonly number[]): Code =>
    wasm.four.shuffle(get(spare + a), get(spare + b), places);
  // Words 0 and 1, then 2 and 3, of two messages; 4 to 7 are those of the second.
  const [low, high] = [[turned(0), turned(4), turned(1), turned(5)].flat(), [turned(2), turned(6), turned(3), turned(7)].flat()]; // prettier-ignore
  const [first, second] = [[word(0), word(1), word(4), word(5)].flat(), [word(2), word(3), word(6), word(7)].flat()];
  return [0, 4, 8, 12].flatMap((from) =>
    [
      ...[0, 1, 2, 3].map((message) => set(spare + message, wasm.four.load(get(message), 4 * from, 0))),
      set(spare + 4, mixed(0, 1, low)),
      set(spare + 5, mixed(2, 3, low)),
      set(spare + 6, mixed(0, 1, high)),
      set(spare + 7, mixed(2, 3, high)),
      set(w(from), mixed(4, 5, first)),
      set(w(from + 1), mixed(4, 5, second)),
      set(w(from + 2), mixed(6, 7, first)),
      set(w(from + 3), mixed(6, 7, second)),
    ].flat(),
  );
}

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

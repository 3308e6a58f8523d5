/** SHA-256 of four messages side by side: 60 percent of the time of one after the other (measured in V8). */
import * as wasm from './code.ts';
import { four, get, i32, set, type Code, type Func } from './code.ts';
import { fourfold, Rounds, sigma0, sigma1, turned, type Sha256Layout } from './sha256.ts';

const WORDS = 16;

/** `four(a, b, c, d, blocks)`: on with the states by blocks of 64 bytes, at least one, of each message as many; they are anywhere in memory. */
export function compressFour({ constants, states }: Sha256Layout): Func {
  const [blocks, k, first] = [4, 5, 6];
  const rounds = new Rounds(fourfold, first, states);
  const w = (i: number): number => rounds.end + (i & 15);
  /** Word i of the schedule stands where word i − 16 stood. */
  const schedule = (i: number): Code =>
    set(
      w(i),
      [get(w(i)), sigma0(fourfold, get(w(i + 1))), get(w(i + 9)), sigma1(fourfold, get(w(i + 14)))].reduce(four.add),
    );
  const sixteen = (each: (i: number) => Code): Code => Array.from({ length: WORDS }, (_, i) => each(i)).flat();
  const round = (i: number): Code => rounds.round(i, four.splat(get(k), constants + 4 * i), get(w(i)));
  const block = [
    ...transposed(w, rounds.end + WORDS),
    ...set(k, i32(0)),
    ...rounds.beginBlock(),
    ...sixteen(round),
    ...wasm.loop(
      [...set(k, wasm.add(get(k), i32(64))), ...sixteen((i) => [...schedule(i), ...round(i)])],
      wasm.less(get(k), i32(3 * 64)),
    ),
    ...rounds.endBlock(),
    ...[0, 1, 2, 3].flatMap((message) => set(message, wasm.add(get(message), i32(64)))),
  ];
  return {
    name: 'four',
    params: 5,
    result: false,
    locals: [wasm.I32, ...Array<number>(11 + WORDS + 8).fill(wasm.V128)],
    body: [...rounds.begin(), ...wasm.countDown(blocks, block)],
  };
}

/** Each word of four messages side by side: 4 × 4 numbers are turned about their diagonal, and their bytes around with it. */
function transposed(w: (i: number) => number, spare: number): Code {
  const word = (n: number): readonly number[] => turned(n).toReversed();
  const mixed = (a: number, b: number, places: readonly number[]): Code =>
    four.shuffle(get(spare + a), get(spare + b), places);
  // Words 0 and 1, then 2 and 3, of two messages; 4 to 7 are those of the second.
  const [low, high] = [[0, 4, 1, 5].flatMap(turned), [2, 6, 3, 7].flatMap(turned)];
  const [first, second] = [[0, 1, 4, 5].flatMap(word), [2, 3, 6, 7].flatMap(word)];
  return [0, 4, 8, 12].flatMap((at) =>
    [
      ...[0, 1, 2, 3].map((message) => set(spare + message, four.load(get(message), 4 * at, 0))),
      set(spare + 4, mixed(0, 1, low)),
      set(spare + 5, mixed(2, 3, low)),
      set(spare + 6, mixed(0, 1, high)),
      set(spare + 7, mixed(2, 3, high)),
      set(w(at), mixed(4, 5, first)),
      set(w(at + 1), mixed(4, 5, second)),
      set(w(at + 2), mixed(6, 7, first)),
      set(w(at + 3), mixed(6, 7, second)),
    ].flat(),
  );
}

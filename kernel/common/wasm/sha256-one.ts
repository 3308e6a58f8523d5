/**
 * SHA-256 of one message: rounds on numbers, the schedule of the message four words at a time beside them. That takes two thirds of the time of
 * what a C compiler makes of the standard (hash-wasm; measured in V8).
 */
import * as wasm from './code.ts';
import { four, get, i32, set, type Code, type Func } from './code.ts';
import { fourfold, from, Rounds, sigma0, sigma1, single, turned, type Sha256Layout } from './sha256.ts';

/** `one(at, blocks)`: on with the state by blocks of 64 bytes, at least one. */
export function compressOne({ constants, state, scratch }: Sha256Layout): Func {
  const [at, blocks, k, first] = [0, 1, 2, 3];
  const rounds = new Rounds(single, first, state);
  /** Words 4q to 4q + 3 of the schedule, of the sixteen last. */
  const w = (q: number): number => rounds.end + (q & 3);
  const [some, sum, zero] = [rounds.end + 4, rounds.end + 5, rounds.end + 6];
  const shifted = (a: number, b: number, bytes: number): Code => four.shuffle(get(a), get(b), from(bytes));

  /** The words sixteen after these. The last two of them need the first two: σ1 of nothing is nothing, and so it is added in two steps. */
  const schedule = (q: number): Code => [
    ...set(some, shifted(w(q), w(q + 1), 4)),
    ...set(sum, [get(w(q)), sigma0(fourfold, get(some)), shifted(w(q + 2), w(q + 3), 4)].reduce(four.add)),
    ...set(some, shifted(w(q + 3), zero, 8)),
    ...set(sum, four.add(get(sum), sigma1(fourfold, get(some)))),
    ...set(some, shifted(zero, sum, 8)),
    ...set(w(q), four.add(get(sum), sigma1(fourfold, get(some)))),
  ];
  const sixteen = (next: (q: number) => Code): Code =>
    [0, 1, 2, 3].flatMap((q) => [
      ...four.store(i32(0), scratch + 16 * q, four.add(get(w(q)), four.load(get(k), constants + 16 * q))),
      ...next(q),
      ...[0, 1, 2, 3].flatMap((i) => rounds.round(4 * q + i, wasm.load(i32(0), scratch + 16 * q + 4 * i))),
    ]);
  const block = [
    ...[0, 1, 2, 3].flatMap((q) => [
      ...set(some, four.load(get(at), 16 * q, 0)),
      ...set(w(q), four.shuffle(get(some), get(some), [0, 1, 2, 3].flatMap(turned))),
    ]),
    ...set(k, i32(0)),
    ...rounds.beginBlock(),
    ...wasm.loop([...sixteen(schedule), ...set(k, wasm.add(get(k), i32(64)))], wasm.less(get(k), i32(3 * 64))),
    ...sixteen(() => []),
    ...rounds.endBlock(),
    ...set(at, wasm.add(get(at), i32(64))),
  ];
  return {
    name: 'one',
    params: 2,
    result: false,
    locals: [...Array<number>(12).fill(wasm.I32), ...Array<number>(7).fill(wasm.V128)],
    body: [...rounds.begin(), ...wasm.countDown(blocks, block)],
  };
}

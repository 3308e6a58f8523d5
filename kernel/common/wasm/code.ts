/**
 * WebAssembly written by functions: each gives the bytes of code that leaves one value, or of a statement that leaves none. As much of it as
 * hashing takes. Whoever reads `add(get(0), i32(1))` reads what will run; no compiler and no binary stands between.
 */
export type Code = readonly number[];

/** Types of values. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** Unsigned LEB128. */
function leb(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

export function i32(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const bits = rest & 0x7f;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [0x41, ...bytes, bits];
    bytes.push(bits | 0x80);
  }
}

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];

/** An instruction that takes two values. */
const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];

export const add = binary(0x6a);
const sub = binary(0x6b);
export const and = binary(0x71);
export const xor = binary(0x73);
export const shl = binary(0x74);
export const shr = binary(0x76);
export const rotr = binary(0x78);
export const less = binary(0x48);

/** Two to the power of `align`: what the address can be divided by. */
export const load = (address: Code, offset: number, align = 2): Code => [...address, 0x28, align, ...leb(offset)];
export const store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0x36,
  2,
  ...leb(offset),
];

/** Four numbers of 32 bits side by side. */
export const four = {
  add: binary(0xfd, 0xae, 0x01),
  and: binary(0xfd, 0x4e),
  xor: binary(0xfd, 0x51),
  /** The same count for all. */
  shl: binary(0xfd, 0xab, 0x01),
  shr: binary(0xfd, 0xad, 0x01),
  load: (address: Code, offset: number, align = 4): Code => [...address, 0xfd, 0x00, align, ...leb(offset)],
  /** One number, four times. */
  splat: (address: Code, offset: number): Code => [...address, 0xfd, 0x09, 2, ...leb(offset)],
  store: (address: Code, offset: number, value: Code): Code => [...address, ...value, 0xfd, 0x0b, 4, ...leb(offset)],
  /** Bytes of both, by their places: 0 to 15 are those of `a`, 16 to 31 those of `b`. */
  shuffle: (a: Code, b: Code, places: readonly number[]): Code => [...a, ...b, 0xfd, 0x0d, ...places],
} as const;

/** Runs `body`, and again while `again` is not zero. */
export const loop = (body: Code, again: Code): Code => [0x03, 0x40, ...body, ...again, 0x0d, 0x00, 0x0b];

/** Runs `body` as often as `local` says, at least once, counting it down. */
export const countDown = (local: number, body: Code): Code =>
  loop([...body, ...set(local, sub(get(local), i32(1)))], get(local));

export interface Func {
  readonly name: string;
  /** All of them numbers. */
  readonly params: number;
  /** Whether it leaves a number. */
  readonly result: boolean;
  /** Types of its own variables, which follow the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module of functions that are exported, with a memory of its own, `memory`, of that many times 64 KB. */
export function moduleOf(pages: number, functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, result }) => [
    0x60,
    ...list(Array.from({ length: params }, () => [I32])),
    ...list(result ? [[I32]] : []),
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...leb(index)]);
  const bodies = functions.map(({ locals, body }) => sized([...list(locals.map((type) => [1, type])), ...body, 0x0b]));
  return Uint8Array.from(
    [
      HEADER,
      section(1, types),
      section(3, [...functions.keys()].map(leb)),
      section(5, [[0x00, ...leb(pages)]]),
      section(7, [...exported, [...text('memory'), 0x02, 0x00]]),
      section(10, bodies),
    ].flat(),
  );
}

/** `\0asm`, version 1. */
const HEADER: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const list = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const sized = (bytes: Code): Code => [...leb(bytes.length), ...bytes];
const text = (name: string): Code => sized(Array.from(name, (letter) => letter.charCodeAt(0)));
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];

/** Typed arrays as bytes: their names in the encoding, alignment, and NaN, whose bits differ between machines. */
import type { TypedArray } from '#common/data.ts';

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  uint8clamped: Uint8ClampedArray,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;
export type ArrayName = keyof typeof ARRAYS;

const NAMES = new Map<string, ArrayName>(Object.entries(ARRAYS).map(([name, type]) => [type.name, name as ArrayName]));

/** Also sees through subclasses (Buffer) and other realms. */
const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

/** null for what is no typed array, or one of a kind that has no name here. */
export function arrayName(value: unknown): ArrayName | null {
  return NAMES.get(tagOf.call(value) as string) ?? null;
}

/**
 * The array's own bytes, without a copy, unless it holds NaN: 0/0 has other bits on ARM than on x86, and other bits interpreted than
 * compiled, so every NaN is written as 0x7ff8…0.
 */
export function arrayBytes(array: TypedArray): Uint8Array {
  const clean = array instanceof Float64Array || array instanceof Float32Array ? oneNaN(array) : array;
  return new Uint8Array(clean.buffer as ArrayBuffer, clean.byteOffset, clean.byteLength);
}

function oneNaN(array: Float64Array | Float32Array): Float64Array | Float32Array {
  const first = firstNaN(array);
  if (first === array.length) return array;
  const copy = array.slice();
  const words = new Uint32Array(copy.buffer);
  const wide = copy instanceof Float64Array;
  for (let i = first; i < copy.length; i++) {
    const number = copy[i]!;
    if (number === number) continue;
    if (wide) {
      words[2 * i] = 0;
      words[2 * i + 1] = 0x7ff80000;
    } else words[i] = 0x7fc00000;
  }
  return copy;
}

function firstNaN(array: Float64Array | Float32Array): number {
  const { length } = array;
  for (let i = 0; i < length; i++) if (array[i] !== array[i]) return i;
  return length;
}

/** A view on `bytes`, which must lie at a multiple of 8. @returns null when the name or the length does not fit. */
export function arrayView(name: string, bytes: Uint8Array): TypedArray | null {
  if (!Object.hasOwn(ARRAYS, name)) return null;
  const type = ARRAYS[name as ArrayName];
  const length = bytes.byteLength / type.BYTES_PER_ELEMENT;
  return Number.isInteger(length) ? new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, length) : null;
}

import type { Tensor, TypedArray } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { isTensor } from '#common/data/tensor.ts';
import { arrayName } from '#common/value/arrays.ts';

/** What JSON has no number for, as strings in nested arrays. */
const WORDS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/**
 * Nested arrays of numbers as a float64 tensor; null is NaN. Tensors stay, a typed array is a tensor of one axis, a number of none.
 *
 * @param path JSON Pointer, for errors
 * @throws INPUT_INVALID naming the element
 */
export function tensorFrom(value: unknown, path: string): Tensor {
  if (isTensor(value)) return value;
  if (arrayName(value) !== null)
    return { $: 'tensor', shape: [(value as TypedArray).length], data: value as TypedArray };
  const shape: number[] = [];
  for (let node = value; Array.isArray(node); node = node[0] as unknown) shape.push(node.length);
  const data = new Float64Array(shape.reduce((all, n) => all * n, 1));
  let next = 0;
  const fill = (node: unknown, axis: number, at: string): void => {
    if (axis === shape.length) {
      data[next++] = numberAt(node, at);
      return;
    }
    if (!Array.isArray(node) || node.length !== shape[axis])
      throw new AssayError('INPUT_INVALID', `${at} must be an array of ${shape[axis]}, as its neighbours are.`, {
        where: at,
      });
    for (let i = 0; i < node.length; i++) fill(node[i], axis + 1, `${at}/${i}`);
  };
  fill(value, 0, path);
  return { $: 'tensor', shape, data };
}

/** Whether a value could be meant as a tensor. */
export function looksLikeTensor(value: unknown): boolean {
  return typeof value === 'number' || Array.isArray(value) || isTensor(value) || arrayName(value) !== null;
}

/** A tensor as nested arrays of plain values made by `each`. */
export function nested<T>({ shape, data }: Tensor, each: (value: number | bigint) => T): unknown {
  let next = 0;
  const build = (axis: number): unknown => {
    if (axis === shape.length) return each(data[next++]!);
    return Array.from({ length: shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}

function numberAt(value: unknown, at: string): number {
  if (typeof value === 'number') return value;
  if (value === null) return NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && Object.hasOwn(WORDS, value)) return WORDS[value]!;
  const got = Array.isArray(value)
    ? `an array of ${value.length}`
    : (JSON.stringify(value) ?? typeof value).slice(0, 60);
  throw new AssayError('INPUT_INVALID', `${at} must be a number or null; got ${got}.`, { where: at });
}

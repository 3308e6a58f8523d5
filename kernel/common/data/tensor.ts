import type { Tensor } from '#common/data.ts';
import { arrayName } from '#common/value/arrays.ts';

/** Whether a value has a tensor's brand, a shape of non-negative integers, and as many numbers as the shape says. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null || !('$' in value) || value.$ !== 'tensor') return false;
  if (!('shape' in value) || !Array.isArray(value.shape) || !('data' in value) || arrayName(value.data) === null)
    return false;
  const shape: readonly unknown[] = value.shape;
  if (!shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)) return false;
  return (shape as readonly number[]).reduce((all, n) => all * n, 1) === (value.data as { length: number }).length;
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { sumOf } from './sum.ts';

describe('the sum of bytes', () => {
  it('is that of the bytes, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(7), (bytes, offset) => {
        const room = new Uint8Array(bytes.length + offset);
        room.set(bytes, offset);
        assert.equal(sumOf([room.subarray(offset)]), sumOf([bytes]));
      }),
    );
  });

  it('shows every change of a bit, a swap, and a byte more or less', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= 1 << bit;
        assert.notEqual(sumOf([changed]), sumOf([bytes]));
        assert.notEqual(sumOf([Uint8Array.of(...bytes, 0)]), sumOf([bytes]));
        assert.notEqual(sumOf([bytes.subarray(1)]), sumOf([bytes]));
      }),
      // A length of 1 once stood for a byte of 1.
      { examples: [[Uint8Array.of(1), 0, 0]] },
    );
    const numbers = Float64Array.from({ length: 1_000 }, (_, i) => i / 7);
    const bytesOf = (array: Float64Array): Uint8Array => new Uint8Array(array.buffer);
    const before = sumOf([bytesOf(numbers)]);
    for (let i = 1; i < numbers.length; i++) {
      const swapped = numbers.slice();
      [swapped[i - 1], swapped[i]] = [swapped[i]!, swapped[i - 1]!];
      assert.notEqual(sumOf([bytesOf(swapped)]), before);
      assert.notEqual(sumOf([bytesOf(numbers.with(i, -numbers[i]!))]), before);
    }
    assert.notEqual(sumOf([bytesOf(numbers.map((x) => -x))]), before);
    assert.notEqual(sumOf([bytesOf(numbers.toReversed())]), before);
  });
});

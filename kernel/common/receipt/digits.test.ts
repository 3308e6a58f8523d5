import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromHex } from '#common/bytes.ts';
import { areDigits, readDigest } from './digits.ts';

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const ascii = (text: string): Uint8Array => Uint8Array.from(`x${text}x`, (unit) => unit.charCodeAt(0)).subarray(1);

test('a byte is a digit or none wherever it stands, whatever stands beside it', () => {
  for (let byte = 0; byte < 256; byte++) {
    const is = /^[0-9a-f]$/.test(String.fromCharCode(byte));
    for (const beside of [0x30, 0x39, 0x61, 0x66])
      for (let place = 0; place < 8; place++) {
        const bytes = new Uint8Array(8).fill(beside).with(place, byte);
        assert.equal(areDigits(view(bytes), 0, 8), is, `${byte} at ${place} beside ${beside}`);
      }
  }
});

test('what another makes of one byte does not make up for it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      const digits = /^[0-9a-f]{4}$/.test(String.fromCharCode(...bytes));
      assert.equal(areDigits(view(bytes), 0, 4), digits);
    }),
    { numRuns: 2_000 },
  );
});

test('a digest is what its digits say', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (hex) => {
      const out = new Uint8Array(32);
      assert.ok(areDigits(view(ascii(hex)), 0, 64));
      readDigest(view(ascii(hex)), 0, out);
      assert.deepEqual(out, fromHex(hex));
    }),
  );
});

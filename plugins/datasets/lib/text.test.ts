import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeText } from './text.ts';

/** The first byte after which nothing that follows makes it text: by decoding every start. */
function slowly(bytes: Uint8Array, label: string): number | null {
  const decodes = (end: number, stream: boolean): boolean => {
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  if (decodes(bytes.length, false)) return null;
  for (let end = 1; end <= bytes.length; end++) if (!decodes(end, true)) return end - 1;
  return bytes.length - 1;
}

const place = (bytes: Uint8Array, at: number): string => {
  const before = bytes.subarray(0, at);
  const line = before.filter((byte) => byte === 10).length + 1;
  return `line ${line}, column ${at - before.lastIndexOf(10)}`;
};

test('the first byte that is no text is named, whatever the bytes are', () => {
  const label = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'gbk', 'shift_jis');
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe2, 0x82, 0xac, 0x80, 0xf0, 0x9f, 0xd8, 0xdc, 10, 65));
  fc.assert(
    fc.property(label, fc.array(byte, { maxLength: 60 }), (encoding, given) => {
      // A mark would decide the encoding.
      const bytes = Uint8Array.of(65, 66, ...given);
      const at = slowly(bytes, encoding);
      if (at === null) return void decodeText(bytes, encoding);
      const says = `at ${place(bytes, at)} is not ${encoding.toUpperCase()}`;
      assert.throws(
        () => decodeText(bytes, encoding),
        (error: Error) => error.message.includes(says),
      );
    }),
    { numRuns: 2000 },
  );
});

test('… also behind the first pieces, and across their edges', () => {
  for (const before of [65_533, 65_534, 65_535, 65_536, 200_000]) {
    const bytes = new Uint8Array(before + 5).fill(65);
    bytes.set([0xe2, 0x82, 0xac, 0xff, 66], before);
    assert.throws(() => decodeText(bytes), {
      message: new RegExp(`0xff at line 1, column ${before + 4} is not UTF-8`),
    });
    assert.equal(decodeText(bytes.subarray(0, before + 3)).length, before + 1);
    assert.throws(() => decodeText(bytes.subarray(0, before + 2)), {
      message: new RegExp(`0x82 at line 1, column ${before + 2} `),
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Frame, frameParts, readFrames } from './frames.ts';

const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** The bytes in pieces of the given sizes, over and over. */
async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(source)) frames.push(frame);
  return frames;
}

test('frames survive any cutting of the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (payloads, sizes) => {
        const kinds = [...payloads.map(() => 'chunk' as const), 'outcome' as const];
        const all = [...payloads, new Uint8Array([1])];
        const bytes = join(
          all.flatMap((payload, i) => frameParts(kinds[i] ?? 'chunk', [payload.subarray(0, 3), payload.subarray(3)])),
        );
        const frames = await collect(pieces(bytes, sizes));
        assert.deepEqual(
          frames.map((frame) => frame.kind),
          kinds,
        );
        assert.deepEqual(
          frames.map((frame) => [...frame.payload]),
          all.map((payload) => [...payload]),
        );
        assert.ok(frames.every((frame) => frame.payload.byteOffset === 0));
      },
    ),
  );
});

test('a stream that was cut off, goes on or is none is refused', async () => {
  const whole = join([...frameParts('chunk', [new Uint8Array(5)]), ...frameParts('error', [new Uint8Array(2)])]);
  for (const bad of [
    whole.subarray(0, 16),
    whole.subarray(0, whole.length - 1),
    join([whole, ...frameParts('chunk', [])]),
    new Uint8Array(0),
    new Uint8Array(16).fill(255),
  ]) {
    await assert.rejects(collect(pieces(bad, [7])), { code: 'BODY_INVALID' });
  }
});

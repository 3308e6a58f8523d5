/** Whatever is asked for in whatever order comes from the file's own bytes, as a stream and in slices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { blobSource } from './blob-source.ts';

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24);

/** As in a browser that reads no Blob into a buffer of ours. */
class Slices extends Blob {
  override slice(from?: number, to?: number): Blob {
    return new Slices([super.slice(from, to)]);
  }

  override stream(): ReturnType<Blob['stream']> {
    const stream = super.stream();
    stream.getReader = () => {
      throw new TypeError('no byob');
    };
    return stream;
  }
}

for (const [what, file] of [
  ['a stream', new Blob([bytes])],
  ['slices', new Slices([bytes])],
] as const)
  test(`reads ${what} on and back and anywhere`, async () => {
    const source = blobSource(file);
    assert.equal(source.size, bytes.length);
    const place = fc.tuple(fc.nat(bytes.length), fc.nat(200_000)).map(([from, length]) => [from, Math.min(bytes.length, from + length)] as const); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(place, fc.constant('on' as const)), { maxLength: 6 }), async (places) => {
        let end = 0;
        for (const next of places) {
          const [from, to] = next === 'on' ? [end, Math.min(bytes.length, end + source.chunk)] : next;
          end = to;
          assert.deepEqual(await source.read(from, to), bytes.subarray(from, to));
        }
      }),
      { numRuns: 30 },
    );
    // What lies behind the end is missing, which the reader of the window refuses.
    assert.equal((await source.read(bytes.length - 5, bytes.length + 5)).length, 5);
  });

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { MODEL } from './schema.ts';
import { readModel } from './model.ts';
import { decode, encode, rawFields } from './wire.ts';

describe('the protobuf wire', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.maxSafeInteger()),
        fc.array(fc.float({ noNaN: true })),
        fc.array(fc.double({ noNaN: true })),
        fc.string(),
        (ints, floats, doubles, text) => {
          const tensor = { dims: ints, dataType: 1, floats, doubles, name: text };
          const model = {
            irVersion: 10,
            graph: { node: [], initializer: [tensor], input: [], output: [] },
            opsetImport: [],
            metadataProps: [],
          };
          const back = decode(MODEL, encode(MODEL, model)).graph?.initializer?.[0];
          assert.deepEqual([...(back?.dims ?? [])], ints);
          assert.deepEqual([...(back?.floats ?? [])], floats.map(Math.fround));
          assert.deepEqual([...(back?.doubles ?? [])], doubles);
          assert.equal(back?.name, text);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reads repeated numbers that are not packed', () => {
    const dims = { dims: [1, 'ints'] } as const;
    assert.deepEqual(
      decode(dims, Uint8Array.of(8, 3, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)).dims,
      [3, -1],
    );
  });

  it('takes a message apart and together again byte for byte', () => {
    const bytes = encode(MODEL, {
      irVersion: 10,
      producerName: 'x',
      opsetImport: [{ domain: '', version: 21 }],
      metadataProps: [],
    });
    const parts = rawFields(bytes);
    assert.deepEqual(
      parts.map(({ field }) => field),
      [1, 2, 8],
    );
    assert.deepEqual(
      parts.flatMap(({ raw }) => [...raw]),
      [...bytes],
    );
  });

  it('calls everything else no model', () => {
    const odd = [
      new Uint8Array(0),
      new TextEncoder().encode('{"not": "onnx"}'),
      new Uint8Array(64).fill(255),
      Uint8Array.of(0x3a, 0x7f, 1, 2),
    ];
    for (const bytes of odd) assert.throws(() => readModel(bytes), { code: 'MODEL_INVALID' });
  });
});

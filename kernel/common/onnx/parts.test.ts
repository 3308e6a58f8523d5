import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { buildModel, FLOAT32, floatTensor, node, valueInfo } from './build.ts';
import { readModel } from './model.ts';
import { inOnePiece } from './parts.ts';
import type { TensorProto } from './schema.ts';
import { openSession } from './session.ts';

const file = new Uint8Array(Float32Array.of(9, 2, 3, 0.5).buffer);
const part = (name: string, dims: readonly number[], place: Readonly<Record<string, string>>): TensorProto => ({
  name,
  dims,
  dataType: FLOAT32,
  external: Object.entries(place).map(([key, value]) => ({ key, value })),
});
const model = (...initializers: readonly TensorProto[]): Uint8Array =>
  buildModel({
    name: 'parts',
    inputs: [valueInfo('X', FLOAT32, ['N', 2])],
    outputs: [valueInfo('Y', FLOAT32, ['N', 1])],
    initializers,
    nodes: [node('MatMul', ['X', 'w'], ['s']), node('Add', ['s', 'b'], ['Y'])],
  });
const read = (names: string[]) => async (name: string) => {
  names.push(name);
  return file;
};

describe('a model in several files', () => {
  it('becomes one that the runtime takes', async () => {
    const names: string[] = [];
    const bytes = model(
      part('w', [2, 1], { location: 'm.onnx.data', offset: '4', length: '8' }),
      part('b', [1], { location: 'm.onnx.data', offset: '12', length: '4' }),
    );
    const whole = await inOnePiece(bytes, read(names));
    assert.deepEqual(names, ['m.onnx.data']);
    const session = await openSession(onnxruntime, readModel(whole));
    const { data } = await session.run([{ numbers: Float64Array.of(1, 10), width: 2 }], 1, 'Y');
    await session.close();
    assert.deepEqual([...data], [32.5]);
  });

  it('is left as it is where it has but one', async () => {
    const bytes = model(floatTensor('w', [2, 1], [1, 2]), floatTensor('b', [1], [0]));
    for (const same of [bytes, Uint8Array.of(8, 9), new Uint8Array(0)]) {
      assert.equal(await inOnePiece(same, () => assert.fail('nothing to read')), same);
    }
  });

  it('names no files but those beside it', async () => {
    for (const location of ['../keys', '/etc/passwd', 'a/b', String.raw`a\b`, '.env'])
      await assert.rejects(inOnePiece(model(part('w', [2, 1], { location })), read([])), { code: 'MODEL_UNSUPPORTED' });
  });

  it('is refused where a file is too short', async () => {
    for (const place of [{ offset: '12', length: '8' }, { offset: '-4' }, { offset: 'x' }, { length: '17' }])
      await assert.rejects(inOnePiece(model(part('w', [2, 1], { location: 'd', ...place })), read([])), {
        code: 'MODEL_INVALID',
      });
  });
});

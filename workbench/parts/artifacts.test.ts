import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MethodManifest } from '#common/plugin.ts';
import { artifactsIn } from './artifacts.ts';

const method = (properties: object): MethodManifest => ({
  title: 't',
  description: 'd',
  input: {},
  output: { type: 'object', properties },
});
const digest = 'a'.repeat(64);

test('artifacts that the schema marks, with a name to save them under', () => {
  const both = method({
    values: { assay: 'artifact' },
    model: { type: 'string', format: 'digest' },
    other: { type: 'string' },
  });
  assert.deepEqual(artifactsIn(both, { values: digest, format: 'npy', other: digest }), [
    { name: 'values', digest, file: 'values.npy' },
  ]);
  assert.deepEqual(
    artifactsIn(both, { model: digest }).map(({ file }) => file),
    ['model.onnx'],
  );
  assert.deepEqual(
    artifactsIn(both, { values: digest, format: '../x' }).map(({ file }) => file),
    ['values.bin'],
  );
  assert.deepEqual(artifactsIn(both, { values: 'no digest' }), []);
  assert.deepEqual(artifactsIn(method({}), null), []);
});

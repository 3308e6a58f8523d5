import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '#common/data.ts';
import type { Runtime } from '#common/onnx/session.ts';
import { writeModel } from '../../models/lib/write.ts';
import { modelOf, recogniseOnce, withSession } from './kept-models.ts';
import { generator, randomEnsemble } from './tables/ensemble.fixture.ts';

/** The bytes of a model, with something in front that makes its file about that large. */
function file(seed: number, bytes = 0): Uint8Array {
  const ensemble = randomEnsemble(generator(seed), { trees: 1, depth: 3, features: 2, scores: 1 });
  return writeModel({
    ensemble,
    features: ['a', 'b'].map((name) => ({ name, type: 'number' })),
    target: 'y',
    classes: null,
    training: { filling: 'x'.repeat(bytes) },
    version: '0',
  });
}

/** A runtime that counts its sessions. */
function counting(): { runtime: Runtime; made: () => number; open: () => number } {
  let [made, open] = [0, 0];
  const runtime = {
    InferenceSession: {
      create() {
        made++;
        open++;
        return Promise.resolve({ run: () => Promise.resolve({}), release: () => Promise.resolve(void open--) });
      },
    },
  } as unknown as Runtime;
  return { runtime, made: () => made, open: () => open };
}

const digest = (name: string): Digest => `sha256:${name.padEnd(64, '0')}` as Digest;
const nothing = (): Promise<void> => Promise.resolve();

test('a model that is asked for again was read once, and so was what it is', async () => {
  const { runtime, made, open } = counting();
  const model = modelOf(digest('a'), file(1));
  assert.equal(modelOf(digest('a'), file(1)), model);
  assert.notEqual(modelOf(digest('b'), file(1)), model);
  assert.equal(recogniseOnce(model, 2), recogniseOnce(model, 2));
  await withSession(runtime, model, nothing);
  await withSession(runtime, model, nothing);
  assert.deepEqual([made(), open()], [1, 1]);
});

test('models that were used last are kept, up to a number of bytes; sessions of others are closed', async () => {
  const { runtime, open } = counting();
  const first = modelOf(digest('c'), file(2));
  await withSession(runtime, first, nothing);
  const asked = withSession(runtime, first, async () => {
    for (const name of ['d', 'e', 'f']) modelOf(digest(name), file(3, 7_000_000));
    await nothing();
    assert.equal(open(), 1);
  });
  await asked;
  assert.equal(open(), 0);
  assert.notEqual(modelOf(digest('c'), file(2)), first);
});

test('a session that failed is not asked again', async () => {
  const { runtime, made, open } = counting();
  const model = modelOf(digest('g'), file(4));
  await assert.rejects(
    withSession(runtime, model, () => Promise.reject(new Error('no'))),
    /no/,
  );
  await withSession(runtime, model, nothing);
  assert.deepEqual([made(), open()], [2, 1]);
});

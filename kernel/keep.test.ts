import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeValue, digestValue } from '#common/value/value.ts';
import { createKeeper } from './keep.ts';
import { openArtifacts } from './store/artifacts.ts';

const dir = await mkdtemp(join(tmpdir(), 'assay-keep-'));
after(() => rm(dir, { recursive: true, force: true }));
const fail = (error: unknown): void => assert.fail(String(error));

test('a result is kept as it was when it was given, under the digest that its receipt names', async () => {
  const artifacts = await openArtifacts(dir);
  const keeper = createKeeper(artifacts, fail);
  const result = { values: Float64Array.of(1, 2, 3) };
  const digest = digestValue(result);
  await keeper.keep(result);
  result.values.fill(0);
  await keeper.done();
  assert.deepEqual(decodeValue(await artifacts.get(digest)), { values: Float64Array.of(1, 2, 3) });
});

test('a large result is not kept', async () => {
  const artifacts = await openArtifacts(dir);
  const keeper = createKeeper(artifacts, fail);
  const result = new Float64Array(2 ** 21 + 1);
  await keeper.keep(result);
  await keeper.done();
  assert.equal(await artifacts.has(digestValue(result)), false);
});

test('a disk that refuses is reported and holds nothing up; a slow one slows the calls', async () => {
  const artifacts = await openArtifacts(dir);
  const told: unknown[] = [];
  const release: (() => void)[] = [];
  const slow = {
    ...artifacts,
    put: () => new Promise<string>((_resolve, reject) => release.push(() => reject(new Error('full')))),
  };
  const keeper = createKeeper(slow, (error) => told.push(error));
  for (let i = 0; i < 64; i++) await keeper.keep(i);
  let waited = true;
  const last = keeper.keep(64).then(() => (waited = false));
  await new Promise(setImmediate);
  assert.ok(waited);
  for (const go of release) go();
  await last;
  await keeper.done();
  assert.equal(told.length, 65);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { featuresFor, feedsOf, inputMatrix, selectFeatures } from './features.ts';
import { featuresOf, type Known, outputsOf, recognise } from './known.ts';
import { readModel } from './model.ts';
import { randomGraph } from './random-graphs.fixture.ts';
import { openSession } from './session.ts';

/** Largest difference between what Assay and the runtime put out; a text where either can't say. */
async function gap(
  seed: number,
  broken: (known: Known) => Known = (known) => known,
  odd = false,
): Promise<number | string> {
  const { bytes, table } = randomGraph(seededRandom(seed, 'graphs'), odd);
  const model = readModel(bytes);
  const known = recognise(model, table.columns.length);
  const features = featuresFor(model, [table], known.kind === 'other' ? null : featuresOf(known));
  const x = inputMatrix(model, selectFeatures(table, features), features);
  const session = await openSession(onnxruntime, model);
  const { data } = await session.run(feedsOf(model, features, x, table.rows), table.rows, 'Y');
  await session.close();
  if (known.kind === 'other') return known.reason;
  const own = outputsOf(broken(known), x, table.rows);
  assert.equal(own.length, data.length, `seed ${seed}`);
  return own.reduce((most, value, i) => {
    const other = Number(data[i]);
    // Where one is missing or infinite the other must be, too.
    if (!Number.isFinite(value) || !Number.isFinite(other)) return Object.is(value, other) ? most : Infinity;
    return Math.max(most, Math.abs(value - other) / (1 + Math.abs(value)));
  }, 0);
}

test('400 random graphs are evaluated as onnxruntime does', async () => {
  let compared = 0;
  let noticed = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const found = await gap(seed);
    if (typeof found === 'string') continue;
    compared++;
    assert.ok(found <= 2e-6, `seed ${seed}: ${found}`);
    // Columns one place too far are seen, unless they hold the same.
    const turned = (known: Known): Known => ({ ...known, columns: [...known.columns.slice(1), known.columns[0]!] });
    if (Number(await gap(seed, turned)) > 1e-3) noticed++;
  }
  assert.ok(compared > 300, `${compared} of 400 graphs were compared`);
  assert.ok(noticed > compared / 2, `columns in the wrong place were noticed in ${noticed} of ${compared} graphs`);
});

test('300 with missing and infinite values, too', async () => {
  let compared = 0;
  for (let seed = 1; seed <= 300; seed++) {
    // Some operators of the runtime refuse a missing value.
    const found = await gap(seed, undefined, true).catch((error: { code?: string }) => error.code ?? '');
    if (typeof found === 'string') assert.equal(found, 'MODEL_FAILED', `seed ${seed}`);
    else {
      compared++;
      assert.ok(found <= 2e-6, `seed ${seed}: ${found}`);
    }
  }
  assert.ok(compared > 250, `${compared} of 300 graphs were compared`);
});

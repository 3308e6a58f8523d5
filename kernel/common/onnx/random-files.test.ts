import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { type Known, outputsOf, recognise } from './known.ts';
import { readModel } from './model.ts';
import { type RandomFile, randomFile, randomFile5 } from './random-files.fixture.ts';
import { openSession } from './session.ts';

/** Park and Miller's. */
function generator(seed: number): () => number {
  let state = seed;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 5; i++) next();
  return next;
}

/** Largest difference between what Assay and the runtime put out, relative to 1 + the output; null where either can't say. */
async function gap(
  { bytes, x, features, output }: RandomFile,
  broken?: (known: Known) => Known,
): Promise<number | null> {
  const model = readModel(bytes);
  const rows = x.length / features;
  const theirs = await openSession(onnxruntime, model)
    .then(async (session) => {
      const { data } = await session.run([{ numbers: x, width: features }], rows, output);
      await session.close();
      return data;
    })
    .catch(() => null);
  if (theirs === null) return null;
  const known = recognise(model);
  if (known.kind === 'other') {
    assert.match(known.reason, /leaf/);
    return null;
  }
  const own = outputsOf(broken?.(known) ?? known, x, rows);
  assert.equal(own.length, theirs.length);
  return own.reduce((most, value, i) => {
    const other = Number(theirs[i]);
    return Object.is(value, other) ? most : Math.max(most, Math.abs(value - other) / (1 + Math.abs(value)));
  }, 0);
}

for (const [name, draw] of [
  ['TreeEnsembleRegressor and TreeEnsembleClassifier 3', randomFile],
  ['TreeEnsemble 5', randomFile5],
] as const)
  test(`${name}: 400 random files as onnxruntime evaluates them`, async () => {
    let compared = 0;
    let noticed = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const found = await gap(draw(generator(seed * 104_729)));
      if (found === null) continue;
      compared++;
      assert.ok(found <= 2e-6, `seed ${seed}: ${found}`);
      const wrong = (known: Known): Known => {
        if (known.kind !== 'trees') return known;
        const trees = known.ensemble.trees.map((tree) => ({
          ...tree,
          mode: tree.mode.map((mode) => (mode < 2 ? 1 - mode : mode)),
        }));
        return { ...known, ensemble: { ...known.ensemble, trees } };
      };
      if (((await gap(draw(generator(seed * 104_729)), wrong)) ?? 0) > 1e-3) noticed++;
    }
    assert.ok(compared > 120, `${compared} of 400 files were compared`);
    assert.ok(noticed > compared / 10, `ties read the wrong way were noticed in ${noticed} of ${compared} files`);
  });

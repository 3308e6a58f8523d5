/** Some of the changes that `npm run fuzz` makes 100,000 of, others each time; and verifiers that lack a check, which these must find out. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { VerifyCode } from '#common/verify/verify.ts';
import { fuzz, mutated } from './fuzzer.ts';

/** A verifier that lacks one check is found out within 600 changes, whichever it lacks. */
const COUNT = 4000;
/** Many times what one bundle takes: a leak, or a bomb that went off, is far above. */
const MOST_GROWN = 512 * 2 ** 20;

test(`of ${COUNT} random changes none holds, throws or grows`, async (t) => {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}: npm run fuzz -- ${COUNT} ${seed}`);
  const { wrong, idle, caught, grownBytes } = await fuzz({ count: COUNT, seed });
  assert.deepEqual(wrong, [], `seed ${seed}`);
  assert.ok(idle < COUNT / 4, `${idle} changed nothing`);
  assert.ok(Object.keys(caught).length >= 10, `only ${Object.keys(caught).join(', ')} had anything to do`);
  assert.ok(grownBytes < MOST_GROWN, `${grownBytes} bytes more`);
});

test('a seed makes the same changes each time, and another seed others', () => {
  const made = (seed: number): string =>
    JSON.stringify(Array.from({ length: 60 }, (_, index) => mutated(seed, index)?.zip.length ?? null));
  assert.equal(made(7), made(7));
  assert.notEqual(made(7), made(8));
});

/** Each is the only one that catches something that whoever has no log’s key can do. */
const ALONE: readonly VerifyCode[] = ['ZIP', 'LAYOUT', 'MANIFEST', 'FILES', 'SEAL', 'SEALED', 'SEAL_SIGNATURE', 'CHECKPOINT', 'ATTACHED', 'INCLUSION', 'SIGNER']; // prettier-ignore
for (const without of ALONE)
  test(`a verifier without ${without} is found out`, async () => {
    const { wrong } = await fuzz({ count: 3000, seed: 1985, without, first: true });
    assert.match(wrong[0] ?? 'nothing was found', /it holds$/);
  });

/** Seals over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonBody, markdown, refusal, sha256, start } from './server-harness.ts';

const { ask, fits, event } = await start();

test('a notebook is sealed, listed, and its bundle fetched', async () => {
  const source =
    '---\ntitle: Sealed\nseed: 1\n---\n\n```ts id=a name=x\n1 + 1\n```\n\n```ts id=b name=y\nx * 21\n```\n';
  await ask('/notebooks?name=sealed', { method: 'POST', ...markdown(source) });
  const made = await ask('/seals', jsonBody({ notebook: 'sealed', id: 'my-seal' }));
  assert.equal(made.status, 201);
  const { cells, witnesses, stamped, unstamped, ...seal } = (await fits(made, '/seals', 'post')) as {
    readonly id: string;
    readonly root: string;
    readonly bundle: string;
    readonly receipt: string;
    readonly cells: readonly { readonly id: string }[];
    readonly witnesses: null;
    readonly stamped: null;
    readonly unstamped: null;
  };
  assert.deepEqual([cells.map(({ id }) => id), witnesses, stamped, unstamped], [['a', 'b'], null, null, null]);
  assert.equal(seal.id, seal.receipt);
  await event((heard) => heard.type === 'seal' && heard.call === 'my-seal' && heard.state === 'done');
  assert.deepEqual(await fits(await ask('/seals?notebook=sealed'), '/seals'), [seal]);
  const bundle = await ask(`/seals/${seal.id}/bundle`);
  assert.equal(bundle.headers.get('content-type'), 'application/zip');
  assert.match(bundle.headers.get('content-disposition') ?? '', /filename="sealed-[0-9a-f]{8}\.zip"/);
  assert.equal(sha256(new Uint8Array(await bundle.arrayBuffer())), seal.bundle);

  const other = await ask('/seals', jsonBody({ notebook: 'sealed', root: '0'.repeat(64) }));
  const told = (await fits(other, '/seals', 'post')) as { code: string; details: { kernel: string } };
  assert.deepEqual([told.code, told.details.kernel], ['SEAL_ROOT_DIFFERS', seal.root]);
  assert.match(
    await refusal(await ask('/seals', jsonBody({ notebook: 'sealed', source: source.replace('1 + 1', 'nobody') }))),
    / CELL_FAILED$/,
  );
  for (const rule of [
    { of: 'x', how: 'nearly' },
    { of: 'x..y', how: 'exact' },
    { of: 'x', how: 'numeric', relative: -1 },
    { of: 'x' },
  ])
    // prettier-ignore
    assert.equal(
      await refusal(await ask('/seals', jsonBody({ notebook: 'sealed', comparators: [rule] }))),
      '400 INPUT_INVALID',
    );
  assert.equal(await refusal(await ask('/seals', jsonBody({ notebook: 'nobody' }))), '404 NOT_FOUND');
  assert.equal(await refusal(await ask('/seals', jsonBody({ notebook: '../sealed' }))), '400 NAME_INVALID');
  assert.equal(await refusal(await ask(`/seals/${'0'.repeat(64)}/bundle`)), '404 NOT_FOUND');
});

test('a seal that never ends is cancelled by its name', async () => {
  const source = '---\ntitle: Endless\n---\n\n```ts id=a\nfor (;;) {}\n```\n';
  const sealing = ask('/seals', jsonBody({ notebook: 'endless', source, id: 'endless-seal' }));
  await event((heard) => heard.type === 'seal' && heard.call === 'endless-seal' && heard.state === 'started');
  assert.equal((await ask('/runs/endless-seal', { method: 'DELETE' })).status, 204);
  assert.equal(await refusal(await sealing), '499 CANCELLED');
});

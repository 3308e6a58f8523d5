/** Audit packs and the check of the log over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyBundle } from '#common/verify/verify.ts';
import { jsonBody, refusal, sha256, start } from './server-harness.ts';

const { ask, fits, event } = await start();
const today = new Date().toISOString().slice(0, 10);

test('a period is packed, listed, fetched and holds', async () => {
  await ask('/runs?method=probe.echo', jsonBody({ a: 1 }));
  const made = await ask('/packs', jsonBody({ from: '2026-01-01', to: today, id: 'my-pack' }));
  assert.equal(made.status, 201);
  const { first, end, incidents, skipped, witnesses, stamped, ...pack } = (await fits(made, '/packs', 'post')) as {
    readonly [key: string]: unknown;
    readonly id: string;
    readonly bundle: string;
    readonly receipts: number;
  };
  assert.deepEqual([first, end, incidents, skipped, witnesses, stamped], [0, pack.receipts, 0, 0, null, null]);
  await event((heard) => heard.type === 'pack' && heard.call === 'my-pack' && heard.state === 'done');
  assert.deepEqual(await fits(await ask('/packs'), '/packs'), [pack]);
  const reply = await ask(`/packs/${pack.id}/bundle`);
  assert.equal(reply.headers.get('content-type'), 'application/zip');
  assert.match(reply.headers.get('content-disposition') ?? '', /filename="pack-local-2026-01-01-[0-9-]{10}\.zip"/);
  const zip = new Uint8Array(await reply.arrayBuffer());
  assert.equal(sha256(zip), pack.bundle);
  const report = await verifyBundle(zip);
  assert.deepEqual([report.ok, report.kind, report.receipts], [true, 'pack', pack.receipts]);
});

test('what is no period, nobody’s, or no pack is refused with a code', async () => {
  const packs = async (body: object): Promise<string> => refusal(await ask('/packs', jsonBody(body)));
  assert.equal(await packs({ from: '2026-01-02', to: '2026-01-01' }), '400 PERIOD_INVALID');
  assert.equal(await packs({ from: 'x', to: '2026-01-01' }), '400 PERIOD_INVALID');
  assert.equal(await packs({ from: '2026-01-01' }), '400 INPUT_INVALID');
  assert.equal(await packs({ from: '2026-01-01', to: today, more: 1 }), '400 INPUT_INVALID');
  assert.equal(await packs({ from: '2026-01-01', to: today, org: 'other' }), '404 NOT_FOUND');
  assert.equal(await refusal(await ask(`/packs/${'0'.repeat(64)}/bundle`)), '404 NOT_FOUND');
  assert.equal(await refusal(await ask('/packs/..%2f/bundle')), '400 INPUT_INVALID');
});

test('packs made while others write are whole, each of its own moment', async () => {
  const calls = Array.from({ length: 40 }, (_, a) => ask('/runs?method=probe.echo', jsonBody({ a })));
  const made = await Promise.all(
    Array.from({ length: 3 }, () => ask('/packs', jsonBody({ from: '2026-01-01', to: today }))),
  );
  await Promise.all(calls);
  for (const reply of made) {
    const { id } = (await fits(reply, '/packs', 'post')) as { readonly id: string };
    const zip = new Uint8Array(await (await ask(`/packs/${id}/bundle`)).arrayBuffer());
    const { checks } = await verifyBundle(zip);
    assert.deepEqual(
      checks.filter(({ ok }) => ok === false),
      [],
    );
  }
});

test('the log is checked', async () => {
  assert.deepEqual(
    (({ ok, faults }) => ({ ok, faults }))((await fits(await ask('/log/fsck'), '/log/fsck')) as { ok: boolean; faults: object[] }), // prettier-ignore
    { ok: true, faults: [] },
  );
  assert.equal(await refusal(await ask('/log/fsck?org=other')), '404 NOT_FOUND');
});

/** Calls over HTTP: results and receipts, errors, cancelling, streams, and the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAMES_TYPE, readFrames } from '#common/frames.ts';
import type { CallOutcome } from '#common/protocol.ts';
import { decodeValue, encodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { jsonBody, refusal, sha256, start } from './server-harness.ts';

const { ask, kernel, url, stop, fits, event } = await start();

test('a call in JSON gives result and receipt, whose body hashes to its name', async () => {
  const outcome = (await fits(
    await ask('/runs?method=probe.echo&id=mine&seed=7', jsonBody({ a: [1, null] })),
    '/runs',
    'post',
  )) as CallOutcome;
  assert.equal(outcome.id, 'mine');
  assert.deepEqual(outcome.result, { a: [1, null] });
  assert.equal(sha256(outcome.receipt.body), outcome.receipt.id);
  const again = await fits(await ask(`/receipts/${outcome.receipt.id}`), '/receipts/{id}');
  assert.deepEqual(again, outcome.receipt);
  const proof = await (await ask(`/receipts/${outcome.receipt.id}/proof`)).text();
  assert.match(proof, /^c2sp\.org\/tlog-proof@v1\n/);
  assert.match(await (await ask('/log/key')).text(), /^[^+ ]+\+[0-9a-f]{8}\+/);
  assert.match(await (await ask('/log/checkpoint')).text(), /\n\d+\n/);
  const tile = await ask('/log/tile/0/000.p/1');
  assert.ok(tile.status === 200 || tile.status === 404);
  const listed = (await fits(await ask('/receipts?kind=run&limit=5'), '/receipts')) as { id: string }[];
  assert.ok(listed.some(({ id }) => id === outcome.receipt.id));
  const { subject } = JSON.parse(outcome.receipt.body) as { subject: { digest: { sha256: string } }[] };
  const kept = await ask(`/artifacts/${subject[0]?.digest.sha256}`);
  assert.deepEqual(decodeValue(new Uint8Array(await kept.arrayBuffer())), outcome.result);
});

test('a call in the value encoding keeps what JSON loses', async () => {
  const input = { nan: Number.NaN, zero: -0, when: new Date(5), big: 2n ** 70n, array: Float64Array.of(1.5, -0) };
  const response = await ask('/runs?method=probe.echo', {
    method: 'POST',
    headers: { 'content-type': VALUE_MEDIA_TYPE, accept: VALUE_MEDIA_TYPE },
    body: encodeValue(input),
  });
  assert.equal(response.headers.get('content-type'), VALUE_MEDIA_TYPE);
  const outcome = decodeValue(new Uint8Array(await response.arrayBuffer())) as CallOutcome;
  assert.deepEqual(outcome.result, input);
});

test('100 MB of numbers go in as a body and are summed', async () => {
  const data = new Float64Array(12_500_000).fill(1);
  const body = encodeValue({ values: { $: 'tensor', shape: [data.length], data } });
  const response = await ask('/runs?method=probe.sum', {
    method: 'POST',
    headers: { 'content-type': VALUE_MEDIA_TYPE },
    body,
  });
  assert.equal(((await response.json()) as CallOutcome).result, 12_500_000);
});

test('what a method refuses, throws or isn’t arrives with its code', async () => {
  assert.equal(await refusal(await ask('/runs?method=probe.nothing', jsonBody({}))), '404 METHOD_NOT_FOUND');
  assert.equal(await refusal(await ask('/runs?method=nobody.echo', jsonBody({}))), '404 METHOD_NOT_FOUND');
  assert.equal(await refusal(await ask('/runs?method=probe.sum', jsonBody({ values: 'x' }))), '400 INPUT_INVALID');
  assert.equal(
    await refusal(await ask('/runs?method=probe.sum', jsonBody({ values: [1], more: 1 }))),
    '400 INPUT_INVALID',
  );
  assert.equal(await refusal(await ask('/runs?method=probe.fail', jsonBody({}))), '500 PLUGIN_THREW');
  await fits(await ask('/runs?method=probe.fail', jsonBody({})), '/runs', 'post');
});

test('a call is listed, cancelled by name, and refused a second time meanwhile', async () => {
  const sleeping = ask('/runs?method=probe.sleep&id=nap', jsonBody({}));
  await event((heard) => heard.type === 'progress' && heard.call === 'nap');
  const [run] = (await fits(await ask('/runs'), '/runs')) as { id: string; progress?: unknown }[];
  assert.equal(run?.id, 'nap');
  assert.deepEqual(run.progress, { done: 1, total: 2, note: 'asleep' });
  assert.equal(await refusal(await ask('/runs?method=probe.sleep&id=nap', jsonBody({}))), '409 RUN_EXISTS');
  assert.equal((await ask('/runs/nap', { method: 'DELETE' })).status, 204);
  assert.equal(await refusal(await sleeping), '499 CANCELLED');
  assert.equal(await refusal(await ask('/runs/nap', { method: 'DELETE' })), '404 NOT_FOUND');
  assert.deepEqual(await (await ask('/runs')).json(), []);
});

test('hanging up cancels the call', async () => {
  const hangUp = new AbortController();
  const call = ask('/runs?method=probe.sleep&id=dropped', { ...jsonBody({}), signal: hangUp.signal });
  await event((heard) => heard.type === 'progress' && heard.call === 'dropped');
  hangUp.abort();
  await assert.rejects(call);
  await event((heard) => heard.type === 'run' && heard.call === 'dropped' && heard.state === 'cancelled');
});

test('a stream comes as frames or as lines, its outcome last', async () => {
  const frames = await ask('/runs?method=probe.count', {
    ...jsonBody({ n: 3 }),
    headers: { 'content-type': 'application/json', accept: FRAMES_TYPE },
  });
  assert.equal(frames.headers.get('content-type'), FRAMES_TYPE);
  const values: unknown[] = [];
  const kinds: string[] = [];
  for await (const { kind, payload } of readFrames(frames.body as AsyncIterable<Uint8Array>)) {
    kinds.push(kind);
    values.push(decodeValue(payload));
  }
  assert.deepEqual(kinds, ['chunk', 'chunk', 'chunk', 'outcome']);
  assert.deepEqual(values[2], { i: 2, block: new Float64Array(1024).fill(2) });
  const { receipt } = values[3] as CallOutcome;
  assert.equal(sha256(receipt.body), receipt.id);

  const lines = (await (await ask('/runs?method=probe.count', jsonBody({ n: 2 }))).text()).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => Object.keys(JSON.parse(line) as object)[0]),
    ['chunk', 'chunk', 'outcome'],
  );
});

test('a method that streams waits for who reads slowly', async () => {
  const hangUp = new AbortController();
  const n = 30_000;
  const headers = { 'content-type': 'application/json', accept: FRAMES_TYPE };
  const response = await ask('/runs?method=probe.count&id=slow', {
    ...jsonBody({ n }),
    headers,
    signal: hangUp.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  let at = -1;
  for (let still = 0; still < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const done = kernel.runs.list().find(({ id }) => id === 'slow')?.progress?.done ?? n;
    still = done === at ? still + 1 : 0;
    at = done;
  }
  assert.ok(at > 0 && at < n - 1, `it went on to ${at}`);
  hangUp.abort();
  await assert.rejects(reader.read());
});

test('who stops reading a stream stops the method', async () => {
  const hangUp = new AbortController();
  const response = await ask('/runs?method=probe.count&id=endless', {
    ...jsonBody({ n: 1_000_000 }),
    headers: { 'content-type': 'application/json', accept: FRAMES_TYPE },
    signal: hangUp.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  hangUp.abort();
  await assert.rejects(reader.read());
  const ended = await event((heard) => heard.type === 'run' && heard.call === 'endless' && heard.state !== 'started');
  assert.equal(ended.type === 'run' && ended.state, 'cancelled');
});

test('stopping takes no more calls and ends those under way', async () => {
  const call = ask('/runs?method=probe.sleep&id=last', jsonBody({}));
  await event((heard) => heard.type === 'progress' && heard.call === 'last');
  await stop();
  assert.match(await refusal(await call), /^499 CANCELLED|^503 STOPPING/);
  await assert.rejects(fetch(`${url}/api/v1/health`));
  await stop();
});

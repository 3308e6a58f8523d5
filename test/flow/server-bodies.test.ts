/** Bodies and queries that are not what they should be. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { encodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { refusal, start } from './server-harness.ts';

const { ask, url, credentials } = await start();

test('bad bodies and bad queries are refused with their codes', async () => {
  const post = (path: string, type: string | undefined, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    ask(path, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
  const echo = '/runs?method=probe.echo';
  assert.equal(await refusal(await post(echo, 'application/json', '{"a":')), '400 BODY_INVALID');
  assert.equal(await refusal(await post(echo, 'application/json', '{"__proto__":{"a":1}}')), '400 BODY_INVALID');
  assert.equal(await refusal(await post(echo, 'application/json', '')), '400 BODY_INVALID');
  // What one reader takes last, another takes first: nobody may guess which was meant.
  for (const path of [echo, '/compile', '/seals', '/packs', '/keys', '/notebooks/import?name=x'])
    assert.equal(await refusal(await post(path, 'application/json', '{"a":[{"b":1,"\\u0062":2}]}')), '400 BODY_INVALID', path); // prettier-ignore
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  assert.equal(await refusal(await post(echo, 'application/json', deep)), '400 BODY_INVALID');
  const twice = (await (await post(echo, 'application/json', '{"a":[{"b":1,"b":2}]}')).json()) as Record<
    string,
    string
  >;
  assert.match(twice['message']!, /“b” comes twice/);
  assert.equal(twice['where'], '/a/0/b');
  assert.equal(
    await refusal(await post(echo, 'application/json', Uint8Array.of(0x22, 0xe9, 0x22))),
    '400 BODY_INVALID',
  );
  assert.equal(await refusal(await post(echo, 'application/xml', '<a/>')), '415 MEDIA_TYPE_UNSUPPORTED');
  assert.equal(await refusal(await post(echo, 'text/plain', '{}')), '415 MEDIA_TYPE_UNSUPPORTED');
  assert.equal(await refusal(await post(echo, VALUE_MEDIA_TYPE, '{}')), '400 VALUE_MALFORMED');
  assert.equal(
    await refusal(await post(echo, VALUE_MEDIA_TYPE, encodeValue({ a: 1 }).subarray(0, 20))),
    '400 VALUE_MALFORMED',
  );
  assert.equal(await refusal(await announced(echo, 'application/json', 2 ** 29)), '413 BODY_TOO_LARGE');
  assert.equal(await refusal(await announced(echo, VALUE_MEDIA_TYPE, 2 ** 31)), '413 BODY_TOO_LARGE');
  assert.equal(await refusal(await post('/runs', 'application/json', '{}')), '400 INPUT_INVALID');
  assert.equal(await refusal(await post(`${echo}&seed=1.5`, 'application/json', '{}')), '400 INPUT_INVALID');
  assert.equal((await post(`${echo}&seed=-1`, 'application/json', '{}')).status, 200, 'any integer, as everywhere');
  assert.equal(await refusal(await post(`${echo}&stream=a%00b`, 'application/json', '{}')), '400 INPUT_INVALID');
  for (const method of ['probe', 'probe.', '.echo', 'probe.echo.x', 'probe.__proto__'])
    assert.equal(await refusal(await post(`/runs?method=${method}`, 'application/json', '{}')), '404 METHOD_NOT_FOUND');
  assert.equal(await refusal(await post(`${echo}&id=a/b`, 'application/json', '{}')), '400 INPUT_INVALID');
  assert.equal(
    await refusal(await post('/notebooks?name=json', 'application/json', '{}')),
    '415 MEDIA_TYPE_UNSUPPORTED',
  );
  assert.equal(await refusal(await post('/compile', 'application/json', '{"source":5}')), '400 INPUT_INVALID');
  assert.equal(
    await refusal(await post('/compile', 'application/json', '{"source":"","more":1}')),
    '400 INPUT_INVALID',
  );
  assert.equal(await refusal(await post('/compile', 'application/json', '{"source":"\\ud800"}')), '400 INPUT_INVALID');
  assert.equal(
    await refusal(await post('/notebooks?name=large', 'text/markdown', 'x'.repeat(17 * 2 ** 20))),
    '413 BODY_TOO_LARGE',
  );
  assert.equal(
    await refusal(await post('/notebooks?name=latin', 'text/markdown', Uint8Array.of(0xe9))),
    '400 BODY_INVALID',
  );
  assert.equal(await refusal(await ask('/receipts/xyz')), '400 INPUT_INVALID');
  assert.equal(await refusal(await ask(`/receipts/${'0'.repeat(64)}`)), '404 NOT_FOUND');
  assert.equal(await refusal(await ask('/receipts?kind=nonsense')), '400 INPUT_INVALID');
  assert.equal(await refusal(await ask('/receipts?stream=a%00b')), '400 INPUT_INVALID');
  assert.equal(await refusal(await ask('/log/tile/..%2f..%2fkeys')), '404 NOT_FOUND');
});

/** The answer to a body that is announced and never sent. */
function announced(path: string, type: string, length: number): Promise<Response> {
  const headers = { 'content-type': type, 'content-length': length, authorization: `Bearer ${credentials.token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1${path}`, { method: 'POST', headers }, (reply) => {
      let body = '';
      reply.setEncoding('utf8').on('data', (text: string) => (body += text));
      reply.on('end', () => {
        resolve(new Response(body, { status: reply.statusCode ?? 0 }));
        sent.destroy();
      });
    });
    sent.on('error', reject);
    sent.flushHeaders();
  });
}

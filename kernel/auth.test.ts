import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { checkAsking, checkHost, cookieName, localPath, newCredentials, sameSecret } from './auth.ts';

const credentials = newCredentials();
const { token, session } = credentials;
const HOST = '127.0.0.1:4177';

/** The code that it is refused with, or `ok`. */
function asked(method: string, headers: IncomingHttpHeaders, cookie?: string, webSocket = false): string {
  try {
    checkAsking({ method, headers: { host: HOST, ...headers }, cookie, webSocket }, credentials);
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('only this machine’s names are hosts', () => {
  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:4177', '[::1]:1']) checkHost({ host }, '/');
  const bad = [
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4177',
    '127.0.0.2',
    '0.0.0.0',
    'localhost:',
    'localhost:80@evil',
    'a@localhost',
    '[::1',
    '::1',
    '127.0.0.1:123456',
    'frame.localhost',
    'frame-0123456789abcde.localhost:80',
    'a.frame-0123456789abcdef.localhost',
    'frame-0123456789abcdef.localhost.evil.example',
  ];
  for (const host of bad) assert.throws(() => checkHost({ host }, '/frame.html'), { code: 'HOST_REFUSED' }, host);
  assert.throws(() => checkHost({}, '/'), { code: 'HOST_REFUSED' });
});

test('a frame’s own site has the frame’s files and nothing else', () => {
  const host = 'frame-0123456789abcdef.localhost:4177';
  for (const path of ['/frame.html', '/assets/frame-1.js']) checkHost({ host }, path);
  for (const path of ['/', '/index.html', '/api/v1/health', '/sign-in', '/assets', '/x/frame.html', '/vendor/duckdb/a'])
    assert.throws(() => checkHost({ host }, path), { code: 'HOST_REFUSED' }, path);
});

test('a bearer or a cookie, and never one for the other', () => {
  assert.equal(asked('GET', { authorization: `Bearer ${token}` }), 'ok');
  assert.equal(asked('POST', { authorization: `Bearer ${token}` }), 'ok');
  assert.equal(asked('GET', {}, session), 'ok');
  assert.equal(asked('GET', { authorization: `Bearer ${session}` }), 'AUTH_REQUIRED');
  assert.equal(asked('GET', {}, token), 'AUTH_REQUIRED');
  assert.equal(asked('GET', {}), 'AUTH_REQUIRED');
  assert.equal(asked('GET', { authorization: `bearer ${token}` }), 'AUTH_REQUIRED');
  assert.equal(
    asked('GET', { authorization: 'Bearer wrong' }, session),
    'AUTH_REQUIRED',
    'a wrong bearer is not saved by a cookie',
  );
});

test('a browser’s request comes from the kernel’s own page', () => {
  const own = { origin: `http://${HOST}` };
  assert.equal(asked('POST', own, session), 'ok');
  assert.equal(asked('POST', {}, session), 'ORIGIN_REFUSED', 'a cookie without an origin changes nothing');
  assert.equal(asked('GET', {}, session, true), 'ORIGIN_REFUSED', 'nor opens a socket');
  assert.equal(asked('GET', own, session, true), 'ok');
  for (const origin of [
    'null',
    'http://evil.example',
    'http://127.0.0.1:4178',
    'http://localhost:4177',
    'https://127.0.0.1:4177',
    '',
  ]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      assert.equal(asked(method, { origin }, session), 'ORIGIN_REFUSED', `${method} ${origin}`);
    assert.equal(asked('POST', { origin, authorization: `Bearer ${token}` }), 'ORIGIN_REFUSED');
  }
  assert.equal(asked('GET', { 'sec-fetch-site': 'same-origin' }, session), 'ok');
  assert.equal(asked('GET', { 'sec-fetch-site': 'none' }, session), 'ok');
  assert.equal(
    asked('GET', { 'sec-fetch-site': 'same-site' }, session),
    'ORIGIN_REFUSED',
    'another port of this machine',
  );
  assert.equal(asked('GET', { 'sec-fetch-site': 'cross-site' }, session), 'ORIGIN_REFUSED');
});

test('secrets are compared whole', () => {
  assert.ok(sameSecret(token, token));
  for (const given of [undefined, '', token.slice(1), `${token} `, token.toUpperCase()])
    assert.ok(!sameSecret(given, token));
  assert.ok(!sameSecret(undefined, ''));
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.notEqual(newCredentials().token, token);
});

test('each port has its cookie', () => {
  assert.equal(cookieName('127.0.0.1:4177'), 'assay_4177');
  assert.equal(cookieName('localhost'), 'assay_80');
  assert.equal(cookieName('evil:1'), 'assay_80');
});

test('signing in leads to a path of the kernel and nowhere else', () => {
  assert.equal(localPath('/notebooks/wages?x=1#a'), '/notebooks/wages?x=1#a');
  for (const to of [
    undefined,
    '',
    'x',
    '//evil',
    '/\\evil',
    '\\\\evil',
    'http://evil',
    '/a\nb',
    '/\t/evil',
    'javascript:alert(1)',
  ])
    assert.equal(localPath(to), '/', String(to));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'/\\.:@?#aé\t%2f') }), (to) => {
      const url = new URL(localPath(to), 'http://127.0.0.1:4177');
      assert.equal(url.origin, 'http://127.0.0.1:4177');
    }),
  );
});

/** Who gets in: tokens, cookies, hosts, origins, and what the documents say of themselves. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { framePolicy, pagePolicy } from '#common/frame-policy.ts';
import { refusal, start } from './server-harness.ts';

const { url, credentials, app, projectDir } = await start();
const { token, session } = credentials;
const host = url.slice('http://'.length);
const cookie = `assay_${host.split(':')[1]}=${session}`;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** node:http, because fetch lets nobody set Host, Origin or Sec-Fetch-Site. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers, setHost: !('host' in headers) }, (reply) => {
      let body = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
const code = ({ status, body }: Reply): string => `${status} ${(JSON.parse(body) as { code: string }).code}`;

test('the start-up link signs in once and leaves no token behind', async () => {
  const signedIn = await raw(`/sign-in?token=${token}`);
  assert.equal(signedIn.status, 303);
  assert.equal(signedIn.headers['location'], '/');
  const set = String(signedIn.headers['set-cookie']);
  assert.match(set, /; HttpOnly; SameSite=Strict$/);
  assert.ok(!set.includes(token), 'the cookie is another secret');
  const page = await raw('/', { cookie: set.split(';')[0] ?? '' });
  assert.equal(page.status, 200);
  assert.match(page.body, /Workbench/);
  assert.ok(!page.body.includes(token) && !page.body.includes(session));
});

test('a link followed from another site goes on by a page of the kernel’s own', async () => {
  const reply = await raw(`/sign-in?token=${token}&to=%2Fnotebooks%2Fa%22b`, { 'sec-fetch-site': 'cross-site' });
  assert.equal(reply.status, 200);
  assert.match(reply.body, /content="0;url=\/notebooks\/a%22b"/);
  assert.ok(!reply.body.includes(token));
});

test('a wrong, missing or doubled token gets a page that helps, and no cookie', async () => {
  for (const query of [
    '',
    '?token=',
    '?token=x',
    `?token=${token}x`,
    `?token=${session}`,
    `?token=${token}&token=${token}`,
  ]) {
    const reply = await raw(`/sign-in${query}`);
    assert.ok(reply.status === 401 || reply.status === 400, query);
    assert.equal(reply.headers['set-cookie'], undefined);
  }
  assert.match((await raw('/sign-in?token=x')).body, /newest one in the terminal/);
});

test('signing in leads nowhere else', async () => {
  for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', '\\/evil.example']) {
    assert.equal((await raw(`/sign-in?token=${token}&to=${encodeURIComponent(to)}`)).headers['location'], '/');
  }
});

test('without a token the page says what to do', async () => {
  const reply = await raw('/');
  assert.equal(reply.status, 401);
  assert.match(reply.body, /Open the link that it printed in the terminal/);
  assert.equal((await raw('/notebooks/first', { cookie: 'assay_1=x' })).status, 401);
});

test('every resource of the API asks who is there', async () => {
  const routes = Object.entries((app.swagger() as { paths: Record<string, Record<string, unknown>> }).paths);
  assert.ok(routes.length > 15);
  for (const [path, methods] of routes) {
    if (path === '/api/v1/health') continue;
    for (const method of Object.keys(methods)) {
      const reply = await raw(path.replaceAll(/\{\w+\}/g, 'x'), {}, method.toUpperCase());
      assert.equal(code(reply), '401 AUTH_REQUIRED', `${method} ${path}`);
    }
  }
  assert.equal(code(await raw('/api/v1/openapi.json')), '401 AUTH_REQUIRED');
  assert.equal(code(await raw('/api/v1/nothing-here')), '401 AUTH_REQUIRED');
  assert.equal((await raw('/api/v1/health')).status, 200);
});

test('a name that somebody else’s DNS points here is refused everywhere', async () => {
  for (const path of [
    '/',
    '/api/v1/health',
    '/api/v1/plugins',
    '/assets/main-abc.js',
    '/sign-in',
    '/frame.html',
    '/nothing',
  ]) {
    for (const name of ['evil.example', `evil.example:${host.split(':')[1]}`, '0.0.0.0', 'localhost.evil.example']) {
      assert.equal(
        code(await raw(path, { host: name, cookie, authorization: `Bearer ${token}` })),
        '403 HOST_REFUSED',
        `${name} ${path}`,
      );
    }
  }
});

test('other pages are refused though the browser sends the cookie along', async () => {
  for (const headers of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const path = method === 'POST' || method === 'GET' ? '/api/v1/runs?method=probe.echo' : '/api/v1/notebooks/first';
      assert.equal(
        code(await raw(path, { cookie, ...headers } as Record<string, string>, method)),
        '403 ORIGIN_REFUSED',
        `${method} ${JSON.stringify(headers)}`,
      );
    }
  }
  assert.equal(code(await raw('/api/v1/notebooks/first', { cookie }, 'DELETE')), '403 ORIGIN_REFUSED');
  assert.equal((await raw('/api/v1/plugins', { cookie, origin: url })).status, 200);
});

test('a socket opens for the kernel’s own page only', async () => {
  for (const headers of [
    { cookie, origin: 'http://evil.example' },
    { cookie, origin: 'null' },
    { cookie },
    { cookie, origin: 'http://localhost:1' },
  ]) {
    assert.match(await upgrade(headers as Record<string, string>), /^HTTP\/1\.1 403 /, JSON.stringify(headers));
  }
  assert.match(await upgrade({ origin: url }), /^HTTP\/1\.1 401 /);
  assert.match(await upgrade({ host: 'evil.example', cookie, origin: 'http://evil.example' }), /^HTTP\/1\.1 403 /);
  assert.match(await upgrade({ cookie, origin: url }), /^HTTP\/1\.1 101 /);
});

/** The first bytes that answer a socket's handshake. */
function upgrade(more: Record<string, string>): Promise<string> {
  const headers = {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`GET /api/v1/events HTTP/1.1\r\n${lines.join('')}\r\n`),
    );
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('documents and files carry their policies', async () => {
  const page = await raw('/notebooks/first', { cookie });
  assert.equal(page.status, 200);
  assert.equal(page.headers['content-security-policy'], pagePolicy(host));
  assert.equal(page.headers['access-control-allow-origin'], undefined);
  const frame = await raw('/frame.html', { origin: 'null' });
  assert.equal(frame.status, 200);
  assert.equal(frame.headers['content-security-policy'], framePolicy(host));
  const script = await raw('/assets/main-abc.js', { origin: 'null' });
  assert.equal(script.headers['access-control-allow-origin'], '*');
  assert.equal(script.headers['access-control-allow-credentials'], undefined);
  assert.match(String(script.headers['cache-control']), /immutable/);
  const wasm = await raw('/vendor/duckdb/duckdb-browser-eh.worker.js', { origin: 'null' });
  assert.equal(wasm.status, 200);
  const api = await raw('/api/v1/plugins', { authorization: `Bearer ${token}` });
  assert.equal(api.headers['cache-control'], 'no-store');
  assert.equal(api.headers['access-control-allow-origin'], undefined);
  for (const { headers } of [page, frame, script, wasm, api]) {
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.ok(headers['content-security-policy']);
  }
});

test('no path leads to a file that is not the workbench’s', async () => {
  const paths = [
    '/secret.txt',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/%00',
    '/vendor/duckdb/package.json',
    '/vendor/duckdb/..%2fpackage.json',
    '/.assay/kernel.json',
    '/assets//etc/passwd',
    `/assets/${projectDir}/secret.txt`,
  ];
  for (const path of paths) {
    const reply = await raw(path, { cookie });
    assert.ok(reply.status === 404 || reply.status === 400 || reply.status === 403, `${path} ${reply.status}`);
    assert.ok(!reply.body.includes('not served') && !reply.body.includes('"name"'), path);
    assert.match(reply.body, /"code":"/, path);
  }
});

test('fetch without headers of a browser works with the bearer', async () => {
  assert.equal((await fetch(`${url}/api/v1/plugins`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  assert.equal(
    await refusal(await fetch(`${url}/api/v1/plugins`, { headers: { authorization: 'Bearer x' } })),
    '401 AUTH_REQUIRED',
  );
});

/** What the resources take and give: every reply is held against the OpenAPI document. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { FRAMES_TYPE, readFrames } from '#common/frames.ts';
import type { CallOutcome, KernelEvent } from '#common/protocol.ts';
import { decodeValue, encodeValue, VALUE_MEDIA_TYPE } from '#common/value.ts';
import { jsonBody, refusal, start } from './server-harness.ts';

const { ask, app, kernel, url, credentials, projectDir, stop } = await start();
const first = kernel.events.last;
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const markdown = (source: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { 'content-type': 'text/markdown', ...more },
  body: source,
});

interface Operation {
  readonly requestBody?: { readonly content?: object };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}
const document = app.swagger() as unknown as { paths: Record<string, Record<string, Operation>>; components: object };
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: 'openapi', components: document.components });

/** The reply’s JSON, which must fit what the document says of it. */
async function fits(response: Response, path: string, method = 'get'): Promise<unknown> {
  const schema =
    document.paths[`/api/v1${path}`]?.[method]?.responses[String(response.status)]?.content?.['application/json']
      ?.schema;
  assert.ok(schema, `${method} ${path} says nothing of ${response.status}`);
  const json: unknown = await response.json();
  const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
  const valid = ajv.compile(JSON.parse(text) as object);
  assert.ok(valid(json), `${method} ${path}: ${ajv.errorsText(valid.errors)}`);
  return json;
}

test('the document is OpenAPI 3.1 with named operations and coded errors', async () => {
  const served = (await (await ask('/openapi.json')).json()) as typeof document & { openapi: string };
  assert.equal(served.openapi, '3.1.0');
  const operations = Object.values(served.paths).flatMap((methods) => Object.values(methods)) as (Operation & {
    operationId: string;
    summary: string;
  })[];
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { operationId, summary, responses } of operations) {
    assert.ok(operationId && summary);
    assert.ok(operationId === 'health' || responses['401'], operationId);
  }
  const bodies = ['/runs', '/compile', '/notebooks', '/datasets', '/seals'].map(
    (path) => served.paths[`/api/v1${path}`]?.['post']?.requestBody,
  );
  for (const body of bodies) assert.ok(Object.keys(body?.content ?? {}).length > 0);
});

test('plugins are listed with their schemas', async () => {
  const plugins = (await fits(await ask('/plugins'), '/plugins')) as {
    name: string;
    methods: Record<string, { input: object }>;
  }[];
  assert.deepEqual(
    plugins.map(({ name }) => name),
    ['datasets', 'probe'],
  );
  assert.ok(plugins[1]?.methods['echo']?.input);
});

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

test('bad bodies and bad queries are refused with their codes', async () => {
  const post = (path: string, type: string | undefined, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    ask(path, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
  const echo = '/runs?method=probe.echo';
  assert.equal(await refusal(await post(echo, 'application/json', '{"a":')), '400 BODY_INVALID');
  assert.equal(await refusal(await post(echo, 'application/json', '{"__proto__":{"a":1}}')), '400 BODY_INVALID');
  assert.equal(await refusal(await post(echo, 'application/json', '')), '400 BODY_INVALID');
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
  assert.equal(await refusal(await post(`${echo}&seed=-1`, 'application/json', '{}')), '400 INPUT_INVALID');
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

test('an error inside tells the client nothing', async () => {
  const { list } = kernel.host;
  Object.assign(kernel.host, {
    list: () => {
      throw new Error('/root/secret.txt has the password hunter2');
    },
  });
  const response = await ask('/plugins');
  Object.assign(kernel.host, { list });
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.match(text, /"code":"INTERNAL"/);
  assert.doesNotMatch(text, /hunter2|secret|stack/);
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

test('notebooks are read, saved over the version edited, and a conflict says which is there', async () => {
  const list = (await fits(await ask('/notebooks'), '/notebooks')) as {
    name: string;
    title: string;
    summary: string;
  }[];
  assert.deepEqual(
    list.map(({ name, title, summary }) => [name, title, summary]),
    [['first', 'The first', 'One paragraph.']],
  );
  const read = await ask('/notebooks/first');
  const etag = read.headers.get('etag') ?? '';
  const source = await read.text();
  assert.equal(etag, `"${sha256(source)}"`);
  assert.equal((await ask('/notebooks/first', { headers: { 'if-none-match': etag } })).status, 304);

  const saved = await ask('/notebooks/first', {
    method: 'PUT',
    ...markdown(`${source}more\r\n`, { 'if-match': etag }),
  });
  assert.equal(saved.status, 200);
  const { digest } = (await fits(saved, '/notebooks/{name}', 'put')) as { digest: string };
  const conflict = await ask('/notebooks/first', { method: 'PUT', ...markdown('lost', { 'if-match': etag }) });
  const told = (await fits(conflict, '/notebooks/{name}', 'put')) as { code: string; details: unknown };
  assert.deepEqual([conflict.status, told.code, told.details], [409, 'NOTEBOOK_CHANGED', { digest }]);
  assert.equal(
    await refusal(await ask('/notebooks/first', { method: 'PUT', ...markdown('lost') })),
    '409 NOTEBOOK_CHANGED',
  );

  await writeFile(join(projectDir, 'notebooks/first.md'), 'edited elsewhere');
  const heard = await event((heard) => heard.type === 'notebook' && heard.digest === sha256('edited elsewhere'));
  assert.equal(heard.type === 'notebook' && heard.name, 'first');
  assert.equal(
    await refusal(await ask('/notebooks/first', { method: 'PUT', ...markdown('lost', { 'if-match': `"${digest}"` }) })),
    '409 NOTEBOOK_CHANGED',
  );
});

test('notebooks are made, removed and restored; no name leads out of the folder', async () => {
  const made = await ask('/notebooks?name=A%20new%20one', { method: 'POST', ...markdown('# New') });
  assert.equal(made.status, 201);
  await fits(made, '/notebooks', 'post');
  assert.equal(
    await refusal(await ask('/notebooks?name=A%20new%20one', { method: 'POST', ...markdown('') })),
    '409 NOTEBOOK_EXISTS',
  );
  assert.equal((await ask('/notebooks/A%20new%20one', { method: 'DELETE' })).status, 204);
  assert.equal(await refusal(await ask('/notebooks/A%20new%20one')), '404 NOT_FOUND');
  assert.equal((await ask('/notebooks/A%20new%20one/restore', { method: 'POST' })).status, 201);
  assert.equal(await (await ask('/notebooks/A%20new%20one')).text(), '# New');
  for (const name of [
    '..%2Ffirst',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5cfirst',
    '%00',
    '.hidden',
    `${'a'.repeat(81)}`,
  ]) {
    for (const init of [{}, { method: 'PUT', ...markdown('x') }, { method: 'DELETE' }]) {
      const [status, code] = (await refusal(await ask(`/notebooks/${name}`, init))).split(' ');
      assert.ok(status === '400' && (code === 'NAME_INVALID' || code === 'INPUT_INVALID'), `${name} ${status} ${code}`);
    }
  }
});

test('artifacts are stored under their digest or not at all', async () => {
  const bytes = new Uint8Array(3_000_000).fill(7);
  const digest = sha256(bytes);
  const put = (name: string): Promise<Response> =>
    ask(`/artifacts/${name}`, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/json' } });
  assert.deepEqual(await fits(await put(digest), '/artifacts/{digest}', 'put'), { digest, size: bytes.length });
  assert.equal(await refusal(await put('0'.repeat(64))), '422 DIGEST_MISMATCH');
  const got = await ask(`/artifacts/${digest}`);
  assert.equal(got.headers.get('content-type'), 'application/octet-stream');
  assert.match(got.headers.get('content-disposition') ?? '', /^attachment/);
  assert.deepEqual(new Uint8Array(await got.arrayBuffer()), bytes);
  assert.equal(await refusal(await ask(`/artifacts/${'f'.repeat(64)}`)), '404 NOT_FOUND');
  assert.equal(await refusal(await ask('/artifacts/..%2f..%2fkeys')), '400 INPUT_INVALID');
});

test('a data set is added, listed, described and read as a table', async () => {
  const csv = 'name,weight\nAda,1.5\nBob,\n';
  const added = await ask('/datasets?name=people&fileName=people.csv', {
    method: 'POST',
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  assert.equal(added.status, 201);
  await fits(added, '/datasets', 'post');
  const list = (await fits(await ask('/datasets'), '/datasets')) as { name: string }[];
  assert.deepEqual(
    list.map(({ name }) => name),
    ['people'],
  );
  assert.equal(((await (await ask('/datasets/people')).json()) as { rows: number }).rows, 2);
  const table = await ask('/datasets/people/table');
  assert.match(table.headers.get('assay-receipt') ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(await fits(table, '/datasets/{name}/table'), {
    columns: ['name', 'weight'],
    rows: [
      ['Ada', 1.5],
      ['Bob', null],
    ],
  });
  const typed = decodeValue(
    new Uint8Array(
      await (await ask('/datasets/people/table', { headers: { accept: VALUE_MEDIA_TYPE } })).arrayBuffer(),
    ),
  ) as { rows: number };
  assert.equal(typed.rows, 2);
  assert.equal(await refusal(await ask('/datasets/nobody/table')), '404 NOT_FOUND');
  assert.equal(
    await refusal(await ask('/datasets?name=people&fileName=people.csv', { method: 'POST', body: csv })),
    '409 DATASET_EXISTS',
  );
  assert.equal(
    await refusal(await ask('/datasets?name=Bad-Name&format=csv', { method: 'POST', body: csv })),
    '400 NAME_INVALID',
  );
  assert.equal(await refusal(await ask('/datasets?name=none', { method: 'POST' })), '400 BODY_INVALID');
});

test('a notebook is compiled', async () => {
  const compiled = (await fits(
    await ask('/compile', jsonBody({ source: '---\ntitle: T\n---\n\n```ts id=a name=x\n1 + 1\n```\n' })),
    '/compile',
    'post',
  )) as { cells: { id: string }[] };
  assert.ok(compiled.cells.some(({ id }) => id === 'a'));
});

test('a notebook is sealed, listed, and its bundle fetched', async () => {
  const source =
    '---\ntitle: Sealed\nseed: 1\n---\n\n```ts id=a name=x\n1 + 1\n```\n\n```ts id=b name=y\nx * 21\n```\n';
  await ask('/notebooks?name=sealed', { method: 'POST', ...markdown(source) });
  const made = await ask('/seals', jsonBody({ notebook: 'sealed', id: 'my-seal' }));
  assert.equal(made.status, 201);
  const seal = (await fits(made, '/seals', 'post')) as { id: string; root: string; bundle: string; receipt: string };
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

test('what happened is counted', async () => {
  const text = await (await ask('/metrics')).text();
  assert.match(text, /assay_http_request_duration_seconds_bucket\{.*route="\/api\/v1\/runs"/);
  assert.match(text, /assay_call_duration_seconds_count\{.*method="probe\.fail".*PLUGIN_THREW/);
  assert.match(text, /assay_receipts_total\{kind="run"\} \d+/);
  assert.match(text, /assay_calls_running 0/);
  assert.match(text, /process_resident_memory_bytes \d+/);
  assert.ok(!text.includes(credentials.token));
});

test('stopping takes no more calls and ends those under way', async () => {
  const call = ask('/runs?method=probe.sleep&id=last', jsonBody({}));
  await event((heard) => heard.type === 'progress' && heard.call === 'last');
  await stop();
  assert.match(await refusal(await call), /^499 CANCELLED|^503 STOPPING/);
  await assert.rejects(fetch(`${url}/api/v1/health`));
  await stop();
});

/** The next event, or a past one, that fits. */
function event(wanted: (event: KernelEvent) => boolean): Promise<KernelEvent> {
  return new Promise((resolve) => {
    const past = kernel.events.since(Math.max(first, kernel.events.last - 4000))?.find(wanted);
    if (past !== undefined) return resolve(past);
    const end = kernel.events.subscribe((heard) => {
      if (!wanted(heard)) return;
      end();
      resolve(heard);
    });
  });
}

/** Notebooks, data sets and artifacts: what lies on disk, and who may change it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { jsonBody, markdown, refusal, sha256, start } from './server-harness.ts';

const { ask, projectDir, fits, event } = await start();

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

test('a notebook is compiled', async () => {
  const compiled = (await fits(
    await ask('/compile', jsonBody({ source: '---\ntitle: T\n---\n\n```ts id=a name=x\n1 + 1\n```\n' })),
    '/compile',
    'post',
  )) as { cells: { id: string }[] };
  assert.ok(compiled.cells.some(({ id }) => id === 'a'));
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
  const called = await ask(`/artifacts/${digest}?name=values.npy`);
  assert.equal(called.headers.get('content-disposition'), 'attachment; filename="values.npy"');
  assert.equal(await refusal(await ask(`/artifacts/${digest}?name=${encodeURIComponent('a"b')}`)), '400 INPUT_INVALID');
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

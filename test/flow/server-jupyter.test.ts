/** Jupyter's files over HTTP: out, in again, and what is no such file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './server-harness.ts';

const { ask, fits, library } = await start();
const post = (name: string, body: string, type = 'application/json'): Promise<Response> =>
  ask(`/notebooks/import?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });

test('a notebook goes out as .ipynb and comes back as it was', async () => {
  const response = await ask('/notebooks/first.ipynb');
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/x-ipynb\+json/);
  assert.match(response.headers.get('content-disposition') ?? '', /attachment; filename\*=UTF-8''first\.ipynb/);
  const file = await response.text();
  assert.equal((JSON.parse(file) as { nbformat: number }).nbformat, 4);
  const made = await post('again', file);
  assert.equal(made.status, 201);
  await fits(made, '/notebooks/import', 'post');
  assert.equal((await library.read('again')).source, (await library.read('first')).source);
  const taken = await post('again', file);
  assert.equal(taken.status, 409);
  assert.equal(((await taken.json()) as { code: string }).code, 'NOTEBOOK_EXISTS');
});

test('a name with letters of any language goes into the file name', async () => {
  await library.create('Größe 測定', '# Größe\n');
  const response = await ask(`/notebooks/${encodeURIComponent('Größe 測定')}.ipynb`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-disposition') ?? '', /Gr%C3%B6%C3%9Fe%20/);
});

test('what is no Jupyter file is refused with its own code and makes nothing', async () => {
  const cases: readonly [body: string, code: string, type?: string][] = [
    ['{', 'BODY_INVALID'],
    ['', 'BODY_INVALID'],
    ['[]', 'INPUT_INVALID'],
    ['{"nbformat":4}', 'INPUT_INVALID'],
    ['{"nbformat":4,"cells":[{"cell_type":"code","source":7}]}', 'INPUT_INVALID'],
    ['{"nbformat":3,"cells":[]}', 'NOTEBOOK_INVALID'],
    ['{"nbformat":4,"cells":[{"cell_type":"markdown","source":"\\ud800"}]}', 'INPUT_INVALID'],
    ['{"nbformat":4,"cells":[]}', 'MEDIA_TYPE_UNSUPPORTED', 'text/plain'],
  ];
  for (const [body, code, type] of cases) {
    const response = await post('nothing', body, type);
    assert.equal(((await response.json()) as { code: string }).code, code, body);
  }
  assert.equal((await ask('/notebooks/nothing.ipynb')).status, 404);
  assert.equal((await ask('/notebooks/a%2fb.ipynb')).status, 400);
});

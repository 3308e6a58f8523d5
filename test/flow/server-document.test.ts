/** The OpenAPI document, and what the kernel says of itself and of its mistakes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, jsonBody, type Operation, start } from './server-harness.ts';

const { ask, kernel, credentials, fits } = await start();

test('the document is OpenAPI 3.1 with named operations and coded errors', async () => {
  const served = (await (await ask('/openapi.json')).json()) as Document & { openapi: string };
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

test('what happened is counted', async () => {
  await ask('/runs?method=probe.echo', jsonBody({}));
  await ask('/runs?method=probe.fail', jsonBody({}));
  const text = await (await ask('/metrics')).text();
  assert.match(text, /assay_http_request_duration_seconds_bucket\{.*route="\/api\/v1\/runs"/);
  assert.match(text, /assay_call_duration_seconds_count\{.*method="probe\.fail".*PLUGIN_THREW/);
  assert.match(text, /assay_receipts_total\{kind="run"\} \d+/);
  assert.match(text, /assay_calls_running 0/);
  assert.match(text, /process_resident_memory_bytes \d+/);
  assert.ok(!text.includes(credentials.token));
});

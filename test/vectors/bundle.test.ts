/** What was sealed by an earlier Assay stays valid: bundles outlive the program that made them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatVkey } from '#common/tlog/note.ts';
import { signer } from '#common/bundle/bundle.fixture.ts';
import { verifyBundle } from '#common/verify/verify.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';

const zip = new Uint8Array(readFileSync(new URL('bundle-without-tools.zip', import.meta.url)));
const policy = { logs: [formatVkey(signer)] };

test('a bundle from before there were signatures for other tools and a preview', async () => {
  const { ok, checks } = await verifyBundle(zip, { policy });
  assert.ok(ok, JSON.stringify(checks.filter((check) => check.ok === false)));
  const judged = new Map(checks.map(({ code, ok: holds }) => [code, holds]));
  assert.deepEqual([judged.get('TOOL_SIGNATURES'), judged.get('CRATE')], [null, true]);
});

test('the same with one word of its metadata changed does not', async () => {
  const files = readZip(zip);
  const crate = Buffer.from(files.get('ro-crate-metadata.json')!).toString();
  files.set('ro-crate-metadata.json', Buffer.from(crate.replace('#assay', '#assai')));
  const { checks } = await verifyBundle(writeZip(files), { policy });
  assert.deepEqual(checks.filter(({ ok }) => ok === false).map(({ code }) => code), ['FILES', 'CRATE']); // prettier-ignore
});

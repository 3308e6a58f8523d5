import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import { rootDigest } from '#common/bundle/layout.ts';
import { crateGraph } from '#common/bundle/crate.ts';
import { sealedRun } from '#common/bundle/bundle.fixture.ts';
import { outputsHtml } from './values.ts';
import { cratePreview } from './preview.ts';
import type { BundleParts } from '#common/bundle/types.ts';
import { Table } from '#common/data/table.ts';
import { encodeValue } from '#common/value/value.ts';
import { readZip } from '#common/zip/zip.ts';

const page = new TextDecoder().decode(readZip(sealedRun().zip).get('ro-crate-preview.html'));

/** The fixture's run with other parts: only the page is looked at, so that nothing need fit. */
function previewOf(change: Partial<BundleParts>): string {
  let html = '';
  sealedRun({
    parts: (parts) => {
      const packed = [
        ...(change.data ?? parts.data).map(({ name, bytes }) => [`data/${name}`, bytes] as const),
        ['notebook.md', new Uint8Array()] as const,
      ];
      const files = new Map(packed.map(([path, bytes]) => [path, { size: bytes.length, digest: sha256Hex(bytes) }]));
      html = cratePreview({ ...parts, ...change }, files, crateGraph({ ...parts, ...change }, files));
      return parts;
    },
  });
  return html;
}

test('the page shows title, root, values, data, calls and files', () => {
  for (const part of [
    '<h1>Two cells</h1>',
    'd46338754dfc66',
    'array 3',
    'two',
    'wages.csv',
    'models.train',
    'models',
    '1.0.0',
    'receipts/000004-close.json',
    'node 24.21.0',
  ])
    // prettier-ignore
    assert.ok(page.includes(part) || page.includes(part.replace('array 3', 'Float64Array 3')), part);
});

test('nothing in it runs, and nothing is fetched', () => {
  assert.match(
    page,
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
  );
  assert.doesNotMatch(
    page,
    /<script|<iframe|<img|<link|<form| on[a-z]+=|javascript:|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg)/i,
  );
});

const EVIL = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

test('whatever a notebook, a data set, an organisation or a value is called is text', () => {
  const value = encodeValue({ [EVIL]: EVIL, table: Table.fromColumns({ [EVIL]: [EVIL] }), map: new Map([[EVIL, EVIL]]), list: [EVIL, { [EVIL]: { [EVIL]: EVIL } }] }); // prettier-ignore
  const cells = [{ id: EVIL, digest: sha256Hex(value), value }];
  const html = previewOf({
    notebook: { name: EVIL, title: EVIL, source: '' },
    org: EVIL,
    env: { [EVIL]: EVIL },
    data: [{ name: EVIL, bytes: new Uint8Array(3) }],
    cells,
    root: rootDigest(cells),
  });
  assert.doesNotMatch(html, /<script|<img|onerror='|"><script/i);
  assert.ok(html.split('&#60;script&#62;').length > 10, 'all of it is there, as text');
});

const shown = (value: unknown): string =>
  outputsHtml(encodeValue({ value }))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

test('values are shown so that a person knows them again', () => {
  assert.equal(shown(1 / 3), 'value 0.333333');
  assert.equal(shown(1e-12 / 3), 'value 3.33333e-13');
  assert.equal(shown(123456789), 'value 123456789');
  assert.equal(shown(-0), 'value -0');
  assert.equal(shown(NaN), 'value NaN');
  assert.equal(shown(2n ** 70n), 'value 1180591620717411303424n');
  assert.equal(shown(undefined), 'value –');
  assert.equal(shown('x'.repeat(500)).length, 'value '.length + 160);
  assert.equal(shown({ function: 'x => x' }), 'value function');
  assert.equal(shown({ test: { r2: 0.5, rmse: 1 / 3 }, rows: [1, 2] }), 'value rows 1, 2 test r2 0.5 , rmse 0.333333');
  assert.equal(shown(Table.fromColumns({ a: [1, null], b: ['x', 'y'] })), 'value 2 rows × 2 columns a b 1 x – y');
  const long = Table.fromColumns(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`c${i}`, new Float64Array(20)]))); // prettier-ignore
  assert.match(shown(long), /^value 20 rows × 10 columns : the first 5 rows and the first 8 columns c0 c1 /);
  assert.match(shown(Float64Array.from({ length: 40 }, (_, i) => i)), /^value Float64Array 40 0, 1, .*11, …$/);
  assert.match(shown('x'.repeat(2 ** 20)), /^1,048,\d+ bytes$/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import { sealedRun } from '#common/bundle/bundle.fixture.ts';
import { differenceOf } from './difference.ts';
import { readZip } from '#common/zip/zip.ts';

const utf8 = new TextEncoder();
const files = readZip(sealedRun().zip);
const PATH = 'receipts/000001-model.json';
const sealed = new TextDecoder().decode(files.get(PATH));
const others = [...files].filter(([path]) => path !== PATH).map(([, bytes]) => bytes);
const difference = (from: string | RegExp, to: string): string | null => {
  const edited = sealed.replace(from, to);
  assert.notEqual(edited, sealed);
  return differenceOf(utf8.encode(edited), sha256Hex(sealed), others);
};

test('a field of a receipt is named, with what it says and what it said', () => {
  assert.equal(difference('"kind":"model"', '"kind":"cell"'), null, 'no other receipt is of that kind');
  assert.equal(
    difference('"role":"dataset"', '"role":"cell"'),
    null,
    'a role that no other receipt gives a parent can’t be guessed',
  );
  assert.equal(difference('"seq":1', '"seq":3'), '“predicate.seq” says 3; what was sealed says 1.', 'a digit');
  assert.match(
    difference(/"params":"[0-9a-f]{64}"/, `"params":"${'0'.repeat(64)}"`)!,
    /^“predicate.params” says "0{64}"/,
  );
  assert.equal(
    difference('"org":"test"', '"org":"somebody"'),
    '“predicate.org” says "somebody"; what was sealed says "test".',
  );
});

test('a letter added or taken away is shown where it is', () => {
  assert.match(
    difference('"seq":1', '"seq": 1')!,
    /^Line 1 says “.*"seq": 1,.*”; what was sealed says “.*"seq":1,.*”\.$/,
  );
  assert.match(difference('"seq":1', '"seq"1')!, /^Line 1 says/);
});

test('bytes that are no text, by number', () => {
  const bytes = Uint8Array.from([0xff, 1, 2, 3]);
  assert.equal(differenceOf(bytes.with(2, 6), sha256Hex(bytes), []), 'Byte 2 of 4 is 0x06; what was sealed has 0x02.');
});

test('nothing is said of what can’t be found out, and hostile files cost a bounded time', () => {
  const digest = '0'.repeat(64);
  assert.equal(differenceOf(new Uint8Array(0), digest, others), null);
  assert.equal(differenceOf(utf8.encode('['.repeat(30_000)), digest, others), null);
  assert.equal(differenceOf(utf8.encode(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), digest, others), null);
  assert.equal(differenceOf(new Uint8Array(1e6), digest, others), null);
  const wide = utf8.encode(JSON.stringify(Array.from({ length: 8000 }, () => digest)).slice(0, 65_536));
  assert.equal(
    differenceOf(
      wide,
      digest,
      Array.from({ length: 5000 }, () => wide),
    ),
    null,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { buildReceipt, MAX_RECEIPT_BYTES, parseReceipt, type ReceiptDraft, type ReceiptPlace } from './receipt.ts';

const digest = 'ab'.repeat(32);
const draft: ReceiptDraft = {
  kind: 'run',
  stream: 'run-1',
  subject: [{ name: 'result', digest: { sha256: digest } }],
  parents: [{ digest, role: 'open' }],
  materials: [{ name: 'wages', digest }],
  plugin: { name: 'shap', version: '1.0.0', digest },
  method: 'shap.explain',
  params: digest,
  env: { node: '24.21.0', seed: 42, sealed: true, gpu: null },
  result: { rows: 534, note: 'é𝄞' },
  comparators: [{ of: '*', how: 'numeric', absolute: 1e-9, relative: 0 }],
};
const place: ReceiptPlace = {
  org: 'local',
  log: 'log.example/local+01234567',
  seq: 3,
  prev: digest,
  time: '2026-11-10T12:00:00.000Z',
  signer: 'log.example/local+01234567',
  nonce: '00'.repeat(16),
};
const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'RECEIPT_INVALID';

test('a receipt is canonical, named by its bytes, and read back', () => {
  const { id, body } = buildReceipt(draft, place);
  assert.equal(id, sha256Hex(body));
  const { predicate, subject } = parseReceipt(body);
  assert.deepEqual({ ...predicate, subject }, { ...draft, ...place });
  assert.deepEqual(parseReceipt(new TextEncoder().encode(body)), parseReceipt(body));
  assert.equal(
    buildReceipt(Object.fromEntries(Object.entries(draft).reverse()) as unknown as ReceiptDraft, place).id,
    id,
  );
});

const BROKEN: Readonly<Record<string, object>> = {
  'an unknown field': { colour: 'red' },
  'an unknown kind': { kind: 'party' },
  'an unknown role': { parents: [{ digest, role: 'cousin' }] },
  'a parent with more than digest and role': { parents: [{ digest, role: 'call', note: '' }] },
  'a digest in upper case': { params: digest.toUpperCase() },
  'a short digest': { params: 'ab' },
  'a subject without SHA-256': { subject: [{ name: 'x', digest: { md5: digest } }] },
  'a nameless subject': { subject: [{ name: '', digest: { sha256: digest } }] },
  'a method of another plugin': { method: 'models.train' },
  'a method without plugin': { plugin: null },
  'an object in env': { env: { a: {} } },
  'an unsafe integer': { result: { n: 2 ** 53 } },
  'NaN in the result': { result: Number.NaN },
  'no result': { result: undefined },
  'half a surrogate pair': { stream: 'a\ud800' },
  'an empty stream': { stream: '' },
  'a tolerance below 0': { comparators: [{ of: '*', how: 'numeric', absolute: -1 }] },
  'a tolerance for an exact comparison': { comparators: [{ of: '*', how: 'exact', absolute: 1 }] },
  'an unknown comparison': { comparators: [{ of: '*', how: 'fuzzy' }] },
  'a first receipt with a predecessor': { seq: 0 },
  'a later receipt without': { prev: null },
  'a negative seq': { seq: -1 },
  'a day that is not': { time: '2026-02-30T12:00:00.000Z' },
  'a time without milliseconds': { time: '2026-11-10T12:00:00Z' },
  'a time that is no time': { time: '2026-11-10T25:00:00.000Z' },
  'a short nonce': { nonce: '00' },
  'an organisation with a slash': { org: 'a/b' },
  'a log without key hash': { log: 'log.example' },
};
for (const [what, change] of Object.entries(BROKEN)) {
  test(`refused: ${what}`, () => {
    assert.throws(() => buildReceipt({ ...draft, ...change }, { ...place, ...change }), invalid);
  });
}

test('refused: too long, too deep', () => {
  assert.throws(() => buildReceipt({ ...draft, result: 'x'.repeat(MAX_RECEIPT_BYTES) }, place), invalid);
  assert.throws(() => buildReceipt({ ...draft, result: 'é'.repeat(MAX_RECEIPT_BYTES / 2) }, place), invalid);
  assert.ok(buildReceipt({ ...draft, result: 'x'.repeat(60_000) }, place));
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  assert.ok(buildReceipt({ ...draft, result: deep(30) }, place));
  assert.throws(() => buildReceipt({ ...draft, result: deep(31) }, place), invalid);
});

test('no altered byte of a receipt gives the same receipt', () => {
  const { id, body } = buildReceipt(draft, place);
  const bytes = new TextEncoder().encode(body);
  for (let at = 0; at < bytes.length; at++) {
    const altered = bytes.with(at, bytes[at]! ^ 1);
    assert.notEqual(sha256Hex(altered), id);
    try {
      parseReceipt(altered);
    } catch (error) {
      assert.ok(invalid(error), String(error));
    }
  }
});

test('refused: what is missing, as what is too much', () => {
  const { body } = buildReceipt(draft, place);
  const statement = JSON.parse(body) as { predicate: Record<string, unknown> } & Record<string, unknown>;
  for (const key of Object.keys(statement)) {
    const { [key]: _, ...rest } = statement;
    assert.throws(() => parseReceipt(JSON.stringify(rest)), invalid, key);
  }
  for (const key of Object.keys(statement.predicate)) {
    const { [key]: _, ...predicate } = statement.predicate;
    assert.throws(() => parseReceipt(JSON.stringify({ ...statement, predicate })), invalid, key);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLog } from '#common/bundle/bundle.fixture.ts';
import { crateActions } from './actions.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft, type Statement } from '#common/receipt/receipt.ts';
import { sha256Hex } from '#crypto';

const log = new MemoryLog();
const plugin = { name: 'models', version: '1.0.0', digest: sha256Hex('plugin') };
const call = (given: Partial<ReceiptDraft> = {}): LoggedReceipt =>
  log.append({ kind: 'run', stream: 'run-1', plugin, method: 'models.train', params: sha256Hex('input'), ...given });
const read = (receipts: readonly LoggedReceipt[]): Map<string, Statement> =>
  new Map(receipts.map(({ id, body }) => [id, parseReceipt(body)]));
const none = new Map<string, string>();

test('what a call read and made, and nothing else: its input, files, and what it followed from', () => {
  const subject = (name: string): ReceiptDraft['subject'] => [{ name, digest: { sha256: sha256Hex(name) } }];
  const open = call({ kind: 'open', plugin: null, method: null, params: null, subject: subject('notebook.md') });
  const before = call({ subject: subject('forest') });
  const after = call({
    subject: subject('scores'),
    materials: [{ name: 'wages.csv', digest: sha256Hex('csv') }],
    parents: [
      { digest: open.id, role: 'open' },
      { digest: before.id, role: 'call' },
    ],
  });
  const carried = new Map([[sha256Hex('forest'), `artifacts/${sha256Hex('forest')}`]]);
  const path = `receipts/00000${parseReceipt(after.body).predicate.seq}-run.json`;
  const files = new Map([[path, null]]);
  const { actions, applications, absent } = crateActions(read([open, before, after]), 'run-1', files, carried);
  const named = (...names: string[]): { '@id': string }[] => names.map((name) => ({ '@id': `#sha256-${sha256Hex(name)}` })); // prettier-ignore
  assert.equal(actions.length, 2);
  assert.deepEqual(actions[1]!['object'], [...named('input', 'csv'), { '@id': `artifacts/${sha256Hex('forest')}` }]);
  assert.deepEqual(actions[1]!['result'], named('scores'));
  assert.deepEqual([actions[0]!['subjectOf'], actions[1]!['subjectOf']], [undefined, { '@id': path }]);
  assert.deepEqual(applications.map(({ name, softwareVersion, sha256 }) => [name, softwareVersion, sha256]), [['models', '1.0.0', plugin.digest]]); // prettier-ignore
  assert.deepEqual(absent.map(({ name }) => name), ['models.train input', 'wages.csv', 'models.train scores']); // prettier-ignore
});

test('two builds of one plugin are two pieces of software', () => {
  const other = { ...plugin, digest: sha256Hex('another build') };
  const { actions, applications } = crateActions(read([call(), call({ plugin: other })]), 'run-1', none, none);
  assert.equal(applications.length, 2);
  assert.notDeepEqual(actions[0]!['instrument'], actions[1]!['instrument']);
});

test('a call that read very much names the first of it, and says so', () => {
  const materials = Array.from({ length: 60 }, (_, index) => ({ name: `f${index}`, digest: sha256Hex(`f${index}`) }));
  const { actions, absent } = crateActions(read([call({ materials })]), 'run-1', none, none);
  assert.equal((actions[0]!['object'] as unknown[]).length, 50);
  assert.match(String(actions[0]!['description']), /^Of 61 things in “object”, the first 50;/);
  assert.equal(absent.length, 50);
});

test('a run of more than 10,000 receipts is one action by the software that it called', () => {
  const statement = parseReceipt(call().body);
  const many = (count: number): Map<string, Statement> =>
    new Map(Array.from({ length: count }, (_, index) => [sha256Hex(String(index)), statement]));
  assert.equal(crateActions(many(10_000), 'run-1', none, none).actions.length, 10_000);
  const { actions, applications } = crateActions(many(10_001), 'run-1', none, none);
  assert.deepEqual([actions.length, applications.length], [0, 1]);
});

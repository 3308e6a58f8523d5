import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519, sha256Hex } from '#crypto';
import { sealedRun } from './bundle.fixture.ts';
import { finishBundle, prepareBundle, type BundleParts } from './bundle.ts';
import { fromBase64 } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { splitNote } from '#common/tlog/note.ts';
import { readZip } from '#common/zip/zip.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const refused =
  (where: string) =>
  (error: unknown): boolean =>
    error instanceof AssayError && error.code === 'BUNDLE_INVALID' && error.where === where;

let parts: BundleParts | undefined;
const { zip } = sealedRun({ parts: (given) => (parts = given) });
const files = readZip(zip);

test('what could never verify is refused before it is sealed', () => {
  const given = parts!;
  const other = new Uint8Array([1]);
  assert.throws(() => prepareBundle({ ...given, root: '0'.repeat(64) }), refused('root'));
  assert.throws(
    () => prepareBundle({ ...given, cells: given.cells.map((cell) => ({ ...cell, value: other })) }),
    refused('cell a'),
  );
  assert.throws(
    () => prepareBundle({ ...given, artifacts: [{ digest: '0'.repeat(64), bytes: other }] }),
    refused('0'.repeat(64)),
  );
  assert.throws(
    () => prepareBundle({ ...given, notebook: { ...given.notebook, source: 'another' } }),
    refused('notebook'),
  );
  assert.throws(() => prepareBundle({ ...given, receipts: given.receipts.slice(1) }), refused('run-1'));
  const twice = [given.data[0]!, { name: given.data[0]!.name, bytes: other }];
  assert.throws(() => prepareBundle({ ...given, data: twice }), refused('data/wages.csv'));
  const proof = {
    seal: given.receipts[0]!,
    dsse: '',
    checkpoint: '',
    vkey: '',
    tools: { sshsig: '', minisig: '' },
    attached: '',
    proofs: new Map(),
  };
  assert.throws(() => finishBundle(prepareBundle(given), proof), refused(given.receipts[0]!.id));
});

test('the manifest is what sha256sum writes', () => {
  const lines = text(files.get('manifest-sha256.txt')).split('\n').slice(0, -1);
  const computed = [...files]
    .filter(([path]) => path !== 'manifest-sha256.txt' && !path.startsWith('proof/'))
    .map(([path, bytes]) => `${sha256Hex(bytes)}  ${path}`);
  assert.deepEqual(lines, computed);
});

test('the crate describes every file of the manifest, with its size and SHA-256, and refers to nothing else', () => {
  const crate = JSON.parse(text(files.get('ro-crate-metadata.json'))) as {
    '@graph': readonly Record<string, unknown>[];
  };
  const byId = new Map(crate['@graph'].map((entity) => [entity['@id'], entity]));
  assert.equal(byId.size, crate['@graph'].length);
  for (const [path, bytes] of files) {
    if (path.startsWith('proof/') || path === 'manifest-sha256.txt' || path === 'ro-crate-metadata.json') continue;
    const entity = byId.get(path);
    assert.ok(entity, path);
    assert.deepEqual([entity['sha256'], entity['contentSize']], [sha256Hex(bytes), String(bytes.length)]);
  }
  const refs = [...text(files.get('ro-crate-metadata.json')).matchAll(/\{\s*"@id": "([^"]+)"\s*\}/g)].map(
    ([, id]) => id!,
  );
  for (const id of refs) assert.ok(byId.has(id) || /^https?:/.test(id), id);
});

test('the README’s way without Assay leads to the same signatures', () => {
  // What its printf writes in octal is the DER of RFC 8410 in front of a raw key.
  const octal = /printf '((?:\\[0-7]{3})+)'/.exec(text(files.get('README.md')))![1]!;
  assert.equal(
    octal.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => Number.parseInt(digits, 8).toString(16).padStart(2, '0')),
    '302a300506032b6570032100',
  );
  const key = fromBase64(text(files.get('proof/log.vkey')).trim().split('+').slice(2).join('+'))!.slice(-32);
  const seal = text(files.get('proof/seal.json'));
  const sig = fromBase64(/"sig":"([^"]*)"/.exec(text(files.get('proof/seal.dsse.json')))![1]!)!;
  const type = /printf '(DSSEv1 28 \S+ )%s '/.exec(text(files.get('README.md')))![1]!;
  assert.equal(ed25519.verify(sig, `${type}${Buffer.byteLength(seal)} ${seal}`, key), true);
  const checkpoint = text(files.get('proof/checkpoint'));
  const lines = checkpoint.split('\n');
  assert.equal(
    ed25519.verify(fromBase64(lines[4]!.split(' ')[2]!)!.slice(-64), `${lines.slice(0, 3).join('\n')}\n`, key),
    true,
  );
  assert.equal(splitNote(checkpoint).lines.length, 1);
});

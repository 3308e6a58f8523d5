import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519 } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { MerkleTree } from './merkle.ts';
import {
  cosign,
  COSIGNATURE_KEY,
  formatCheckpoint,
  formatVkey,
  keyName,
  noteSigner,
  openNote,
  parseCheckpoint,
  parseVkey,
  signNote,
} from './note.ts';
import { formatProof, parseProof, receiptEntry, verifyProof } from './proof.ts';

const coded =
  (...codes: string[]) =>
  (error: unknown): boolean =>
    error instanceof AssayError && codes.includes(error.code);
const invalid = coded('NOTE_INVALID');
const { secretKey } = ed25519.generate();
const log = noteSigner('log.example/local', secretKey);
const witness = noteSigner('witness.example/w1', ed25519.generate().secretKey, COSIGNATURE_KEY);
const stranger = noteSigner('log.example/local', ed25519.generate().secretKey);

test('reads the example of Go’s sumdb/note', () => {
  const key = parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const line =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
  assert.equal(openNote(`${text}\n${line}`, [key]).text, text);
  assert.equal(keyName(key), 'PeterNeumann+c74f20a3');
});

test('a verifier key is read as it is written, and no altered one is', () => {
  const vkey = formatVkey(log);
  assert.deepEqual(parseVkey(vkey), { name: log.name, id: log.id, type: log.type, publicKey: log.publicKey });
  for (let at = 0; at < vkey.length; at++) {
    const altered = vkey.slice(0, at) + (vkey[at] === 'A' ? 'B' : 'A') + vkey.slice(at + 1);
    assert.throws(() => parseVkey(altered), invalid, altered);
  }
  assert.throws(() => noteSigner('two words', secretKey), invalid);
  assert.throws(() => noteSigner('a+b', secretKey), invalid);
});

test('a note opens with the key that signed it, and no altered one does', () => {
  const note = signNote('a\n\nb\n', [log]);
  assert.equal(openNote(note, [stranger, log]).text, 'a\n\nb\n');
  assert.throws(() => openNote(note, [stranger]), invalid);
  assert.throws(() => openNote(note, []), invalid);
  for (let at = 0; at < note.length; at++) {
    const altered = note.slice(0, at) + (note[at] === 'x' ? 'y' : 'x') + note.slice(at + 1);
    assert.throws(() => openNote(altered, [log]), invalid, JSON.stringify(altered));
    assert.throws(() => openNote(note.slice(0, at), [log]), invalid);
  }
  assert.throws(() => openNote(`${note} `, [log]), invalid);
  assert.throws(() => openNote(`${note}\n`, [log]), invalid);
  assert.throws(() => openNote(note + note.split('\n').at(-2)! + '\n', [log]), invalid, 'the same signature twice');
  assert.throws(() => signNote('a\tb\n', [log]), invalid);
  assert.throws(() => signNote('a', [log]), invalid);
});

test('signatures of strangers are passed over; a known key’s wrong one is not', () => {
  const note = signNote('a\n', [stranger, log]);
  assert.deepEqual(
    openNote(note, [log]).signatures.map(({ key }) => key),
    [log],
  );
  const [, forged] = signNote('b\n', [stranger]).split('\n\n');
  assert.throws(() => openNote(signNote('a\n', [log]) + forged, [log, stranger]), invalid);
});

test('a cosignature is a statement about a time', () => {
  const note = cosign(signNote('a\n', [log]), witness, 1_679_315_147n);
  const { signatures } = openNote(note, [log, witness]);
  assert.deepEqual(
    signatures.map(({ time }) => time),
    [null, 1_679_315_147n],
  );
  const asLog = noteSigner(witness.name, witness.secretKey);
  assert.throws(() => openNote(note, [asLog]), invalid, 'a witness’s key of the other type is another key');
});

test('a checkpoint is origin, size and root, and nothing else', () => {
  const checkpoint = { origin: 'log.example/local', size: 2n ** 60n, root: new Uint8Array(32).fill(7) };
  const text = formatCheckpoint(checkpoint);
  assert.deepEqual(parseCheckpoint(text), { ...checkpoint, root: Uint8Array.from(checkpoint.root) });
  const broken = [
    '',
    '\n',
    text.slice(0, -1),
    `${text}ext\n`,
    text.replace('1152', '01152'),
    text.replace('Bw', 'B'),
    text.replace('log.example/local', ''),
  ];
  for (const wrong of broken) assert.throws(() => parseCheckpoint(wrong), invalid, JSON.stringify(wrong));
});

const ids = Array.from({ length: 9 }, (_, index) => String(index).repeat(64));
const tree = new MerkleTree();
for (const id of ids) tree.append(receiptEntry(id));
const checkpoint = signNote(formatCheckpoint({ origin: log.name, size: 9n, root: tree.root() }), [log]);
const proofOf = (index: number): string =>
  formatProof({ index: BigInt(index), hashes: tree.inclusionProof(index), checkpoint });
const refused = coded('MERKLE_INVALID', 'NOTE_INVALID');

test('a tlog-proof shows one entry in one log, and no altered one does', () => {
  for (const [index, id] of ids.entries()) {
    const proof = proofOf(index);
    assert.equal(verifyProof(proof, receiptEntry(id), [log]).index, BigInt(index));
    assert.equal(formatProof(parseProof(proof)), proof);
    assert.throws(() => verifyProof(proof, receiptEntry(ids[(index + 1) % 9]!), [log]), refused);
    assert.throws(() => verifyProof(proof, receiptEntry(id), [stranger]), refused);
  }
  const proof = proofOf(3);
  for (let at = 0; at < proof.length; at++) {
    const altered = proof.slice(0, at) + (proof[at] === 'x' ? 'y' : 'x') + proof.slice(at + 1);
    assert.throws(() => verifyProof(altered, receiptEntry(ids[3]!), [log]), refused, JSON.stringify(altered));
    assert.throws(() => verifyProof(proof.slice(0, at), receiptEntry(ids[3]!), [log]), refused);
  }
});

test('a tlog-proof carries extra data, which proves nothing', () => {
  const proof = formatProof({ ...parseProof(proofOf(0)), extra: Uint8Array.of(1, 2) });
  assert.deepEqual(parseProof(proof).extra, Uint8Array.of(1, 2));
  assert.equal(verifyProof(proof, receiptEntry(ids[0]!), [log]).index, 0n);
});

test('a log cannot speak for another', () => {
  const other = noteSigner('other.example/log', ed25519.generate().secretKey);
  const forged = signNote(formatCheckpoint({ origin: log.name, size: 9n, root: tree.root() }), [other]);
  const proof = formatProof({ ...parseProof(proofOf(0)), checkpoint: forged });
  assert.throws(() => verifyProof(proof, receiptEntry(ids[0]!), [log, other]), invalid);
  const cosigned = cosign(forged, witness, 1n);
  assert.throws(
    () =>
      verifyProof(formatProof({ ...parseProof(proof), checkpoint: cosigned }), receiptEntry(ids[0]!), [log, witness]),
    invalid,
  );
});

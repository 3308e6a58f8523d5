import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519 } from '#crypto';
import { fromBase64, toHex } from '#common/bytes.ts';
import { signCosignature, verifyCosignature } from './cosignature.ts';
import { AssayError } from '#common/errors.ts';
import {
  cosign,
  COSIGNATURE_KEY,
  keyName,
  NOTE_KEY,
  noteSigner,
  openNote,
  parseVkey,
  signNote,
  splitNote,
} from './note.ts';

const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'NOTE_INVALID';

/** A checkpoint of a Certificate Transparency log, cosigned by public witnesses on 24 May 2026. */
const PUBLISHED = `arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
`;
const LOG = parseVkey('arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f');
/** The keys under which these four are published. */
const WITNESSES = [
  'transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM',
  'witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO',
  'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
  'witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv',
].map(parseVkey);

test('four public witnesses’ cosignatures verify, each by its published key', () => {
  const { signatures } = openNote(PUBLISHED, [LOG, ...WITNESSES]);
  assert.deepEqual(
    signatures.map(({ key, time }) => [key.name, time]),
    [[LOG.name, null], ...WITNESSES.map(({ name }) => [name, 1_779_573_024n])],
  );
  for (const witness of WITNESSES) assert.equal(openNote(PUBLISHED, [witness]).signatures.length, 1);
});

test('none of them verifies about another size, root, origin, time or key', () => {
  const [first, ...others] = WITNESSES;
  const altered = [
    PUBLISHED.replace('1432088532', '1432088533'),
    PUBLISHED.replace('U7WM', 'V7WM'),
    PUBLISHED.replace('arche2025h1', 'arche2025h2'),
    PUBLISHED.replaceAll('AAAABqEiEg', 'AAAABqEiEh'),
  ];
  for (const note of altered) assert.throws(() => openNote(note, [first!]), invalid, note);
  const { text, lines } = splitNote(PUBLISHED);
  const line = lines.find(({ name }) => name === first!.name)!;
  assert.notEqual(verifyCosignature(text, line.signature, first!.publicKey), null);
  for (const other of others) assert.equal(verifyCosignature(text, line.signature, other.publicKey), null);
});

test('the specification’s example line says when, and whose key it was', () => {
  const note = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;
  const { name, id, signature } = splitNote(note).lines[1]!;
  assert.deepEqual([name, toHex(id), signature.length], ['witness.example.com/w1', '8d66cf3f', 72]);
  assert.equal(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0), 1_679_315_147n);
});

test('what is signed are the lines of the specification, and a broken twin of each is refused', () => {
  const { secretKey, publicKey } = ed25519.generate();
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  const time = 1_679_315_147n;
  const made = signCosignature(text, secretKey, time);
  assert.equal(ed25519.verify(made.subarray(8), `cosignature/v1\ntime 1679315147\n${text}`, publicKey), true);
  assert.equal(verifyCosignature(text, made, publicKey), time);
  const stamp = made.subarray(0, 8);
  const twins = [
    `cosignature/v2\ntime 1679315147\n${text}`,
    `time 1679315147\n${text}`,
    `cosignature/v1\ntime 01679315147\n${text}`,
    `cosignature/v1\ntime 1679315148\n${text}`,
    `cosignature/v1\n${text}`,
    `cosignature/v1\ntime 1679315147\n${text.slice(0, -1)}`,
    text,
  ];
  for (const twin of twins) {
    const forged = Uint8Array.of(...stamp, ...ed25519.sign(twin, secretKey));
    assert.equal(verifyCosignature(text, forged, publicKey), null, twin);
  }
  for (let bit = 0; bit < 8 * made.length; bit++) {
    const flipped = made.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(verifyCosignature(text, flipped, publicKey), null, `bit ${bit}`);
  }
  for (const length of [0, 8, 64, 71]) assert.equal(verifyCosignature(text, made.subarray(0, length), publicKey), null);
  assert.equal(verifyCosignature(text, Uint8Array.of(...made, 0), publicKey), null);
});

test('the whole note body is signed: extension lines too', () => {
  const witness = noteSigner('witness.example/w1', ed25519.generate().secretKey, COSIGNATURE_KEY);
  const log = noteSigner('test', ed25519.generate().secretKey);
  const text = 'test\n123\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\nExtendo\n';
  const note = cosign(signNote(text, [log]), witness, 1n);
  assert.equal(openNote(note, [witness]).signatures[0]!.time, 1n);
  assert.throws(() => openNote(note.replace('Extendo', 'Extends'), [witness]), invalid);
});

test('no time is signed or read that is beyond 2^63 − 1', () => {
  const { secretKey, publicKey } = ed25519.generate();
  const last = 2n ** 63n - 1n;
  assert.equal(verifyCosignature('a\n', signCosignature('a\n', secretKey, last), publicKey), last);
  for (const time of [-1n, last + 1n]) assert.throws(() => signCosignature('a\n', secretKey, time), invalid);
  const beyond = Uint8Array.of(
    0x80,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...ed25519.sign(`cosignature/v1\ntime ${last + 1n}\na\n`, secretKey),
  );
  assert.equal(verifyCosignature('a\n', beyond, publicKey), null);
});

test('a key signs as what it is: the log’s key is no witness, and the witness’s no log', () => {
  const secretKey = ed25519.generate().secretKey;
  const [log, witness] = [
    noteSigner('one.example', secretKey, NOTE_KEY),
    noteSigner('one.example', secretKey, COSIGNATURE_KEY),
  ];
  assert.notEqual(keyName(log), keyName(witness));
  assert.throws(() => openNote(signNote('a\n', [log]), [witness]), invalid);
  // The same signature bytes under the other key's id.
  const { lines } = splitNote(signNote('a\n', [log]));
  const forged = `a\n\n— one.example ${btoa(String.fromCharCode(...witness.id, ...lines[0]!.signature))}\n`;
  assert.throws(() => openNote(forged, [witness]), invalid);
  assert.ok(fromBase64(forged.trim().split(' ').at(-1)!));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sha256Hex } from '#crypto';
import { MemoryLog, signer, stranger } from '#common/bundle/bundle.fixture.ts';
import { AssayError } from '#common/errors.ts';
import { checkMinisign, formatMinisignKey, minisignKey, parseMinisignKey, signMinisign } from './minisign.ts';
import { allowedSigner, checkSsh, readSshKey, signSsh } from './sshsig.ts';
import { checkToolSignatures, signForTools, signManifest } from './for-tools.ts';

const utf8 = new TextEncoder();
const manifest = utf8.encode(`${sha256Hex('a')}  a\n`);
const refused = (error: unknown): boolean => error instanceof AssayError && error.code === 'NOTE_INVALID';
const log = new MemoryLog();
const sealOf = (digest: string, kind: 'seal' | 'run' = 'seal'): { id: string; body: string } =>
  log.append({ kind, stream: 'run-1', subject: [{ name: 'manifest-sha256.txt', digest: { sha256: digest } }] });

test('the key signs no other manifest than the sealed one, and nothing that is no seal', () => {
  const seal = sealOf(sha256Hex(manifest));
  const signed = signForTools(seal, manifest, signer);
  checkToolSignatures(signed, manifest, seal.id, signer);
  const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'BUNDLE_INVALID';
  assert.throws(() => signForTools(seal, utf8.encode('another'), signer), invalid);
  assert.throws(() => signForTools(sealOf(sha256Hex('another')), manifest, signer), invalid);
  assert.throws(() => signForTools(sealOf(sha256Hex(manifest), 'run'), manifest, signer), invalid);
});

test('they hold for one key, one manifest and one seal', () => {
  const seal = sealOf(sha256Hex(manifest)).id;
  const signed = signManifest(seal, manifest, signer);
  const mixed = signManifest(seal, manifest, stranger);
  checkToolSignatures(signed, manifest, seal, signer);
  assert.throws(() => checkToolSignatures(signed, manifest, seal, stranger), refused);
  assert.throws(() => checkToolSignatures(signed, utf8.encode('another'), seal, signer), refused);
  assert.throws(() => checkToolSignatures(signed, manifest, '0'.repeat(64), signer), refused);
  assert.throws(() => checkToolSignatures({ ...signed, sshsig: mixed.sshsig }, manifest, seal, signer), refused);
  assert.throws(() => checkToolSignatures({ ...signed, minisig: mixed.minisig }, manifest, seal, signer), refused);
});

const ssh = signSsh(manifest, 'x', signer);
const mini = signMinisign(manifest, { untrusted: 'u', trusted: 't' }, minisignKey(signer.publicKey), signer.secretKey);
const edits = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.string({ unit: 'grapheme', maxLength: 3 }) });

test('a signature in any other letters is refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(edits, fc.boolean(), ({ at, cut, put }, isSsh) => {
      const text = isSsh ? ssh : mini;
      const place = at % (text.length + 1);
      const altered = text.slice(0, place) + put + text.slice(place + cut);
      const check = (): void => {
        if (isSsh) checkSsh(altered, manifest, 'x', signer.publicKey);
        else checkMinisign(altered, manifest, minisignKey(signer.publicKey));
      };
      const untrusted = !isSsh && altered.split('\n').slice(1).join('\n') === mini.split('\n').slice(1).join('\n');
      // minisign signs all but the first line's text.
      if (altered === text || (untrusted && altered.startsWith('untrusted comment: '))) check();
      else assert.throws(check, refused);
    }),
    { numRuns: 2_000, seed: 1985 },
  );
});

test('an older minisign signature, over the file as it is, is refused: a note’s signature is one', () => {
  const bytes = Buffer.from(mini.split('\n')[1]!, 'base64');
  bytes[1] = 0x64;
  assert.throws(() => checkMinisign(mini.replace(mini.split('\n')[1]!, bytes.toString('base64')), manifest, minisignKey(signer.publicKey)), refused); // prettier-ignore
});

test('keys are read back from the files that tools get', () => {
  assert.deepEqual(readSshKey(allowedSigner('log', 'x', signer.publicKey)), new Uint8Array(signer.publicKey));
  for (const line of ['', 'ssh-rsa AAAA', 'ssh-ed25519 AAAA', 'ssh-ed25519 ', 'xssh-ed25519 AAAA'])
    assert.equal(readSshKey(line), null, line);
  const key = minisignKey(signer.publicKey);
  assert.deepEqual(parseMinisignKey(formatMinisignKey(key)), { id: new Uint8Array(key.id), publicKey: new Uint8Array(key.publicKey) }); // prettier-ignore
  for (const text of [
    '',
    'untrusted comment: x\n',
    formatMinisignKey(key).replace('RW', 'RX'),
    `${formatMinisignKey(key)}more`,
  ])
    // prettier-ignore
    assert.throws(() => parseMinisignKey(text), refused);
});

/** The other way round: what programs of others made, Assay verifies. Made once (test/vectors/third-party/make.sh), or here, where they are installed. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundleFromJSON, bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { TOOLS } from '#common/bundle/layout.ts';
import { MemoryLog, sealedRun, signer } from '#common/bundle/bundle.fixture.ts';
import { publicKeyPem } from '#common/signatures/armor.ts';
import { fromHex } from '#common/bytes.ts';
import { ed25519 } from '#crypto';
import { openEnvelope, signEnvelope } from '#common/signatures/dsse.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash, verifyConsistency } from '#common/tlog/merkle.ts';
import { checkMinisign, formatMinisignKey, parseMinisignKey, signMinisign } from '#common/signatures/minisign.ts';
import { formatCheckpoint, formatVkey, keyName, noteSigner, openNote, parseVkey, vkeyOf } from '#common/tlog/note.ts';
import { verifyCheckpoint, verifyProof } from '#common/tlog/proof.ts';
import { sigstoreBundle } from '#common/signatures/sigstore.ts';
import { allowedSigner, checkSsh, readSshKey, signSsh } from '#common/signatures/sshsig.ts';
import { readZip } from '#common/zip/zip.ts';
import { hasTool, shell, tellTools } from './tools.ts';

const home = mkdtempSync(join(tmpdir(), 'assay-by-others-'));
after(() => rmSync(home, { recursive: true, force: true }));
tellTools();

const vectors = join(import.meta.dirname, '../../vectors/third-party');
const read = (name: string, folder = vectors): string => readFileSync(join(folder, name), 'utf8');
const message = new Uint8Array(readFileSync(join(vectors, 'message')));
const other = new Uint8Array([...message, 10]);
const refused = (error: unknown): boolean => error instanceof AssayError && error.code === 'NOTE_INVALID';

function sshHolds(folder: string): void {
  const key = readSshKey(read('ssh.pub', folder))!;
  const signature = read('message.ssh.sig', folder);
  checkSsh(signature, message, 'file', key);
  assert.throws(() => checkSsh(signature, other, 'file', key), refused);
  assert.throws(() => checkSsh(signature, message, 'git', key), refused);
  assert.throws(() => checkSsh(signature, message, 'file', signer.publicKey), refused);
  const seed = fromHex(read('ssh.seed', folder).trim())!;
  assert.equal(signSsh(message, 'file', { publicKey: ed25519.publicKey(seed), secretKey: seed }), signature);
  assert.equal(allowedSigner('x', 'file', key).split(' ')[3]!.trim(), read('ssh.pub', folder).split(' ')[1]);
}

test('what ssh-keygen signed verifies, and Assay signs the very same bytes', () => sshHolds(vectors));

function minisignHolds(folder: string): void {
  const key = parseMinisignKey(read('minisign.pub', folder));
  const signature = read('message.minisig', folder);
  const comments = checkMinisign(signature, message, key);
  assert.deepEqual(comments, { untrusted: 'from a stranger', trusted: 'of the message' });
  assert.throws(() => checkMinisign(signature, other, key), refused);
  assert.throws(() => checkMinisign(signature.replace('of the', 'of no'), message, key), refused);
  assert.throws(() => checkMinisign(signature, message, { ...key, publicKey: signer.publicKey }), refused);
  const seed = fromHex(read('minisign.seed', folder).trim())!;
  assert.equal(signMinisign(message, comments, key, seed), signature);
  assert.equal(formatMinisignKey(key), read('minisign.pub', folder));
}

test('what minisign signed verifies, and Assay signs the very same bytes', () => minisignHolds(vectors));

interface GoLog {
  readonly vkey: string;
  readonly checkpoint: string;
  /** base64 */
  readonly entries: readonly string[];
  readonly inclusion: readonly (readonly string[] | null)[];
  readonly consistency: readonly {
    readonly from: number;
    readonly root: string;
    readonly proof: readonly string[] | null;
  }[];
}

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

function goHolds(folder: string): void {
  const log = JSON.parse(read('log.json', folder)) as GoLog;
  const key = parseVkey(log.vkey);
  const head = verifyCheckpoint(log.checkpoint, [key]);
  assert.deepEqual([head.origin, head.size], ['log.example/stranger', 11n]);
  assert.throws(() => verifyCheckpoint(log.checkpoint.replace('\n11\n', '\n12\n'), [key]), refused);
  for (const [index, entry] of log.entries.entries()) {
    const hashes = (log.inclusion[index] ?? []).map((hash) => `${hash}\n`).join('');
    const proof = (at: number): string => `c2sp.org/tlog-proof@v1\nindex ${at}\n${hashes}\n${log.checkpoint}`;
    assert.equal(verifyProof(proof(index), bytes(entry), [key]).index, BigInt(index));
    assert.throws(() => verifyProof(proof((index + 1) % 11), bytes(entry), [key]), AssayError);
    assert.throws(() => verifyProof(proof(index), leafHash(bytes(entry)), [key]), AssayError);
  }
  assert.equal(log.consistency.length, 10);
  for (const { from, root, proof } of log.consistency) {
    const hashes = (proof ?? []).map(bytes);
    verifyConsistency(from, 11, hashes, bytes(root), head.root);
    assert.throws(() => verifyConsistency(from, 11, hashes, leafHash(bytes(root)), head.root), AssayError);
  }
}

test('a checkpoint, and all proofs, by Go’s sumdb verify', () => goHolds(vectors));

const MAKERS = [
  ['ssh-keygen', 'make.sh: what ssh-keygen signs here and now', sshHolds],
  ['minisign', 'make.sh: what minisign signs here and now', minisignHolds],
  ['go', 'make.sh: a log by sumdb/tlog here and now', goHolds],
] as const;
test('the same holds for what those programs make now, with new keys', (t) => {
  if (!MAKERS.every(([tool, step]) => hasTool(t, tool, step))) return;
  const folder = join(home, 'made');
  mkdirSync(folder);
  for (const name of ['make.sh', 'make.go']) writeFileSync(join(folder, name), read(name));
  const made = shell('sh make.sh', folder);
  assert.ok(made.ok, made.said);
  assert.notEqual(read('ssh.pub', folder), read('ssh.pub'));
  for (const [, , holds] of MAKERS) holds(folder);
});

test('a Sigstore bundle that @sigstore/bundle makes from the same envelope says what the one by Assay says', () => {
  const log = new MemoryLog();
  const seal = sealedRun({ log }) && log.receipts.at(-1)!;
  const envelope = log.dsse(seal);
  const { payload, payloadType, signatures } = JSON.parse(envelope) as {
    payload: string;
    payloadType: string;
    signatures: { keyid: string; sig: string }[];
  };
  const bundle = toDSSEBundle({
    artifact: Buffer.from(payload, 'base64'),
    artifactType: payloadType,
    signature: Buffer.from(signatures[0]!.sig, 'base64'),
    keyHint: signatures[0]!.keyid,
  });
  const content = (json: unknown): unknown => {
    const { mediaType, dsseEnvelope, verificationMaterial } = JSON.parse(JSON.stringify(json)) as SigstoreJson;
    const sigs = dsseEnvelope.signatures.map(({ sig }) => sig);
    return { mediaType, dsseEnvelope: { ...dsseEnvelope, signatures: sigs }, key: verificationMaterial.publicKey };
  };
  // They name the key by its hint alone; DSSE has its name beside the signature too.
  assert.deepEqual(content(JSON.parse(sigstoreBundle(envelope))), content(bundleToJSON(bundle)));
});

test('@sigstore/verify takes the seal’s bundle under the log’s key, and under no other', () => {
  const files = readZip(sealedRun().zip);
  const text = Buffer.from(files.get(TOOLS.sigstore)!).toString();
  const verify = (json: string, publicKey: Uint8Array): unknown => {
    const rawBytes = createPublicKey(publicKeyPem(publicKey)).export({ type: 'spki', format: 'der' });
    const nobody = { mediaType: '', certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
    const trusted = toTrustMaterial(nobody, { [keyName(signer)]: { rawBytes } } as never);
    const verifier = new Verifier(trusted, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 });
    return verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(json))));
  };
  verify(text, signer.publicKey);
  const other = ed25519.publicKey(new Uint8Array(32).fill(1));
  assert.throws(() => verify(text, other), /signature verification failed/);
  const payload = Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}').toString('base64');
  assert.throws(() => verify(text.replace(/"payload":"[^"]+"/, `"payload":"${payload}"`), signer.publicKey), /failed/);
  assert.throws(() => verify(text.replaceAll('9e3e5ecf', '00000000'), signer.publicKey), /key not found/);
});

interface SigstoreJson {
  readonly mediaType: string;
  readonly dsseEnvelope: { readonly signatures: readonly { readonly sig: string }[] };
  readonly verificationMaterial: { readonly publicKey: unknown };
}

test('what OpenSSL signs, Assay opens: a note and a DSSE envelope', () => {
  const folder = join(home, 'openssl');
  mkdirSync(folder);
  const made = shell('openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub; openssl pkey -in key.pem -pubout -outform DER -out key.der', folder); // prettier-ignore
  assert.ok(made.ok, made.said);
  const publicKey = new Uint8Array(readFileSync(join(folder, 'key.der')).subarray(-32));
  assert.equal(publicKeyPem(publicKey), read('key.pub', folder));
  const key = vkeyOf('log.example/openssl', publicKey);
  const sign = (text: Uint8Array): Buffer => {
    writeFileSync(join(folder, 'message'), text);
    const ran = shell('openssl pkeyutl -sign -inkey key.pem -rawin -in message -out signature', folder);
    assert.ok(ran.ok, ran.said);
    return readFileSync(join(folder, 'signature'));
  };
  const text = formatCheckpoint({ origin: key.name, size: 3n, root: new Uint8Array(32).fill(9) });
  const note = `${text}\n— ${key.name} ${Buffer.concat([key.id, sign(Buffer.from(text))]).toString('base64')}\n`;
  assert.equal(verifyCheckpoint(note, [key]).size, 3n);
  assert.equal(openNote(note, [key]).signatures.length, 1);

  const payload = Buffer.from('{"a":1}');
  const type = 'application/vnd.in-toto+json';
  const signed = sign(Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]));
  const envelope = `{"payload":"${payload.toString('base64')}","payloadType":"${type}","signatures":[{"keyid":"${keyName(key)}","sig":"${signed.toString('base64')}"}]}`;
  assert.deepEqual(Buffer.from(openEnvelope(envelope, key)), payload);
  const own = noteSigner(key.name, new Uint8Array(32).fill(5));
  assert.throws(() => openEnvelope(signEnvelope('{"a":1}', own), key), refused);
});

test('a verifier key’s hash is what sha256sum says of its name and key', () => {
  const folder = join(home, 'hash');
  mkdirSync(folder);
  const key = vkeyOf('log.example/openssl', signer.publicKey);
  writeFileSync(join(folder, 'hashed'), Buffer.concat([Buffer.from(`${key.name}\n\u0001`), key.publicKey]));
  assert.equal(shell('sha256sum < hashed', folder).said.slice(0, 8), Buffer.from(key.id).toString('hex'));
  assert.equal(formatVkey(key).split('+')[1], Buffer.from(key.id).toString('hex'));
});

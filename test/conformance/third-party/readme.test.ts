/** The bundle's own README: every command in it is run as it stands there, on an honest bundle and on altered ones. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { publicKeyPem } from '#common/signatures/armor.ts';
import { attachAnew, MemoryLog, sealedRun, signer } from '#common/bundle/bundle.fixture.ts';
import { PATHS, SEAL_VKEY, STAMPS, TOOLS } from '#common/bundle/layout.ts';
import { sha256Hex } from '#crypto';
import { first, keyedRun } from '#common/keys/keyed.fixture.ts';
import { COSIGNATURE_KEY, cosignatureLine, formatVkey, noteSigner, parseVkey, splitNote } from '#common/tlog/note.ts';
import { timestampRequest } from '#common/timestamp/timestamp.ts';
import { STAMP_MATERIAL } from '#common/verify/time.ts';
import { verifyBundle } from '#common/verify/verify.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';
import { makeAuthority } from '../../openssl-authority.ts';
import { hasTool, isThere, shell, tellTools, type Ran } from './tools.ts';

const home = mkdtempSync(join(tmpdir(), 'assay-third-party-'));
const authority = makeAuthority();
after(() => rmSync(home, { recursive: true, force: true }));
after(() => authority.remove());
tellTools();

const root = `-----BEGIN CERTIFICATE-----\n${authority.root.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
writeFileSync(join(home, 'root.pem'), root);
const witness = noteSigner('witness.example/one', new Uint8Array(32).fill(11), COSIGNATURE_KEY);

let nonce = 0;
const stamp = (data: Uint8Array): Uint8Array => authority.reply(timestampRequest(data, Uint8Array.of(1, nonce++)));

/** A run with all that a bundle can carry: a time stamp before and after it, and a witness's cosignature. */
const files = ((): ReadonlyMap<string, Uint8Array> => {
  const notebook = readZip(sealedRun().zip).get(PATHS.notebook)!;
  const before = stamp(notebook);
  const run = sealedRun({
    log: new MemoryLog(),
    open: { materials: [{ name: STAMP_MATERIAL, digest: sha256Hex(before) }] },
  });
  const whole = readZip(run.zip);
  const checkpoint = whole.get(PATHS.checkpoint)!;
  whole.set(STAMPS.notebook, before);
  whole.set(STAMPS.checkpoint, stamp(checkpoint));
  const line = cosignatureLine(splitNote(Buffer.from(checkpoint).toString()).text, witness, 1_794_268_800n);
  for (const [path, bytes] of whole)
    if (path === PATHS.checkpoint || path.endsWith('.tlog-proof'))
      whole.set(path, new Uint8Array(Buffer.concat([bytes, Buffer.from(line)])));
  attachAnew(whole);
  return new Map(whole);
})();

type Change = (files: Map<string, Uint8Array>) => unknown;

/** The bundle as somebody unzips it. */
function unpacked(
  name: string,
  change: Change = () => undefined,
  from: ReadonlyMap<string, Uint8Array> = files,
): string {
  const folder = join(home, name, 'run');
  const changed = new Map(from);
  change(changed);
  for (const [path, bytes] of changed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  mkdirSync(join(home, name, 'w'));
  symlinkSync(resolve('node_modules'), join(home, name, 'w', 'node_modules'));
  return folder;
}

/** What stands indented below each `# n.`, as Markdown shows it; `# 0.` makes a folder, which tests have. */
function steps(folder: string): string[] {
  const readme = readFileSync(join(folder, PATHS.readme), 'utf8');
  const section = readme.slice(readme.indexOf('## Check it without Assay'));
  const code = section.split('\n').filter((line) => line.startsWith('    '));
  const text = code.map((line) => line.slice(4)).join('\n');
  const [first, ...all] = text.split(/^# \d+\. .*$/mu).slice(1);
  assert.equal(first?.trim(), 'W=$(mktemp -d)');
  return ['', ...all];
}

function run(folder: string, step: number): Ran {
  const W = join(folder, '..', 'w');
  return shell(steps(folder)[step]!, folder, { W, ROOT: join(home, 'root.pem'), WITNESS: formatVkey(witness) });
}

const NEEDS = { 3: 'ssh-keygen', 4: 'minisign', 11: 'go' } as const;
const tool = (step: number): Parameters<typeof hasTool>[1] =>
  NEEDS[step as keyof typeof NEEDS] ?? ([1, 2, 5, 10].includes(step) ? 'sha256sum' : step === 9 ? 'node' : 'openssl');

/** What each step says when all is well. */
const SAYS: Readonly<Record<number, RegExp>> = {
  1: /^notebook\.md: OK$/m,
  2: /^$/,
  3: /^Good "assay-manifest" signature for log with ED25519 key/,
  4: /^Signature and comment signature verified\nTrusted comment: manifest-sha256\.txt of seal [0-9a-f]{64}$/m,
  5: /^([0-9a-f]{64}) {2}manifest-sha256\.txt\n"subject":\[\{"digest":\{"sha256":"\1"\},"name":"manifest-sha256\.txt"\}\]/,
  6: /^$/,
  7: /Signature Verified Successfully/,
  8: /Signature Verified Successfully/,
  9: /^log\.example\/test\+[0-9a-f]{8} sealed this manifest\.$/m,
  10: /^$/,
  11: /^7 receipts are in the log log\.example\/test$/m,
  12: /Verification: OK\n[^]*Time stamp: .* GMT/,
  13: /Verification: OK\n[^]*Time stamp: .* GMT/,
  14: /Signature Verified Successfully\n.*2026/,
  15: /Signature Verified Successfully\nproof\/checkpoint: OK\nproof\/checkpoint\.tsr: OK\nproof\/notebook\.tsr: OK/,
};

test('Assay itself finds nothing wrong with the bundle that the README’s commands are run on', async () => {
  const policy = { logs: [formatVkey(signer)], authorities: [authority.root], quorum: formatVkey(witness) };
  const { ok, checks } = await verifyBundle(writeZip(files), { policy });
  assert.ok(ok, JSON.stringify(checks.filter((check) => check.ok === false)));
  assert.deepEqual(checks.filter((check) => check.ok === null).map(({ code }) => code), ['ROLLBACK']); // prettier-ignore
});

const honest = unpacked('honest');
test('the README has the steps that are run here, and no other', () => {
  assert.deepEqual(Object.keys(SAYS), Object.keys(steps(honest)).slice(1));
});

for (const [number, says] of Object.entries(SAYS)) {
  const step = Number(number);
  test(`the README’s step ${step} works as it stands there`, (t) => {
    if (!hasTool(t, tool(step), `step ${step} of the bundle’s README`)) return;
    const { ok, said } = run(honest, step);
    assert.ok(ok, said);
    assert.match(said, says);
  });
}

const swap =
  (path: string, from: string, to: string): Change =>
  (changed) => {
    const text = Buffer.from(changed.get(path)!).toString();
    assert.ok(text.includes(from), path);
    changed.set(path, Buffer.from(text.replace(from, to)));
  };
const otherKey = formatVkey({ ...parseVkey(formatVkey(signer)), publicKey: new Uint8Array(32).fill(3) });
const proofOf = (changed: ReadonlyMap<string, Uint8Array>): string => `proof/${sha256Hex(changed.get('receipts/000002-cell.json')!)}.tlog-proof`; // prettier-ignore

/** What was done, and exactly the steps that notice. */
const TAMPERED: Readonly<Record<string, readonly [notice: readonly number[], change: Change]>> = {
  'a number in the data': [[1], swap('data/wages.csv', '4.95', '5.95')],
  'a file taken out': [[1], (changed) => changed.delete('data/wages.csv')],
  'a file added': [[2], (changed) => changed.set('data/more.csv', Buffer.from('1'))],
  'a line of the manifest that is none': [[1, 2, 3, 4, 5, 9], swap(PATHS.manifest, '  README.md', ' README.md')],
  'a word in the seal': [[7, 10], swap(PATHS.seal, '"org":"test"', '"org":"best"')],
  'a key of the seal': [[7, 9], (changed) => changed.set('proof/seal.vkey', Buffer.from(`${otherKey}\n`))],
  'the log’s size': [[8, 12, 14, 15], swap(PATHS.checkpoint, '\n8\n', '\n9\n')],
  'another key of the log': [[6, 7, 9, 11], (changed) => changed.set(PATHS.vkey, Buffer.from(`${otherKey}\n`))],
  'another key in PEM': [[6, 8, 15], (changed) => changed.set(TOOLS.pem, Buffer.from(publicKeyPem(witness.publicKey)))],
  'another key for ssh-keygen': [[3], swap(TOOLS.allowedSigners, 'AAAAC3NzaC1lZDI1NTE5AAAAI', 'AAAAC3NzaC1lZDI1NTE5AAAAJ')], // prettier-ignore
  'the comment of minisign': [[4], swap(TOOLS.minisig, 'of seal ', 'of any seal ')],
  'the seal in the Sigstore bundle': [[9], swap(TOOLS.sigstore, '"payload":"ey', '"payload":"eyB')],
  'a proof': [[11], (changed) => swap(proofOf(changed), '\nindex 4\n', '\nindex 3\n')(changed)],
  'a proof taken out': [[10, 11], (changed) => changed.delete(proofOf(changed))],
  'a stamp for another checkpoint': [
    [12, 15],
    (changed) => changed.set(STAMPS.checkpoint, changed.get(STAMPS.notebook)!),
  ],
  'a stamp that the run was not announced with': [[13, 15], (changed) => changed.set(STAMPS.notebook, stamp(changed.get(PATHS.notebook)!))], // prettier-ignore
  'a stamp taken out': [[13, 15], (changed) => changed.delete(STAMPS.notebook)],
  'a stranger’s line on the checkpoint': [[15], (changed) => changed.set(PATHS.checkpoint, Buffer.concat([changed.get(PATHS.checkpoint)!, Buffer.from('— eve.example AAAAAAAA\n')]))], // prettier-ignore
  'the witness’s time': [[14, 15], swap(PATHS.checkpoint, '— witness.example/one', '— witness.example/two')],
};
for (const [what, [notice, change]] of Object.entries(TAMPERED)) {
  test(`the README’s commands notice, and no other: ${what}`, (t) => {
    const folder = unpacked(what.replaceAll(/\W/g, '-'), change);
    const noticed = Object.keys(SAYS).map(Number).filter((step) => {
      const expected = notice.includes(step);
      if (!(expected ? hasTool(t, tool(step), `step ${step} of the bundle’s README, which must notice`) : isThere(tool(step)))) return expected;
      const { ok, said } = run(folder, step);
      return !ok || !SAYS[step]!.test(said);
    }); // prettier-ignore
    assert.deepEqual(noticed, notice);
  });
}

const keyed = readZip(keyedRun('keyed').zip);
test('the README’s commands hold where the seal has a key of its own, and notice that it was taken out', () => {
  const holds = (folder: string): number[] => [6, 7, 8, 9].filter((step) => run(folder, step).ok);
  assert.deepEqual(holds(unpacked('keyed', undefined, keyed)), [6, 7, 8, 9]);
  assert.deepEqual(holds(unpacked('keyed-forged', (changed) => changed.delete(SEAL_VKEY), keyed)), [6, 8]);
});

test('the note in a receipt about keys is checked by OpenSSL with the keys that it names', () => {
  const folder = unpacked('noted', undefined, keyed);
  const { predicate } = JSON.parse(readFileSync(join(folder, 'proof/keys/000001.json'), 'utf8')) as {
    predicate: { result: { note: string; key: string } };
  };
  const { note, key } = predicate.result;
  const [text = '', lines = ''] = note.split('\n\n');
  const verify = 'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in note -sigfile sig';
  for (const [place, vkey] of [formatVkey(first), key].entries()) {
    writeFileSync(join(folder, 'note'), `${text}\n`);
    writeFileSync(join(folder, 'key.pem'), publicKeyPem(parseVkey(vkey).publicKey));
    writeFileSync(join(folder, 'sig'), Buffer.from(lines.split('\n')[place]!.split(' ')[2]!, 'base64').subarray(4));
    assert.ok(shell(verify, folder).ok);
    assert.ok(!shell(`sed -i s/rotate/create/ note; ${verify}`, folder).ok);
  }
});

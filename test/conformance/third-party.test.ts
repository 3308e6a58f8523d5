/**
 * What Assay writes, checked by programs that others wrote, with the very commands that the bundle's own README gives. These programs are
 * on every Debian; where one is missing the test fails and says so, since a check that did not run shows nothing.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { sealedRun, signer } from '#common/bundle.fixture.ts';
import { PATHS, SEAL_VKEY } from '#common/bundle-layout.ts';
import { openEnvelope } from '#common/dsse.ts';
import { first, keyedRun } from '#common/keyed.fixture.ts';
import { formatCheckpoint, formatVkey, openNote, parseVkey } from '#common/note.ts';
import { verifyCheckpoint } from '#common/proof.ts';
import { readZip } from '#common/zip.ts';

const home = mkdtempSync(join(tmpdir(), 'assay-third-party-'));
after(() => rmSync(home, { recursive: true, force: true }));
const files = readZip(sealedRun().zip);

/** The bundle as somebody unzips it. */
function unpacked(
  name: string,
  change: (files: Map<string, Uint8Array>) => void = () => undefined,
  from: ReadonlyMap<string, Uint8Array> = files,
): string {
  const folder = join(home, name);
  const changed = new Map(from);
  change(changed);
  for (const [path, bytes] of changed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

interface Ran {
  readonly ok: boolean;
  readonly said: string;
}

/** By a shell, as a person would; stops at the first command that fails. */
function shell(commands: string, cwd: string): Ran {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-eu', '-c', commands], { cwd, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  assert.ok(
    error === undefined && status !== 127,
    `A program is missing that every Debian has: ${error?.message ?? said}`,
  );
  return { ok: status === 0, said };
}

/** The README's steps: what stands indented below each `# n.` of its last section. */
function steps(folder: string): string[] {
  const readme = readFileSync(join(folder, PATHS.readme), 'utf8');
  const section = readme.slice(readme.indexOf('## Check it without Assay'));
  const code = section.split('\n').filter((line) => line.startsWith('    '));
  return code
    .join('\n')
    .split(/^ {4}# \d+\. .*$/mu)
    .slice(1);
}

const swap = (path: string, from: string, to: string) => (changed: Map<string, Uint8Array>) => {
  const text = Buffer.from(changed.get(path)!).toString();
  assert.ok(text.includes(from), path);
  changed.set(path, Buffer.from(text.replace(from, to)));
};

test('every command of the bundle’s README works as it stands there', () => {
  const folder = unpacked('honest');
  const [sums = '', listed = '', subject = '', key = '', seal = '', checkpoint = '', ...more] = steps(folder);
  assert.deepEqual(more, []);
  const summed = shell(sums, folder);
  assert.ok(summed.ok, summed.said);
  assert.equal(
    summed.said.match(/: OK$/gm)?.length,
    [...files.keys()].filter((path) => !path.startsWith('proof/')).length - 1,
  );
  assert.deepEqual(shell(listed, folder), { ok: true, said: '' });
  const { said } = shell(subject, folder);
  const [, computed] = /^([0-9a-f]{64}) {2}manifest-sha256\.txt$/m.exec(said) ?? [];
  assert.ok(computed !== undefined && said.includes(`"sha256":"${computed}"},"name":"manifest-sha256.txt"`), said);
  assert.ok(shell(key, folder).ok);
  for (const step of [seal, checkpoint]) {
    const ran = shell(step, folder);
    assert.ok(ran.ok && ran.said.includes('Signature Verified Successfully'), ran.said);
  }
});

test('… also where the seal has a key of its own, and where another key is put in its place', () => {
  const keyed = readZip(keyedRun('keyed').zip);
  const folder = unpacked('keyed', undefined, keyed);
  const [key = '', seal = '', checkpoint = ''] = steps(folder).slice(3);
  for (const step of [key, seal, checkpoint]) assert.ok(shell(step, folder).ok, step);
  const forged = unpacked('keyed-forged', (changed) => changed.delete(SEAL_VKEY), keyed);
  assert.deepEqual(
    steps(forged).map((step) => shell(step, forged).ok),
    [true, true, true, true, false, true],
  );
});

test('the note in a receipt about keys is checked by OpenSSL with the keys that it names', () => {
  const folder = unpacked('noted', undefined, readZip(keyedRun('keyed').zip));
  const { predicate } = JSON.parse(readFileSync(join(folder, 'proof/keys/000001.json'), 'utf8')) as {
    predicate: { result: { note: string; key: string } };
  };
  const { note, key } = predicate.result;
  const [text = '', lines = ''] = note.split('\n\n');
  writeFileSync(join(folder, 'note'), `${text}\n`);
  const der = (vkey: string): Buffer =>
    Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1)]); // prettier-ignore
  for (const [place, vkey] of [formatVkey(first), key].entries()) {
    writeFileSync(join(folder, 'key.der'), der(vkey));
    writeFileSync(join(folder, 'sig'), Buffer.from(lines.split('\n')[place]!.split(' ')[2]!, 'base64').subarray(4));
    const verify = 'openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in note -sigfile sig';
    assert.ok(shell(verify, folder).ok);
    assert.ok(!shell(`sed -i s/rotate/create/ note; ${verify}`, folder).ok);
    writeFileSync(join(folder, 'note'), `${text}\n`);
  }
});

const TAMPERED: Readonly<Record<string, readonly [step: number, change: (files: Map<string, Uint8Array>) => void]>> = {
  'a number in the data': [0, swap('data/wages.csv', '4.95', '5.95')],
  'a file taken out': [0, (changed) => changed.delete('data/wages.csv')],
  'a line of the manifest that is none': [0, swap(PATHS.manifest, '  README.md', ' README.md')],
  'a word in the seal': [4, swap(PATHS.seal, '"org":"test"', '"org":"best"')],
  'the log’s size': [5, swap(PATHS.checkpoint, '\n8\n', '\n9\n')],
  'another key': [5, (changed) => changed.set(PATHS.vkey, Buffer.from(`${formatVkey({ ...parseVkey(formatVkey(signer)), publicKey: new Uint8Array(32).fill(3) })}\n`))], // prettier-ignore
};
for (const [what, [failing, change]] of Object.entries(TAMPERED)) {
  test(`the README’s commands notice: ${what}`, () => {
    const folder = unpacked(what.replaceAll(/\W/g, '-'), change);
    const ran = steps(folder).map((step) => shell(step, folder).ok);
    assert.equal(ran[failing], false, JSON.stringify(ran));
  });
}

test('the README’s commands notice: a file that is not listed', () => {
  const folder = unpacked('added', (changed) => changed.set('data/more.csv', Buffer.from('1')));
  assert.equal(shell(steps(folder)[1]!, folder).said, 'not listed: data/more.csv\n');
});

test('sha256sum and Assay agree on which file was altered', () => {
  const folder = unpacked('altered', swap('notebook.md', 'x = 1', 'x = 2'));
  const { ok, said } = shell('sha256sum --check --strict --quiet manifest-sha256.txt', folder);
  assert.equal(ok, false);
  assert.match(said, /^notebook\.md: FAILED$/m);
});

test('the other way round: what OpenSSL signs, Assay opens', () => {
  const folder = join(home, 'openssl');
  mkdirSync(folder);
  const made = shell(
    'openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -outform DER -out key.der',
    folder,
  );
  assert.ok(made.ok, made.said);
  const publicKey = new Uint8Array(readFileSync(join(folder, 'key.der')).subarray(-32));
  const key = parseVkeyOf('log.example/openssl', publicKey);
  const sign = (message: Uint8Array): Uint8Array => {
    writeFileSync(join(folder, 'message'), message);
    const ran = shell('openssl pkeyutl -sign -inkey key.pem -rawin -in message -out signature', folder);
    assert.ok(ran.ok, ran.said);
    return new Uint8Array(readFileSync(join(folder, 'signature')));
  };
  const text = formatCheckpoint({ origin: key.name, size: 3n, root: new Uint8Array(32).fill(9) });
  const note = `${text}\n— ${key.name} ${Buffer.concat([key.id, sign(Buffer.from(text))]).toString('base64')}\n`;
  assert.equal(verifyCheckpoint(note, [key]).size, 3n);
  assert.equal(openNote(note, [key]).signatures.length, 1);

  const payload = Buffer.from('{"a":1}');
  const type = 'application/vnd.in-toto+json';
  const signed = sign(Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]));
  const keyid = formatVkey(key).split('+').slice(0, 2).join('+');
  const envelope = `{"payload":"${payload.toString('base64')}","payloadType":"${type}","signatures":[{"keyid":"${keyid}","sig":"${Buffer.from(signed).toString('base64')}"}]}`;
  assert.deepEqual(Buffer.from(openEnvelope(envelope, key)), payload);
});

function parseVkeyOf(name: string, publicKey: Uint8Array): ReturnType<typeof parseVkey> {
  // A vkey as Go's note.NewEd25519VerifierKey writes it: its hash is SHA-256(name ‖ "\n" ‖ 1 ‖ key), here by sha256sum.
  const { said } = spawnInput('sha256sum', Buffer.concat([Buffer.from(`${name}\n\u0001`), publicKey]));
  return parseVkey(`${name}+${said.slice(0, 8)}+${Buffer.concat([Buffer.of(1), publicKey]).toString('base64')}`);
}

function spawnInput(program: string, input: Uint8Array): Ran {
  const { status, stdout, error } = spawnSync(program, { input, encoding: 'utf8' });
  assert.equal(error, undefined, `${program} is missing, which every Debian has.`);
  return { ok: status === 0, said: stdout };
}

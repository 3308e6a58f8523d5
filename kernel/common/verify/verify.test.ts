import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import { attachAnew, MemoryLog, sealedRun, signer, stranger, type Twist } from '#common/bundle/bundle.fixture.ts';
import { toBase64 } from '#common/bytes.ts';
import { manifestText, proofPath } from '#common/bundle/layout.ts';
import { signEnvelope } from '#common/signatures/dsse.ts';
import { cosign, COSIGNATURE_KEY, formatVkey, keyName, noteSigner } from '#common/tlog/note.ts';
import { parseSeen, remember } from './history.ts';
import type { SeenCheckpoint } from './types.ts';
import {
  VERIFY_CHECKS,
  verifyBundle,
  type CheckResult,
  type Policy,
  type VerifyOptions,
  type VerifyReport,
} from './verify.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const failed = ({ checks }: VerifyReport): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const detail = ({ checks }: VerifyReport, code: string): string => checks.find((check) => check.code === code)!.detail;
const { zip, root } = sealedRun();
const witnesses = [1, 2, 3].map((n) => noteSigner(`witness.example/${n}`, new Uint8Array(32).fill(n), COSIGNATURE_KEY));
const [w1, w2, w3] = witnesses.map(formatVkey) as [string, string, string];
const policy = { logs: [formatVkey(signer)] };

/** An audit pack has two more, and lacks some of these. */
const OF_A_RUN = Object.keys(VERIFY_CHECKS).filter((code) => code !== 'PERIOD' && code !== 'REPORT');

test('a sealed run verifies: every check of the table, in its order, with a policy', async () => {
  const told: string[] = [];
  const report = await verifyBundle(zip, { policy, onCheck: ({ code }) => told.push(code) });
  assert.deepEqual(report.checks.filter(({ ok }) => ok !== true).map(({ code }) => code), ['TIME', 'ROLLBACK']); // prettier-ignore
  assert.deepEqual(told, OF_A_RUN);
  assert.equal(report.ok, true);
  assert.equal(report.root, root);
  assert.equal(report.title, 'Two cells');
  assert.equal(report.signer, keyName(signer));
  assert.equal(report.receipts, 7);
  assert.ok(report.files.some(({ path }) => path === 'data/wages.csv'));
});

test('the same run gives the same bytes', () => {
  assert.deepEqual(sealedRun().zip, zip);
});

test('without a policy the signer is not judged; with one that does not know it, it fails', async () => {
  const open = await verifyBundle(zip);
  assert.equal(open.ok, true);
  assert.deepEqual(open.checks.filter(({ ok }) => ok === null).map(({ code }) => code), ['SIGNER', 'WITNESSES', 'FRESH', 'TIME', 'ROLLBACK']); // prettier-ignore
  assert.deepEqual(failed(await verifyBundle(zip, { policy: { logs: [formatVkey(stranger)] } })), ['SIGNER']);
  assert.deepEqual(failed(await verifyBundle(zip, { policy: { logs: [] } })), ['SIGNER']);
  assert.deepEqual(failed(await verifyBundle(zip, { policy: { ...policy, org: 'other' } })), ['SIGNER']);
  assert.equal((await verifyBundle(zip, { policy: { ...policy, org: 'test' } })).ok, true);
});

test('no byte can be altered, not a single one', async () => {
  class Stop extends Error {}
  const onCheck = ({ ok }: CheckResult): void => {
    if (ok === false) throw new Stop();
  };
  for (let at = 0; at < zip.length; at++) {
    const altered = zip.with(at, zip[at]! ^ (1 << (at % 8)));
    await assert.rejects(verifyBundle(altered, { onCheck }), Stop, `byte ${at}`);
  }
});

test('the altered file is named', async () => {
  for (const [path, file] of readZip(zip)) {
    const at = file.byteOffset + Math.floor(file.length / 2);
    const report = await verifyBundle(zip.with(at, zip[at]! ^ 1));
    assert.ok(detail(report, 'ZIP').startsWith(`${path}: `), detail(report, 'ZIP'));
    const listed = path !== 'manifest-sha256.txt' && !path.startsWith('proof/');
    if (listed) assert.ok(detail(report, 'FILES').startsWith(`Altered: ${path}.`), detail(report, 'FILES'));
    else assert.ok(failed(report).length > 1, path);
  }
});

test('bytes that are no bundle fail, and throw nothing', async () => {
  for (const wrong of [
    new Uint8Array(0),
    bytes('hello'),
    zip.subarray(1),
    zip.subarray(0, -1),
    writeZip(new Map()),
    writeZip(new Map([['a', bytes('a')]])),
  ]) {
    const report = await verifyBundle(wrong);
    assert.equal(report.ok, false);
    assert.equal(report.checks.length, OF_A_RUN.length);
  }
});

/** The bundle with files changed and zipped again; with `relist` the manifest is made to fit, as a forger would. */
function repacked(change: (files: Map<string, Uint8Array>) => void, relist = false): Uint8Array {
  const files = readZip(zip);
  change(files);
  if (relist) {
    const listed = [...files].filter(([path]) => !path.startsWith('proof/') && path !== 'manifest-sha256.txt');
    files.set(
      'manifest-sha256.txt',
      bytes(manifestText(new Map(listed.map(([path, file]) => [path, sha256Hex(file)])))),
    );
  }
  return writeZip(files);
}
const swap = (path: string, change: (value: string) => string) => (files: Map<string, Uint8Array>) =>
  void files.set(path, bytes(change(text(files.get(path) ?? assert.fail(path)))));
const pathOf = (pattern: RegExp): string =>
  [...readZip(zip).keys()].find((path) => pattern.test(path)) ?? assert.fail(String(pattern));
const cut = (value: string): string => value.slice(0, -2);

const FORGED: Readonly<Record<string, readonly [readonly string[], () => Uint8Array]>> = {
  'data altered': [['FILES', 'CONTENTS'], () => repacked(swap('data/wages.csv', (csv) => csv.replace('4.95', '5.95')))],
  'data altered, manifest adapted': [
    ['CRATE', 'SEALED', 'CONTENTS'],
    () =>
      repacked(
        swap('data/wages.csv', (csv) => csv.replace('4.95', '5.95')),
        true,
      ),
  ],
  'notebook altered, manifest adapted': [
    ['CRATE', 'SEALED', 'NOTEBOOK'],
    () =>
      repacked(
        swap('notebook.md', (source) => source.replace('1', '2')),
        true,
      ),
  ],
  'a file slipped in': [['LAYOUT'], () => repacked((files) => files.set('evil.sh', bytes('rm')))],
  'a data file slipped in': [
    ['MANIFEST', 'CONTENTS'],
    () => repacked((files) => files.set('data/more.csv', bytes('x'))),
  ],
  'a data file slipped in, manifest adapted': [
    ['CRATE', 'SEALED', 'CONTENTS'],
    () => repacked((files) => files.set('data/more.csv', bytes('x')), true),
  ],
  'a file left out': [['MANIFEST'], () => repacked((files) => files.delete('data/wages.csv'))],
  'no checkpoint': [['LAYOUT'], () => repacked((files) => files.delete('proof/checkpoint'))],
  'a proof left out': [['INCLUSION'], () => repacked((files) => files.delete(pathOf(/tlog-proof$/)))],
  'a proof too many': [
    ['INCLUSION'],
    () => repacked((files) => files.set(proofPath('0'.repeat(64)), files.get(pathOf(/tlog-proof$/))!)),
  ],
  'a proof for another receipt': [
    ['INCLUSION'],
    () =>
      repacked((files) => {
        const [one, two] = [...files.keys()].filter((path) => path.endsWith('.tlog-proof'));
        files.set(one!, files.get(two!)!);
      }),
  ],
  'a line too many in a proof': [
    ['INCLUSION'],
    () => repacked(swap(pathOf(/tlog-proof$/), (proof) => proof.replace('\nindex', '\nextra AA==\nindex'))),
  ],
  'a cut checkpoint': [['CHECKPOINT'], () => repacked(swap('proof/checkpoint', cut))],
  'a signature by somebody more on the checkpoint': [
    ['ATTACHED', 'INCLUSION'],
    () => repacked(swap('proof/checkpoint', (note) => `${note}— eve.example AAAAAAAA\n`)),
  ],
  'another key': [
    ['SEAL_SIGNATURE', 'CHECKPOINT'],
    () => repacked((files) => files.set('proof/log.vkey', bytes(`${formatVkey(stranger)}\n`))),
  ],
  'a key with something behind it': [
    ['SEAL_SIGNATURE', 'CHECKPOINT'],
    () => repacked(swap('proof/log.vkey', (key) => `${key}\n`)),
  ],
  'an envelope by another key': [
    ['SEAL_SIGNATURE'],
    () =>
      repacked(swap('proof/seal.dsse.json', () => signEnvelope(text(readZip(zip).get('proof/seal.json')!), stranger))),
  ],
  'an envelope around something else': [
    ['SEAL_SIGNATURE'],
    () => repacked(swap('proof/seal.dsse.json', () => signEnvelope('{}', signer))),
  ],
  'a seal that is no receipt': [['SEAL', 'SEAL_SIGNATURE'], () => repacked(swap('proof/seal.json', cut))],
  'a receipt that is no receipt': [['FILES', 'RECEIPTS'], () => repacked(swap(pathOf(/-cell\.json$/), cut))],
  'a receipt in another’s place': [
    ['MANIFEST', 'RECEIPTS'],
    () =>
      repacked((files) => {
        const path = pathOf(/-cell\.json$/);
        files.set(path.replace('0000', '0100'), files.get(path)!);
        files.delete(path);
      }),
  ],
  'a value altered, manifest adapted': [
    ['CRATE', 'SEALED', 'CELLS'],
    () => repacked((files) => files.set(pathOf(/\.value$/), bytes('nothing')), true),
  ],
  'a root altered, manifest adapted': [
    ['CRATE', 'SEALED', 'ROOT'],
    () =>
      repacked(
        swap('outputs/cells.json', (cells) => cells.replace(root, '0'.repeat(64))),
        true,
      ),
  ],
  'the environment altered, manifest adapted': [
    ['CRATE', 'SEALED', 'ENVIRONMENT'],
    () =>
      repacked(
        swap('env.json', (env) => env.replace('24.', '25.')),
        true,
      ),
  ],
  'tolerances invented afterwards, manifest adapted': [
    ['CRATE', 'SEALED', 'COMPARATORS'],
    () =>
      repacked(
        swap('comparators.json', () => '[{"absolute":1,"how":"numeric","of":"*"}]'),
        true,
      ),
  ],
  'packed by another tool': [['ZIP'], () => writeZip(readZip(zip), { deflate: true })],
};
for (const [what, [codes, make]] of Object.entries(FORGED)) {
  test(`rejected: ${what}`, async () => {
    const report = await verifyBundle(make(), { policy });
    assert.equal(report.ok, false);
    assert.deepEqual(failed(report), codes, JSON.stringify(report.checks.filter(({ ok }) => ok === false), null, 1)); // prettier-ignore
  });
}

const digest = '0'.repeat(64);
/** Runs that their own organisation sealed, signed and logged, and that are wrong all the same. */
const DISHONEST: Readonly<Record<string, readonly [readonly string[], () => Twist]>> = {
  'a receipt of the run left out': [
    ['STREAM', 'OPEN_CLOSE', 'PARENTS', 'CELLS'],
    () => ({ receipts: (all) => all.filter((_, index) => index !== 2) }),
  ],
  'a last receipt before the close left out': [
    ['STREAM', 'OPEN_CLOSE', 'CELLS'],
    () => ({ receipts: (all) => all.filter((_, index) => index !== 3) }),
  ],
  'an ancestor left out': [['PARENTS', 'CONTENTS'], () => ({ receipts: (all) => all.slice(0, 5) })],
  'a receipt of another run added': [
    ['PARENTS'],
    () => {
      const log = new MemoryLog();
      return { log, receipts: (all) => [...all, log.receipts[1]!] };
    },
  ],
  'a count too small': [['OPEN_CLOSE'], () => ({ close: { result: { count: 4, outcome: 'done', root } } })],
  'a failed run': [['OPEN_CLOSE'], () => ({ close: { result: { count: 5, outcome: 'failed', root } } })],
  'a close about another root': [['ROOT'], () => ({ close: { result: { count: 5, outcome: 'done', root: digest } } })],
  'a seal about another root': [['ROOT'], () => ({ seal: () => ({ result: { root: digest } }) })],
  'a seal about another manifest': [
    ['SEALED'],
    () => ({ seal: () => ({ subject: [{ name: 'manifest-sha256.txt', digest: { sha256: digest } }] }) }),
  ],
  'a seal about two things': [
    ['SEALED'],
    () => ({
      seal: (sha256) => ({
        subject: [
          { name: 'manifest-sha256.txt', digest: { sha256 } },
          { name: 'x', digest: { sha256 } },
        ],
      }),
    }),
  ],
  'a seal of another kind': [['SEAL'], () => ({ seal: () => ({ kind: 'run' }) })],
  'a seal that follows from nothing': [['OPEN_CLOSE'], () => ({ seal: () => ({ parents: [] }) })],
  'a seal in another stream': [['RECEIPTS'], () => ({ seal: () => ({ stream: 'elsewhere' }) })],
  'a parent in a role that is not its own': [
    ['PARENTS'],
    () => {
      const log = new MemoryLog();
      return { log, cell: { get parents() { return [{ digest: log.receipts[2]!.id, role: 'dataset' as const }]; } } }; // prettier-ignore
    },
  ],
  'a parent that is nowhere': [['PARENTS'], () => ({ cell: { parents: [{ digest, role: 'call' }] } })],
  'a cell’s receipt with another value': [
    ['CELLS'],
    () => ({ cell: { subject: [{ name: 'a', digest: { sha256: digest } }] } }),
  ],
  'a receipt for a cell that is not there': [
    ['CELLS'],
    () => ({ cell: { subject: [{ name: 'z', digest: { sha256: digest } }] } }),
  ],
  'an artifact that no receipt names': [
    ['CONTENTS'],
    () => ({ parts: (parts) => ({ ...parts, artifacts: [{ digest: sha256Hex('x'), bytes: bytes('x') }] }) }),
  ],
};
for (const [what, [codes, twist]] of Object.entries(DISHONEST)) {
  test(`rejected though signed: ${what}`, async () => {
    const report = await verifyBundle(sealedRun(twist()).zip, { policy });
    assert.equal(report.ok, false);
    const first = failed(report).filter((code) => codes.includes(code));
    assert.deepEqual(first, codes, JSON.stringify(report.checks.filter(({ ok }) => ok === false), null, 1)); // prettier-ignore
  });
}

test('a bundle of another organisation’s log fails under a policy for this one, whatever name it takes', async () => {
  const twin = noteSigner(signer.name, new Uint8Array(32).fill(8));
  const report = await verifyBundle(sealedRun({ log: new MemoryLog(twin) }).zip, { policy });
  assert.deepEqual(failed(report), ['SIGNER']);
});

test('what is too large to carry is not judged, and said', async () => {
  const light = sealedRun({
    parts: (parts) => ({ ...parts, artifacts: [], cells: parts.cells.map(({ id, digest }) => ({ id, digest })) }),
  });
  const report = await verifyBundle(light.zip, { policy });
  assert.equal(report.ok, true);
  assert.deepEqual(report.checks.filter(({ ok }) => ok === null).map(({ code }) => code), ['CARRIED', 'TIME', 'ROLLBACK']); // prettier-ignore
  assert.match(detail(report, 'CARRIED'), /^2 of 3 not carried/);
});

const cosigned = (by: readonly number[]): Uint8Array => {
  const add = (note: string): string =>
    by.reduce((text, index) => cosign(text, witnesses[index]!, 1_800_000_000n), note);
  return repacked((files) => {
    for (const [path, file] of files) {
      if (path !== 'proof/checkpoint' && !path.endsWith('.tlog-proof')) continue;
      const at = path === 'proof/checkpoint' ? 0 : text(file).indexOf('\n\n') + 2;
      files.set(path, bytes(text(file).slice(0, at) + add(text(file).slice(at))));
    }
    attachAnew(files);
  });
};

const judged = async (by: readonly number[], asked: Policy): Promise<string[]> =>
  failed(await verifyBundle(cosigned(by), { policy: asked }));

test('witnesses: enough of those that the policy names, or it fails; strangers are no witnesses', async () => {
  const two = { ...policy, quorum: { atLeast: 2, of: [w1, w2, { atLeast: 1, of: [w3] }] } };
  assert.deepEqual(await judged([0, 1], two), []);
  assert.deepEqual(await judged([0, 2], two), []);
  assert.deepEqual(await judged([2], two), ['WITNESSES']);
  assert.deepEqual(await judged([], two), ['WITNESSES']);
  assert.deepEqual(await judged([0], { ...policy, quorum: w2 }), ['WITNESSES']);
  assert.deepEqual(await judged([0, 0], two), ['CHECKPOINT'], 'one witness twice');
  assert.deepEqual(await judged([0, 1], policy), [], 'strangers to this policy');
});

test('freshness: enough witnesses saw it as lately as the policy asks, and none of them in the future', async () => {
  const quorum = { atLeast: 1, of: [w1, w2] };
  const at = 1_800_000_000_000;
  const fresh = async (by: readonly number[], maxAge: number, now: number): Promise<string[]> =>
    failed(await verifyBundle(cosigned(by), { policy: { ...policy, quorum, maxAge }, now }));
  assert.deepEqual(await fresh([0], 3600, at + 3_600_000), []);
  assert.deepEqual(await fresh([0], 3600, at + 3_601_000), ['FRESH']);
  assert.deepEqual(await fresh([0], 3600, at - 300_000), [], 'a clock that is a little ahead');
  assert.deepEqual(await fresh([0], 3600, at - 301_000), ['FRESH']);
  assert.deepEqual(await fresh([2], 3600, at), ['WITNESSES', 'FRESH'], 'a stranger says nothing');
  assert.deepEqual(failed(await verifyBundle(cosigned([0]), { policy: { ...policy, maxAge: 1 }, now: at })), ['FRESH']);
});

test('memory: a fork, a rollback and a rewritten log are told from an older bundle', async () => {
  const bundle = sealedRun();
  const seen = (await verifyBundle(bundle.zip)).seen!;
  assert.deepEqual(remember([], seen), [seen]);
  assert.equal(remember([seen], seen), null);
  assert.deepEqual(parseSeen(JSON.stringify([seen])), [seen]);
  for (const bad of [
    '',
    '{}',
    '[1]',
    JSON.stringify([{ ...seen, size: 1.5 }]),
    JSON.stringify([{ ...seen, root: 'x' }]),
  ])
    assert.equal(parseSeen(bad), null, bad);
  const judge = async (
    before: Partial<SeenCheckpoint>,
    more: Partial<VerifyOptions> = {},
  ): Promise<readonly [boolean | null, string]> => {
    const report = await verifyBundle(bundle.zip, { remembered: [{ ...seen, ...before }], ...more });
    assert.deepEqual(failed(report).filter((code) => code !== 'ROLLBACK'), []); // prettier-ignore
    return [report.checks.at(-1)!.ok, report.checks.at(-1)!.detail];
  };
  const { tree } = bundle.log;
  const rootAt = (size: number): string => toBase64(tree.root(size));
  const proofs = { consistency: async (from: number, to: number) => tree.consistencyProof(from, to) };
  const other = toBase64(new Uint8Array(32));
  const [early, late] = ['2000-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'];

  assert.equal((await judge({}))[0], true);
  assert.match((await judge({ root: other }))[1], /^A fork/);
  assert.equal((await judge({ vkey: formatVkey(stranger), root: other }))[0], null, 'another log');
  assert.equal((await judge({ size: 3, root: rootAt(3) }))[0], null, 'newer, and unproved');
  assert.equal((await judge({ size: 3, root: rootAt(3) }, proofs))[0], true);
  assert.match((await judge({ size: 3, root: other }, proofs))[1], /^A fork/);
  assert.match((await judge({ size: 99, root: other, time: early }))[1], /^A rollback/);
  assert.equal((await judge({ size: 99, root: other, time: late }))[0], null, 'an older bundle');
  assert.match((await judge({ size: 99, root: other, time: late }, { latest: true }))[1], /^A rollback/);
  const wrong = { consistency: () => Promise.resolve([new Uint8Array(32)]) };
  assert.match((await judge({ size: 99, root: other, time: late }, wrong))[1], /^A fork/);
  const unreachable = { consistency: () => Promise.reject(new Error('offline')) };
  assert.equal((await judge({ size: 3, root: rootAt(3) }, unreachable))[0], null);
  for (let i = 0; i < 5; i++) bundle.log.append({ kind: 'run', stream: 'later' });
  const later = { size: tree.size, root: toBase64(tree.root()), time: late };
  assert.equal((await judge(later, proofs))[0], true, 'an older bundle, proved to be the beginning');
});

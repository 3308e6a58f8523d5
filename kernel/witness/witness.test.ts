import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { AssayError } from '#common/errors.ts';
import { formatCheckpoint, formatVkey, noteSigner, openNote, parseVkey, signNote } from '#common/tlog/note.ts';
import { history, newLog, scratch } from './fixture.ts';
import { openWitness, type Answer } from './index.ts';
import { buildWitnessServer } from './server.ts';

const folders: { remove(): void }[] = [];
after(() => folders.forEach((folder) => folder.remove()));
function folder(): string {
  const made = scratch();
  folders.push(made);
  return join(made.dir, 'witness');
}

const log = history(newLog('log.example/a'), 40);
const other = history(newLog('log.example/b'), 40);
const utf8 = new TextEncoder();
const coded =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AssayError && error.code === code;
const status = async (answer: Promise<Answer>): Promise<number> => (await answer).status;

describe('add-checkpoint', () => {
  it('cosigns a log from its first checkpoint on, then what continues it', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey, other.vkey], now: () => 1_800_000_000_999 });
    const key = parseVkey(witness.vkey);
    for (const [old, size] of [
      [0, 7],
      [7, 8],
      [8, 8],
      [8, 39],
      [39, 40],
    ] as const) {
      const { status, type, body } = await witness.add(log.request(old, size));
      assert.deepEqual([status, type], [200, 'text/plain; charset=utf-8']);
      // “the client MAY concatenate it to the checkpoint, and use a note verification function”
      const { text, signatures } = openNote(log.note(size) + body, [key]);
      assert.equal(text, openNote(log.note(size), [log.signer]).text);
      assert.deepEqual(
        signatures.map(({ time }) => time),
        [1_800_000_000n],
      );
    }
    assert.equal(await status(witness.add(other.request(0, 3))), 200, 'each log has a memory of its own');
    await witness.close();
  });

  it('takes the empty tree, and nothing else of size zero', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    const odd = signNote(formatCheckpoint({ origin: log.signer.name, size: 0n, root: new Uint8Array(32) }), [
      log.signer,
    ]);
    assert.deepEqual(await status(witness.add(log.request(0, 0, { note: odd }))), 409);
    assert.deepEqual(await status(witness.add(log.request(0, 0))), 200);
    assert.deepEqual(await status(witness.add(log.request(0, 5))), 200);
    await witness.close();
  });

  it('answers 400 to what is malformed, and when the old size is larger', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    const good = new TextDecoder().decode(log.request(0, 5));
    const proved = new TextDecoder().decode(log.request(4, 7));
    const hash = `${'A'.repeat(43)}=\n`;
    const bad = [
      '',
      '\n',
      'old 0\n',
      good.replace('old 0', 'old'),
      good.replace('old 0', 'old 00'),
      good.replace('old 0', 'old -1'),
      good.replace('old 0', 'old +0'),
      good.replace('old 0', 'old 0 '),
      good.replace('old 0', 'Old 0'),
      good.replace('old 0', 'old  0'),
      good.replace('old 0', `old ${2n ** 64n}`),
      good.replace('old 0\n', 'old 0\r\n'),
      good.replace('old 0\n\n', 'old 0\n'),
      proved.replace('=\n', '\n'),
      proved.replace('=\n', '=\n '),
      good.replace('old 0\n', `old 0\n${hash.repeat(64)}`),
      good.replace('\n5\n', '\n05\n'),
      good.replace('\n5\n', `\n${2n ** 64n}\n`),
      good.slice(0, -1),
      `${good}\n`,
    ];
    for (const text of bad) assert.equal(await status(witness.add(utf8.encode(text))), 400, JSON.stringify(text));
    assert.equal(await status(witness.add(Uint8Array.of(0xff, ...log.request(0, 5)))), 400, 'no UTF-8');
    assert.equal(await status(witness.add(log.request(9, 5))), 400);
    // 63 lines are no malformed request, but no proof either.
    const long = good.replace('old 0\n', `old 0\n${hash.repeat(63)}`);
    assert.equal(await status(witness.add(utf8.encode(long))), 422);
    assert.equal(await status(witness.add(log.request(0, 5))), 200, 'nothing was remembered of all that');
    await witness.close();
  });

  it('answers 404 to an unknown origin and 403 where no trusted key signed', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    assert.equal(await status(witness.add(other.request(0, 5))), 404);
    const impostor = history(noteSigner(log.signer.name, other.signer.secretKey), 5);
    assert.equal(await status(witness.add(impostor.request(0, 5))), 403);
    const text = openNote(log.note(5), [log.signer]).text;
    const borrowed = log.note(5).replace(text, openNote(log.note(6), [log.signer]).text);
    assert.equal(await status(witness.add(log.request(0, 5, { note: borrowed }))), 403, 'a signature of another text');
    // “it MUST ignore signatures from unknown keys”
    const two = signNote(text, [other.signer, log.signer]);
    assert.equal(await status(witness.add(log.request(0, 5, { note: two }))), 200);
    await witness.close();
  });

  it('answers 409 with the size that it knows', async () => {
    const forks: string[] = [];
    const onFork = (origin: string, note: string): void => void forks.push(origin, note);
    const witness = await openWitness({ dir: folder(), logs: [log.vkey], onFork });
    const conflict = (size: number): Answer => ({ status: 409, type: 'text/x.tlog.size', body: `${size}\n` });
    assert.deepEqual(await witness.add(log.request(3, 5)), conflict(0));
    assert.equal(await status(witness.add(log.request(0, 20))), 200);
    assert.deepEqual(await witness.add(log.request(0, 30)), conflict(20));
    assert.deepEqual(await witness.add(log.request(0, 5)), conflict(20), 'a rollback');
    assert.deepEqual(await witness.add(log.request(5, 20)), conflict(20));
    const fork = history(log.signer, 20, { from: 19, name: 'fork' });
    assert.deepEqual(await witness.add(fork.request(20, 20, { proof: [] })), conflict(20), 'another root of that size');
    await witness.close();
    assert.deepEqual(forks, [log.signer.name, fork.note(20)], 'which is worth telling');
  });

  it('answers 422 to every proof but the right one', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    const hash = new Uint8Array(32);
    assert.equal(await status(witness.add(log.request(0, 7, { proof: [hash] }))), 422, 'from size zero it is empty');
    assert.equal(await status(witness.add(log.request(0, 7))), 200);
    const right = log.tree.consistencyProof(7, 20);
    const wrong = [
      [],
      right.slice(1),
      right.slice(0, -1),
      [...right, hash],
      [hash, ...right],
      right.toReversed(),
      right.map((one, i) => (i === 0 ? hash : one)),
      right.map((one, i) => (i === right.length - 1 ? one.map((byte) => byte ^ 1) : one)),
      log.tree.consistencyProof(8, 20),
      log.tree.consistencyProof(7, 21),
    ];
    for (const proof of wrong) assert.equal(await status(witness.add(log.request(7, 20, { proof }))), 422);
    const fork = history(log.signer, 40, { from: 5, name: 'fork' });
    assert.equal(await status(witness.add(fork.request(7, 20))), 422, 'a fork with a sound proof of its own');
    assert.equal(await status(witness.add(log.request(7, 7, { proof: [hash] }))), 422);
    assert.equal(await status(witness.add(log.request(7, 20))), 200);
    await witness.close();
  });

  it('knows a log by its origin, with spaces, other key names, several keys and extension lines', async () => {
    // A checkpoint of Go’s checksum database.
    const sumdb = `go.sum database tree
35225469
vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=

— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=
`;
    const golang = 'go.sum database tree sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    const second = noteSigner('log.example/a', other.signer.secretKey);
    const witness = await openWitness({ dir: folder(), logs: [golang, log.vkey, formatVkey(second)] });
    assert.equal(await status(witness.add(utf8.encode(`old 0\n\n${sumdb}`))), 200);
    const text = openNote(log.note(4), [log.signer]).text;
    const extended = signNote(`${text}more\n`, [second]);
    const { status: cosigned, body } = await witness.add(log.request(0, 4, { note: extended }));
    assert.equal(cosigned, 200);
    assert.equal(openNote(extended + body, [parseVkey(witness.vkey)]).text, `${text}more\n`);
    await witness.close();
  });

  it('a flood of strangers’ signatures does not choke its memory', async () => {
    const dir = folder();
    const witness = await openWitness({ dir, logs: [log.vkey] });
    const line = log.note(4).split('\n').at(-2)!;
    const flood = Array.from(
      { length: 99 },
      (_, i) => `— ${log.signer.name} ${btoa(String.fromCharCode(i, 1, 2, 3, ...new Uint8Array(64)))}\n`,
    );
    const note = `${log.note(4)}${flood.join('')}`;
    assert.ok(note.includes(line));
    assert.equal(await status(witness.add(log.request(0, 4, { note }))), 200);
    assert.equal(await status(witness.add(log.request(4, 9))), 200);
    await witness.close();
  });
});

describe('two at once', () => {
  const fork = history(log.signer, 40, { from: 10, name: 'fork' });
  for (const [what, second] of [
    ['a fork', fork.request(10, 30)],
    ['a smaller tree', log.request(10, 20)],
    ['the same', log.request(10, 30)],
  ] as const) {
    it(`cannot both pass: ${what}`, async () => {
      const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
      assert.equal(await status(witness.add(log.request(0, 10))), 200);
      const answers = await Promise.all([log.request(10, 30), second, second, second].map((body) => witness.add(body)));
      assert.deepEqual(
        answers.map((answer) => answer.status),
        [200, 409, 409, 409],
      );
      assert.ok(answers.slice(1).every(({ body }) => body === '30\n'));
      await witness.close();
    });
  }

  it('one directory has one witness', async () => {
    const dir = folder();
    const witness = await openWitness({ dir, logs: [log.vkey] });
    await assert.rejects(openWitness({ dir, logs: [log.vkey] }), coded('HOME_LOCKED'));
    await witness.close();
    await (await openWitness({ dir, logs: [log.vkey] })).close();
  });
});

describe('memory', () => {
  it('outlives the process: key, size and root', async () => {
    const dir = folder();
    const first = await openWitness({ dir, logs: [log.vkey], name: 'witness.example/w1' });
    assert.equal(await status(first.add(log.request(0, 20))), 200);
    await first.close();
    assert.equal(statSync(join(dir, 'key')).mode & 0o777, 0o600);
    const second = await openWitness({ dir, logs: [log.vkey] });
    assert.equal(second.vkey, first.vkey);
    assert.equal((await second.add(log.request(0, 40))).body, '20\n');
    assert.equal(await status(second.add(log.request(20, 40))), 200);
    await second.close();
    await assert.rejects(openWitness({ dir, logs: [log.vkey], name: 'another' }), coded('WITNESS_KEY'));
  });

  it('a time is never before the one it gave last, whatever the clock does', async () => {
    const dir = folder();
    let clock = 2_000_000_000_000;
    const witness = await openWitness({ dir, logs: [log.vkey], now: () => clock });
    const timeOf = async (old: number, size: number): Promise<unknown> => {
      const { body } = await witness.add(log.request(old, size));
      return openNote(log.note(size) + body, [parseVkey(witness.vkey)]).signatures[0]!.time;
    };
    assert.equal(await timeOf(0, 4), 2_000_000_000n);
    clock -= 86_400_000;
    assert.equal(await timeOf(4, 5), 2_000_000_000n);
    clock += 2 * 86_400_000;
    assert.equal(await timeOf(5, 6), 2_000_086_400n);
    await witness.close();
  });

  it('a damaged memory or key signs nothing', async () => {
    const dir = folder();
    const witness = await openWitness({ dir, logs: [log.vkey] });
    assert.equal(await status(witness.add(log.request(0, 20))), 200);
    const [file] = readdirSync(join(dir, 'logs')).filter((name) => !name.startsWith('.'));
    writeFileSync(join(dir, 'logs', file!), '');
    await assert.rejects(witness.add(log.request(0, 5)), coded('WITNESS_STATE'));
    // A note that the witness did not sign.
    writeFileSync(join(dir, 'logs', file!), log.note(3));
    await assert.rejects(witness.add(log.request(3, 5)), coded('WITNESS_STATE'));
    await witness.close();
    await assert.rejects(openWitness({ dir, logs: [log.vkey] }), coded('WITNESS_STATE'));
    writeFileSync(join(dir, 'key'), 'nonsense');
    await assert.rejects(openWitness({ dir, logs: [log.vkey] }), coded('WITNESS_KEY'));
  });

  it('knows logs by their own keys only', async () => {
    await assert.rejects(openWitness({ dir: folder(), logs: ['nonsense'] }), coded('NOTE_INVALID'));
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    await witness.close();
    await assert.rejects(openWitness({ dir: folder(), logs: [witness.vkey] }), coded('NOTE_INVALID'));
  });
});

describe('over HTTP', () => {
  it('answers with status, type and body', async () => {
    const witness = await openWitness({ dir: folder(), logs: [log.vkey] });
    const app = buildWitnessServer(witness, pino({ level: 'silent' }));
    const post = (payload: Uint8Array | string, type?: string) =>
      app.inject({
        method: 'POST',
        url: '/add-checkpoint',
        payload: Buffer.from(payload),
        headers: type === undefined ? {} : { 'content-type': type },
      });
    const first = await post(log.request(0, 5));
    assert.equal(first.statusCode, 200);
    assert.match(first.body, /^— witness\.assay\.local\/[0-9a-f]{8} [A-Za-z0-9+/]+=*\n$/u);
    const conflict = await post(log.request(0, 5), 'application/json');
    assert.deepEqual(
      [conflict.statusCode, conflict.headers['content-type'], conflict.body],
      [409, 'text/x.tlog.size', '5\n'],
    );
    assert.equal((await post('', 'text/plain')).statusCode, 400);
    assert.equal((await post('{}', 'application/json')).statusCode, 400);
    assert.equal((await post(other.request(0, 5))).statusCode, 404);
    assert.equal((await post(log.request(5, 9, { proof: [] }), 'application/octet-stream')).statusCode, 422);
    assert.equal((await post(Buffer.alloc(300_000))).statusCode, 413);
    assert.equal((await app.inject({ method: 'GET', url: '/add-checkpoint' })).statusCode, 404);
    assert.ok((await app.inject({ method: 'GET', url: '/' })).body.startsWith(`${witness.vkey}\n`));
    await app.close();
    await witness.close();
  });
});

import { BLANK } from '#common/receipt/blank.ts';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { concatBytes, toHex } from '#common/bytes.ts';
import { openEnvelope } from '#common/signatures/dsse.ts';
import { leafHash } from '#common/tlog/merkle.ts';
import { parseMultiproof, rootFromMany } from '#common/tlog/multiproof.ts';
import { parseVkey } from '#common/tlog/note.ts';
import { parseProof, receiptEntry, verifyCheckpoint, verifyProof } from '#common/tlog/proof.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import { openStore, type Store } from '../store/index.ts';
import { openLog, type Log } from './index.ts';

const draft = (stream: string, more: Partial<ReceiptDraft> = {}): ReceiptDraft => ({
  kind: 'run',
  stream,
  ...BLANK,
  subject: [{ name: 'result', digest: { sha256: 'ab'.repeat(32) } }],
  ...more,
});

let home: string;
let store: Store;
let org = 0;
/** A log of its own for each test. */
const openNew = (): Promise<Log> => openLog({ store, home, org: `org-${++org}` });
const openAgain = (log: Log): Promise<Log> => openLog({ store, home, org: log.org });
const appendMany = (log: Log, count: number, streams = 5): Promise<LoggedReceipt[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => log.append(draft(`s${n % streams}`, { env: { n } }))));

/** What the app role can't do to its rows, done as the superuser. */
async function tamper(query: string, ...values: unknown[]): Promise<unknown[]> {
  const client = await store.connect('local');
  const admin = new Client({ host: client.host, port: client.port, user: 'postgres', database: 'assay' });
  await client.end();
  await admin.connect();
  await admin.query(`set session_replication_role = replica`);
  const { rows } = await admin.query<Record<string, unknown>>(query, values);
  await admin.end();
  return rows;
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'assay-log-'));
  store = await openStore({ home, org: 'local' });
});
after(async () => {
  await store.close();
  await rm(home, { recursive: true });
});

describe('a log', () => {
  it('answers with receipts in their place: index, seq, prev, all in the body', async () => {
    const log = await openNew();
    const receipts = [...(await appendMany(log, 600)), ...(await appendMany(log, 3))];
    assert.deepEqual(
      receipts.map(({ index }) => index),
      receipts.map((_, index) => index),
    );
    const last = new Map<string, string>();
    for (const { id, body } of receipts) {
      const { predicate } = parseReceipt(body);
      assert.equal(predicate.prev, last.get(predicate.stream) ?? null);
      assert.equal(predicate.org, log.org);
      assert.ok(log.vkey.startsWith(`${predicate.log}+`));
      last.set(predicate.stream, id);
    }
    assert.deepEqual((await log.fsck()).faults, []);
    await log.close();
  });

  it('proves each receipt offline, and seals it in an envelope', async () => {
    const log = await openNew();
    const keys = [parseVkey(log.vkey)];
    const receipts = await appendMany(log, 300);
    for (const { id, index, body } of [receipts[0]!, receipts[255]!, receipts[256]!, receipts[299]!]) {
      const { checkpoint, ...proved } = verifyProof(await log.proof(id), receiptEntry(id), keys);
      assert.equal(Number(proved.index), index);
      assert.ok(checkpoint.size >= 300n);
      assert.equal(Buffer.from(openEnvelope(await log.dsse(id), keys[0]!)).toString(), body);
    }
    // Asked for at once, it waits for the checkpoint that covers it.
    const { id } = await log.append(draft('new'));
    verifyProof(await log.proof(id), receiptEntry(id), keys);
    await assert.rejects(log.proof('ab'.repeat(32)), { code: 'NOT_FOUND' });
    // Under an older checkpoint too, unless it is too old, or another log's.
    const older = parseProof(await log.proof(receipts[0]!.id)).checkpoint;
    await appendMany(log, 300);
    const under = await log.proofs(receipts.slice(0, 256), older);
    assert.equal(under.size, 256);
    for (const [proved, text] of under) {
      assert.equal(parseProof(text).checkpoint, older);
      verifyProof(text, receiptEntry(proved), keys);
    }
    const late = await log.append(draft('late'));
    await assert.rejects(log.proofs([receipts[0]!, late], older), { code: 'NOT_FOUND' });
    await assert.rejects(log.proofs([receipts[0]!], older.replace('local', 'other')), { code: 'NOTE_INVALID' });
    assert.equal(verifyCheckpoint(await log.checkpoint(), keys).origin, log.origin);
    await log.close();
  });

  it('proves many receipts at once, from the tiles', async () => {
    const log = await openNew();
    const receipts = await appendMany(log, 700);
    const { note } = await log.cosigned(700, 0);
    const { size, root } = verifyCheckpoint(note, [parseVkey(log.vkey)]);
    for (const chosen of [receipts.slice(3, 600), receipts.filter(({ index }) => index % 7 < 2), receipts]) {
      const proof = parseMultiproof(await log.multiproof(chosen.map(({ index }) => index), note)); // prettier-ignore
      const leaves = concatBytes(chosen.map(({ id }) => leafHash(receiptEntry(id))));
      assert.deepEqual(rootFromMany(Number(size), proof, leaves), root);
      assert.equal(proof.checkpoint, note);
    }
    await log.close();
  });

  it('lists receipts by stream and kind, newest first, page by page', async () => {
    const log = await openNew();
    const receipts = await appendMany(log, 40, 2);
    const seal = await log.append(draft('s0', { kind: 'seal' }));
    assert.deepEqual(await log.get(seal.id), seal);
    assert.equal(await log.get('no digest'), undefined);
    assert.deepEqual(await log.receipts({ kind: 'seal' }), [seal]);
    assert.deepEqual(
      (await log.receipts({ limit: 3, before: 40, stream: 's1' })).map(({ index }) => index),
      [39, 37, 35],
    );
    assert.deepEqual(
      await log.stream('s1'),
      receipts.filter((_, n) => n % 2 === 1),
    );
    await log.close();
  });

  it('rejects a bad draft alone, whatever is wrong with it, and its neighbours keep their places', async () => {
    const log = await openNew();
    const bad: unknown[] = [
      null,
      'text',
      {},
      draft('s', { kind: 'nonsense' as 'run' }),
      draft(7 as unknown as string),
      draft('zero\0'),
      draft('half \ud800'),
      draft('x'.repeat(1025)),
      draft('s', { result: 'x'.repeat(70_000) }),
      draft('s', { result: { n: Number.NaN } }),
      draft('s', { params: 'short' }),
      { ...draft('s'), extra: 1 },
      {
        ...draft('s'),
        get result(): never {
          throw new Error('a trap');
        },
      },
    ];
    const outcomes = await Promise.allSettled(
      bad.flatMap((one) => [log.append(draft('s')), log.append(one as ReceiptDraft), log.append(draft('t'))]),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      bad.flatMap(() => ['fulfilled', 'rejected', 'fulfilled']),
    );
    for (const outcome of outcomes.slice(0, -3)) {
      if (outcome.status === 'rejected') assert.equal((outcome.reason as { code: string }).code, 'RECEIPT_INVALID');
    }
    const { ok, size } = await log.fsck();
    assert.deepEqual({ ok, size }, { ok: true, size: 2 * bad.length });
    await log.close();
  });

  it('takes the largest receipt and streams with strange names', async () => {
    const log = await openNew();
    const { body } = await log.append(draft('s', { result: 'x'.repeat(64_800) }));
    assert.ok(body.length > 65_000);
    for (const name of ['{"a"}', `o'clock\\`, '時'.repeat(300), ' ', '\n']) {
      const receipt = await log.append(draft(name));
      assert.deepEqual(await log.stream(name), [receipt]);
    }
    assert.deepEqual((await log.fsck()).faults, []);
    await log.close();
  });

  it('goes on where it stopped, at every width of its last tile', async () => {
    let log = await openNew();
    let size = 0;
    for (const count of [1, 254, 1, 1, 255, 256, 300]) {
      await appendMany(log, count);
      size += count;
      await log.close();
      log = await openAgain(log);
      const checkpoint = verifyCheckpoint(await log.checkpoint(), [parseVkey(log.vkey)]);
      assert.equal(checkpoint.size, BigInt(size));
    }
    assert.deepEqual(await log.fsck(), { ok: true, size, faults: [] });
    await log.close();
    await assert.rejects(log.append(draft('late')), { code: 'STOPPING' });
  });

  it('has one writer', async () => {
    const log = await openNew();
    await assert.rejects(openAgain(log), { code: 'LOG_BUSY' });
    await log.close();
    await (await openAgain(log)).close();
  });
});

/** A closed log of 700 receipts, and where its files are. */
async function closedLog(): Promise<{ log: Log; file: (path: string) => string }> {
  const log = await openNew();
  await appendMany(log, 700);
  await log.close();
  return { log, file: (path) => join(log.dir, path) };
}

async function contents(dir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path, await readFile(path, 'base64'));
  }
  return files;
}

describe('a log whose files are lost or changed', () => {
  it('makes them again from the database, the same bytes', async () => {
    const { log, file } = await closedLog();
    const before = await contents(log.dir);
    for (const lost of [
      'tile/0/001',
      'tile/0/002.p/188',
      'tile/entries/000',
      'tile/entries/002.p',
      'tile',
      'checkpoint',
      '.',
    ]) {
      await rm(file(lost), { recursive: true });
      await (await openAgain(log)).close();
      const now = await contents(log.dir);
      for (const [path, bytes] of now) assert.equal(before.get(path) ?? bytes, bytes, path);
      for (const needed of [
        'checkpoint',
        'tile/0/000',
        'tile/0/002.p/188',
        'tile/1/000.p/2',
        'tile/entries/002.p/188',
      ]) {
        assert.ok(now.has(file(needed)), `${needed} after losing ${lost}`);
      }
    }
    const again = await openAgain(log);
    assert.deepEqual((await again.fsck()).faults, []);
    await again.close();
  });

  it('writes half a last tile again, as a power cut leaves it', async () => {
    const { log, file } = await closedLog();
    await writeFile(file('tile/0/002.p/188'), '');
    await writeFile(file('tile/entries/002.p/188'), 'half');
    const again = await openAgain(log);
    assert.deepEqual((await again.fsck()).faults, []);
    await again.close();
  });

  it('publishes what a killed writer had committed and not published', async () => {
    const { log, file } = await closedLog();
    const published = await readFile(file('checkpoint'));
    const before = await openAgain(log);
    await appendMany(before, 500);
    await before.close();
    await writeFile(file('checkpoint'), published);
    const again = await openAgain(log);
    assert.deepEqual(await again.fsck(), { ok: true, size: 1200, faults: [] });
    await again.close();
  });

  it('is refused when the database was rolled back behind what was published', async () => {
    const { log } = await closedLog();
    await tamper('delete from assay.receipts where org = $1 and index >= 650', log.org);
    await assert.rejects(openAgain(log), { code: 'LOG_FORKED', message: /650 receipts and a signed head for 700/ });
    await tamper('delete from assay.checkpoints where org = $1 and size > 0', log.org);
    await tamper('delete from assay.receipts where org = $1', log.org);
    await assert.rejects(openAgain(log), {
      code: 'LOG_FORKED',
      message: /700 receipts was published; the database holds 0/,
    });
  });

  it('is refused when the database was rolled back behind a head that left it, though not yet with its tiles', async () => {
    const { log, file } = await closedLog();
    const checkpoint = await readFile(file('checkpoint'));
    const before = await openAgain(log);
    await appendMany(before, 40);
    await before.close();
    await writeFile(file('checkpoint'), checkpoint);
    await tamper('delete from assay.receipts where org = $1 and index >= 700', log.org);
    await tamper('delete from assay.checkpoints where org = $1 and size > 700', log.org);
    await assert.rejects(openAgain(log), {
      code: 'LOG_FORKED',
      message: /740 receipts was published; the database holds 700/,
    });
  });

  it('remembers its heads through a torn last line', async () => {
    const { log } = await closedLog();
    const heads = `${log.dir}.heads`;
    const text = await readFile(heads, 'utf8');
    await writeFile(heads, `${text}"half a he`);
    await (await openAgain(log)).close();
    await rm(heads);
    await (await openAgain(log)).close();
    assert.deepEqual(text.split('\n').at(-2), (await readFile(heads, 'utf8')).split('\n').at(-2));
  });

  it('is refused when the database tells another story of the same length, and its files stay as they were', async () => {
    const { log } = await closedLog();
    const before = await contents(log.dir);
    const id = Buffer.alloc(32, 1);
    await tamper('update assay.checkpoints set root = $2 where org = $1 and size = 700', log.org, id);
    await assert.rejects(openAgain(log), { code: 'LOG_FORKED', message: /never had the tree/ });
    assert.deepEqual(await contents(log.dir), before);
  });

  it('is refused when the receipts behind lost tiles were changed', async () => {
    const { log, file } = await closedLog();
    await tamper('update assay.receipts set id = $2 where org = $1 and index = 5', log.org, Buffer.alloc(32, 1));
    await rm(file('tile/0/000'));
    const before = await contents(log.dir);
    await assert.rejects(openAgain(log), { code: 'LOG_FORKED', message: /do not make/ });
    assert.deepEqual(await contents(log.dir), before);
  });

  it('is refused with a checkpoint that somebody else signed', async () => {
    const [{ log, file }, other] = [await closedLog(), await closedLog()];
    await cp(other.file('checkpoint'), file('checkpoint'));
    await assert.rejects(openAgain(log), { code: 'LOG_FORKED', message: /not signed by this log’s key/ });
  });

  it('is refused without its key, with another one, and with a damaged one', async () => {
    const { log } = await closedLog();
    const other = await openNew();
    await other.close();
    const [key, kept] = [join(home, 'keys', `log-${log.org}.key`), join(home, 'kept.key')];
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    await rename(key, kept);
    await assert.rejects(openAgain(log), { code: 'LOG_KEY', message: /There is no/ });
    await cp(join(home, 'keys', `log-${other.org}.key`), key);
    await assert.rejects(openAgain(log), { code: 'LOG_KEY', message: /another key/ });
    await writeFile(key, (await readFile(kept, 'utf8')).replace(/.\n$/, 'A\n'));
    await assert.rejects(openAgain(log), { code: 'LOG_KEY' });
    await rename(kept, key);
    await (await openAgain(log)).close();
  });
});

describe('fsck', () => {
  it('says where database and files part, and which of them is wrong', async () => {
    const log = await openNew();
    const receipts = await appendMany(log, 550, 3);
    await log.checkpoint();
    // So that the last tile had another width before.
    await log.proof(receipts[549]!.id);
    receipts.push(...(await appendMany(log, 50, 3)));
    const found = async (): Promise<string[]> =>
      (await log.fsck()).faults.map(({ code, where, side }) => `${code} ${where} ${side}`).toSorted();
    assert.deepEqual(await found(), []);

    const body = (index: number): string => receipts[index]!.body;
    const put = (index: number, id: string, text: string) =>
      tamper('update assay.receipts set id = $3, body = $4 where org = $1 and index = $2', log.org, index, Buffer.from(id, 'hex'), text); // prettier-ignore
    const edited = body(7).replace('"n":7', '"n":8');
    await put(7, receipts[7]!.id, edited);
    assert.deepEqual(await found(), ['RECEIPT receipt 7 database']);
    // A row that is right by itself, and not the one that was published.
    await put(7, createHash('sha256').update(edited).digest('hex'), edited);
    assert.deepEqual(await found(), ['CHAIN receipt 10 database', 'RECEIPT receipt 7 database']);
    assert.deepEqual((await log.fsck()).faults.map(({ index }) => index).toSorted(), [10, 7]);
    await put(7, receipts[7]!.id, body(7));
    await tamper(`update assay.receipts set stream = 'other' where org = $1 and index = 9`, log.org);
    const moved = ['CHAIN receipt 12 database', 'CHAIN receipt 9 database', 'RECEIPT receipt 9 database'];
    assert.deepEqual(await found(), moved);
    await tamper(`update assay.receipts set stream = 's0' where org = $1 and index = 9`, log.org);
    assert.deepEqual(await found(), []);

    for (const path of ['tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2', 'tile/entries/001', 'tile/entries/002.p/88'])
      await changed(log, path, async (bytes) => {
        for (const at of [40, bytes.length - 1]) {
          writeFileSync(join(log.dir, path), bytes.with(at, bytes[at]! ^ 1));
          assert.deepEqual(await found(), [`TILE ${path} file`], `byte ${at}`);
        }
        for (const cut of [
          bytes.subarray(0, -1),
          bytes.subarray(0, 34),
          Buffer.alloc(0),
          Buffer.concat([bytes, bytes]),
        ]) {
          writeFileSync(join(log.dir, path), cut);
          assert.deepEqual(await found(), [`TILE ${path} file`], `${cut.length} bytes`);
        }
        rmSync(join(log.dir, path));
        assert.deepEqual(await found(), [`TILE ${path} file`], 'missing');
      });

    // Partial tiles of smaller trees, which are there for whoever remembers one.
    const [older] = readdirSync(join(log.dir, 'tile/entries/002.p')).filter((width) => width !== '88');
    assert.ok(older !== undefined);
    for (const path of [`tile/entries/002.p/${older}`, `tile/0/002.p/${older}`])
      await changed(log, path, async (bytes) => {
        writeFileSync(join(log.dir, path), bytes.with(5, bytes[5]! ^ 1));
        assert.deepEqual(await found(), [`TILE ${path} file`]);
      });

    // Two files that agree with each other against the database: the signed root decides.
    await changed(log, 'tile/entries/000', async (entries) => {
      await changed(log, 'tile/0/000', async (hashes) => {
        const forged = entries.with(2 + 34 * 5, entries[2 + 34 * 5]! ^ 1);
        writeFileSync(join(log.dir, 'tile/entries/000'), forged);
        writeFileSync(join(log.dir, 'tile/0/000'), Buffer.concat([hashes.subarray(0, 160), leafHash(forged.subarray(2 + 34 * 5, 34 * 6)), hashes.subarray(192)])); // prettier-ignore
        assert.deepEqual(await found(), ['TILE tile/0/000 file', 'TILE tile/entries/000 file']);
        assert.deepEqual(
          (await log.fsck()).faults.map(({ index }) => index),
          [5, 5],
        );
      });
    });

    await tamper(`delete from assay.receipts where org = $1 and index = 599`, log.org);
    assert.deepEqual(await found(), ['COUNT checkpoints database', 'COUNT receipt 599 database']);
    rmSync(join(log.dir, 'checkpoint'));
    assert.ok((await found()).includes('CHECKPOINT checkpoint file'));
    await log.close();
  });

  it('holds the checkpoint to the key, to the database and to the tiles', async () => {
    const log = await openNew();
    const found = async (): Promise<string[]> =>
      (await log.fsck()).faults.map(({ code, where, side }) => `${code} ${where} ${side}`);
    await appendMany(log, 300);
    assert.deepEqual(await found(), []);
    const early = await log.checkpoint();
    await appendMany(log, 300);
    assert.deepEqual(await found(), []);
    await changed(log, 'checkpoint', async (note) => {
      const put = (text: string | Uint8Array): void => writeFileSync(join(log.dir, 'checkpoint'), text);
      put(note.with(note.length - 10, note[note.length - 10]! ^ 1));
      assert.deepEqual(await found(), ['CHECKPOINT checkpoint file']);
      put(note.toString().replace('\n600\n', '\n599\n'));
      assert.deepEqual(await found(), ['CHECKPOINT checkpoint file']);
      put(early);
      assert.deepEqual(await found(), ['CHECKPOINT checkpoint file'], 'one of another size, signed by the same key');
      assert.match((await log.fsck()).faults[0]!.what, /covers 300 receipts; the database has signed 600/);
    });
    const other = await openNew();
    await appendMany(other, 600);
    assert.equal((await other.fsck()).ok, true);
    await changed(log, 'checkpoint', async () => {
      await cp(join(other.dir, 'checkpoint'), join(log.dir, 'checkpoint'));
      assert.deepEqual(await found(), ['CHECKPOINT checkpoint file']);
    });
    await other.close();
    await tamper(`update assay.logs set vkey = 'x' where org = $1`, log.org);
    assert.deepEqual(await found(), ['KEY logs database']);
    await tamper(`update assay.logs set vkey = $2 where org = $1`, log.org, log.vkey);
    assert.deepEqual(await found(), []);
    await log.close();
  });
});

/** Puts the file back afterwards. */
async function changed(log: Log, path: string, change: (bytes: Buffer) => Promise<void>): Promise<void> {
  const file = join(log.dir, path);
  const bytes = readFileSync(file);
  await change(bytes);
  writeFileSync(file, bytes);
}

async function everyId(log: Log): Promise<string[]> {
  return store.withOrg(log.org, async (sql) => {
    const rows = await sql.selectFrom('receipts').select('id').where('org', '=', log.org).execute();
    return rows.map(({ id }) => toHex(id));
  });
}

describe('a log in trouble', () => {
  const WRITER = `select l.pid from pg_locks l
    where locktype = 'advisory' and objid = (hashtext($1)::bigint & 4294967295)::oid`;
  const CUTS = {
    'its connection is cut under it': async (log: Log) => {
      await tamper(`select pg_terminate_backend(pid) from (${WRITER}) w`, log.org);
    },
    'a server process crashes and all are restarted': async (log: Log) => {
      const [writer] = (await tamper(WRITER, log.org)) as { pid: number }[];
      if (writer !== undefined) process.kill(writer.pid, 'SIGKILL');
    },
  };
  for (const [when, cut] of Object.entries(CUTS)) {
    it(`writes each receipt once when ${when}`, async () => {
      const log = await openNew();
      await appendMany(log, 10);
      const answered: LoggedReceipt[] = [];
      for (let round = 0; round < 4; round++) {
        const writing = Promise.all(Array.from({ length: 400 }, (_, n) => log.append(draft(`s${n % 5}`))));
        await new Promise((resolve) => setTimeout(resolve, 3 * round));
        await cut(log);
        answered.push(...(await writing), await log.append(draft('after')));
      }
      const kept = new Set(await everyId(log));
      assert.ok(answered.every(({ id }) => kept.has(id)));
      assert.equal(kept.size, 10 + 4 * 401, 'nothing was written twice');
      assert.deepEqual((await log.fsck()).faults, []);
      await log.close();
    });
  }

  it('writes each receipt once when the next connections are cut as well', async () => {
    let cuts = 0;
    const connect = async (of: string): Promise<Client> => {
      const client = await store.connect(of);
      // As a server does that comes upon the crash of one of its processes a moment later.
      if (cuts-- > 0) client.query = () => Promise.reject(new Error('Connection terminated unexpectedly'));
      return client;
    };
    const log = await openLog({ store: { ...store, connect }, home, org: `org-${++org}` });
    await appendMany(log, 10);
    await CUTS['its connection is cut under it'](log);
    cuts = 3;
    const answered = await appendMany(log, 400);
    assert.ok(cuts <= 0, `${cuts} connections were never made`);
    const kept = new Set(await everyId(log));
    assert.ok(answered.every(({ id }) => kept.has(id)));
    assert.equal(kept.size, 410, 'nothing was written twice');
    await log.close();
  });

  it('refuses while its files can’t be written, and goes on when they can', async () => {
    const log = await openNew();
    const first = await appendMany(log, 300);
    await log.proof(first[299]!.id);
    const tile = join(log.dir, 'tile');
    await rename(tile, `${tile}.away`);
    await writeFile(tile, 'in the way');
    // Durable, and so answered; only its proof and the next batch have to wait.
    const answered = await appendMany(log, 300);
    await assert.rejects(log.proof(answered[0]!.id), { code: 'STORE_UNAVAILABLE' });
    await assert.rejects(log.append(draft('s')), { code: 'STORE_UNAVAILABLE' });
    await rm(tile);
    await rename(`${tile}.away`, tile);
    const { id, index } = await log.append(draft('s0'));
    assert.equal(index, 600);
    verifyProof(await log.proof(id), receiptEntry(id), [parseVkey(log.vkey)]);
    assert.deepEqual((await log.fsck()).faults, []);
    await log.close();
  });
});

import { BLANK } from '#common/receipt/blank.ts';
import assert from 'node:assert/strict';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { parseReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import { openStore, type Store } from '../store/index.ts';
import { openLog, type Log } from './index.ts';
import { EPOCH, EpochKeys, epochOf, firstKey, nextKey, tagCommitment, tagger } from './tag-keys.ts';

const master = new Uint8Array(32).fill(3);
const LOG = 'log.example/a+01234567';
const id = new Uint8Array(32).fill(9);

describe('epoch keys', () => {
  it('are computed forwards, the same from every epoch that is known', () => {
    const all = new EpochKeys(firstKey(master, 'a', LOG));
    for (const index of [0, 1, EPOCH - 1, EPOCH, 5 * EPOCH + 7, 40 * EPOCH]) {
      const tag = all.at(index, id);
      const fresh = new EpochKeys(firstKey(master, 'a', LOG));
      assert.deepEqual(fresh.at(index, id), tag);
      assert.deepEqual(new EpochKeys(fresh.key, fresh.epoch).at(index, id), tag);
    }
    assert.throws(() => all.at(39 * EPOCH, id), RangeError);
  });

  it('make tags that are HMAC-SHA-256 of place and receipt', () => {
    const key = firstKey(master, 'a', LOG);
    const own = Buffer.from(hkdfSync('sha256', key, '', 'assay tags/v1 tag', 32));
    const place = Buffer.from('000000000000012d', 'hex');
    const expected = createHmac('sha256', own).update(place).update(id).digest();
    const tag = tagger(key);
    assert.notDeepEqual(tag(300, id), expected);
    assert.deepEqual(tag(301, id), expected);
    assert.deepEqual(tag(301, id), expected);
  });

  it('differ by organisation, log, master, epoch, place and receipt', () => {
    const tags = [
      new EpochKeys(firstKey(master, 'a', LOG)).at(0, id),
      new EpochKeys(firstKey(master, 'b', LOG)).at(0, id),
      new EpochKeys(firstKey(master, 'a', `${LOG}8`)).at(0, id),
      new EpochKeys(firstKey(master.with(0, 4), 'a', LOG)).at(0, id),
      new EpochKeys(firstKey(master, 'a', LOG)).at(EPOCH, id),
      new EpochKeys(firstKey(master, 'a', LOG)).at(1, id),
      new EpochKeys(firstKey(master, 'a', LOG)).at(0, id.with(0, 1)),
    ].map((tag) => tag.toString('hex'));
    assert.equal(new Set(tags).size, tags.length);
    assert.ok(tags.every((tag) => /^[0-9a-f]{64}$/.test(tag)));
    assert.notEqual(tagCommitment(master, 'a', LOG), tagCommitment(master, 'b', LOG));
    assert.ok(!firstKey(master, 'a', LOG).equals(Buffer.from(tagCommitment(master, 'a', LOG), 'hex')));
  });
});

/** A scheme as a thief meets it: what a home holds at a receipt's time, and what he can make of it. */
interface Scheme {
  readonly first: (master: Uint8Array, org: string) => Buffer;
  readonly next: (key: Buffer) => Buffer;
}
const HONEST: Scheme = { first: (key, org) => firstKey(key, org, LOG), next: nextKey };
/** Broken twins: a ratchet that keeps its key, one that can be turned back, a first key without the organisation. */
const KEEPS: Scheme = { ...HONEST, next: (key) => key };
const TURNS: Scheme = { ...HONEST, next: (key) => Buffer.from(key.map((byte) => byte ^ 0x5a)) };
const FOR_ALL: Scheme = { ...HONEST, first: (key) => Buffer.from(hkdfSync('sha256', key, '', 'assay tags', 32)) };

const keyAt = ({ first, next }: Scheme, org: string, epoch: number): Buffer =>
  Array.from({ length: epoch }).reduce<Buffer>((key) => next(key), first(master, org));

/** All keys that a thief of this one comes to by what he can compute. */
function reachable(scheme: Scheme, stolen: Buffer): Buffer[] {
  const found = [stolen];
  for (let n = 0; n < 12; n++) found.push(scheme.next(found.at(-1)!));
  const turned = Buffer.from(stolen.map((byte) => byte ^ 0x5a));
  return [...found, turned];
}

/** Whether a thief of `org`’s key of one epoch forges a tag of `victim`’s receipt in another. */
function forges(
  scheme: Scheme,
  [org, at]: readonly [string, number],
  [victim, epoch]: readonly [string, number],
): boolean {
  const index = epoch * EPOCH + 3;
  const wanted = tagger(keyAt(scheme, victim, epoch))(index, id);
  return reachable(scheme, keyAt(scheme, org, at)).some((key) => tagger(key)(index, id).equals(wanted));
}

describe('a thief of the present key', () => {
  it('forges what comes, and nothing of earlier epochs', () => {
    assert.ok(forges(HONEST, ['a', 5], ['a', 5]) && forges(HONEST, ['a', 5], ['a', 9]), 'the test can tell');
    for (let epoch = 0; epoch < 5; epoch++) {
      assert.equal(forges(HONEST, ['a', 5], ['a', epoch]), false);
      assert.equal(forges(KEEPS, ['a', 5], ['a', epoch]), true, 'the broken twin that keeps its key');
    }
    assert.equal(forges(TURNS, ['a', 5], ['a', 4]), true, 'the broken twin that can be turned back');
  });

  it('forges nothing of another organisation', () => {
    for (let epoch = 0; epoch < 9; epoch++) assert.equal(forges(HONEST, ['a', 0], ['b', epoch]), false);
    assert.equal(forges(FOR_ALL, ['a', 0], ['b', 3]), true, 'the broken twin without the organisation');
  });
});

let home: string;
let store: Store;
let org = 0;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'assay-tags-'));
  store = await openStore({ home, org: 'local' });
});
after(async () => {
  await store.close();
  await rm(home, { recursive: true });
});

const draft = (n: number): ReceiptDraft => ({
  kind: 'run',
  stream: `s${n % 5}`,
  ...BLANK,
  env: { n },
});
const appendMany = (log: Log, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, n) => log.append(draft(n))));
const begin = (log: Log, key: Uint8Array = master): Promise<unknown> =>
  log.changeKeys({ event: 'tag', master: key, reason: null });

/** As whoever owns the database. */
async function tamper(query: string, ...values: unknown[]): Promise<void> {
  const client = await store.connect('local');
  const admin = new Client({ host: client.host, port: client.port, user: 'postgres', database: 'assay' });
  await client.end();
  await admin.connect();
  await admin.query(`set session_replication_role = replica`);
  await admin.query(query, values);
  await admin.end();
}
const openNew = (): Promise<Log> => openLog({ store, home, org: `org-${++org}` });
const stateOf = (log: Log): string =>
  join(home, 'keys', `tags-${log.org}-${log.keys().tags!.commitment.slice(0, 8)}.key`);
const state = (log: Log): { epoch: number; key: string } => JSON.parse(readFileSync(stateOf(log), 'utf8')) as never;

describe('tags of a log', () => {
  it('hold for every receipt behind the one that began them, through restarts', async () => {
    let log = await openNew();
    await appendMany(log, 300);
    await begin(log);
    await appendMany(log, 700);
    assert.deepEqual(await log.checkTags(master), { ok: true, from: 301, to: 1001, faults: [] });
    await log.close();
    assert.equal(state(log).epoch, epochOf(1001));
    log = await openLog({ store, home, org: log.org });
    await log.append(draft(0));
    await log.changeKeys({ event: 'rotate', reason: null });
    await appendMany(log, 30);
    assert.equal(log.tagging(), true);
    assert.deepEqual(await log.checkTags(master), { ok: true, from: 301, to: 1033, faults: [] });
    await assert.rejects(log.checkTags(master.with(0, 1)), { code: 'KEY_INVALID' });
    assert.deepEqual((await log.fsck()).faults, []);
    await log.close();
  });

  it('leave neither master nor an older key in the home, and nothing in a receipt', async () => {
    const log = await openNew();
    const secret = randomBytes(32);
    await begin(log, secret);
    const first = state(log).key;
    assert.equal(statSync(stateOf(log)).mode & 0o777, 0o600);
    await appendMany(log, 3 * EPOCH);
    await log.close();
    const { epoch, key } = state(log);
    assert.equal(epoch, 3);
    const scheme = { first: () => firstKey(secret, log.org, logName(log)), next: nextKey };
    assert.equal(key, keyAt(scheme, log.org, 3).toString('hex'));
    const forbidden = [first, secret.toString('hex'), secret.toString('base64')];
    for (const name of await readdir(join(home, 'keys'))) {
      const text = await readFile(join(home, 'keys', name), 'utf8');
      for (const one of forbidden) assert.ok(!text.includes(one), name);
    }
  });

  it('are begun anew under another master key: each knows its own part', async () => {
    const log = await openNew();
    await begin(log);
    await appendMany(log, 20);
    await assert.rejects(begin(log), { code: 'KEY_INVALID' }, 'the first key would come back');
    const other = randomBytes(32);
    await begin(log, other);
    await appendMany(log, 20);
    assert.deepEqual(await log.checkTags(master), { ok: true, from: 1, to: 22, faults: [] });
    assert.deepEqual(await log.checkTags(other), { ok: true, from: 22, to: 42, faults: [] });
    await log.close();
  });

  it('are missed where the key was lost, and the log goes on', async () => {
    let log = await openNew();
    await begin(log);
    await appendMany(log, 5);
    await log.close();
    await rm(stateOf(log));
    log = await openLog({ store, home, org: log.org });
    assert.equal(log.tagging(), false);
    await appendMany(log, 2);
    const { ok, faults } = await log.checkTags(master);
    assert.equal(ok, false);
    assert.deepEqual(faults.map(({ index, code }) => `${index} ${code}`), ['6 UNTAGGED', '7 UNTAGGED']); // prettier-ignore
    await begin(log);
    await appendMany(log, 2);
    assert.equal(
      (await log.checkTags(master)).faults.length,
      3,
      'and only those, with the receipt that began it again',
    );
    await log.close();
  });

  it('go on from a key that a crash left behind the log', async () => {
    let log = await openNew();
    await begin(log);
    const early = await readFile(stateOf(log));
    await appendMany(log, 2 * EPOCH + 9);
    await log.close();
    await writeFile(stateOf(log), early);
    log = await openLog({ store, home, org: log.org });
    assert.equal(state(log).epoch, 2, 'which is gone when the log is open');
    await appendMany(log, 9);
    assert.equal((await log.checkTags(master)).ok, true);
    await log.close();
  });
});

describe('an edit in the database', () => {
  it('by a thief of the present key is located when it is of an earlier epoch, and not by one who kept the first key', async () => {
    const log = await openNew();
    await begin(log);
    await cp(stateOf(log), join(home, 'kept'));
    await appendMany(log, 2 * EPOCH);
    await log.close();
    const stolen = state(log);
    const kept = JSON.parse(await readFile(join(home, 'kept'), 'utf8')) as typeof stolen;
    const again = await openLog({ store, home, org: log.org });
    const [row] = (await again.receipts({ limit: 1, before: 9 })) as [{ id: string; body: string; index: number }];
    const body = row.body.replace(/"n":\d+/, '"n":99');
    const forged = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body)));
    const write = (tag: Buffer): Promise<void> =>
      tamper(`update assay.receipts set body = $1, id = $2, hmac = $3 where org = $4 and index = $5`, body, forged, tag, log.org, row.index); // prettier-ignore
    assert.notEqual(parseReceipt(body).predicate.env['n'], parseReceipt(row.body).predicate.env['n']);
    await write(tagger(Buffer.from(stolen.key, 'hex'))(row.index, forged));
    assert.deepEqual((await again.checkTags(master)).faults.map(({ index, code }) => `${index} ${code}`), ['8 TAG']); // prettier-ignore
    await write(new EpochKeys(Buffer.from(kept.key, 'hex'), kept.epoch).at(row.index, forged));
    assert.equal(
      (await again.checkTags(master)).ok,
      true,
      'the broken twin: with the key of its epoch, it is not seen',
    );
    await again.close();
  });
});

const logName = (log: Log): string => log.vkey.split('+').slice(0, 2).join('+');

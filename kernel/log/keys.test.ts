import { BLANK } from '#common/receipt/blank.ts';
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEnvelope } from '#common/signatures/dsse.ts';
import { keyName, parseVkey } from '#common/tlog/note.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import { verifyLog } from '#common/verify/log.ts';
import { openStore, type Store } from '../store/index.ts';
import { openLog, type Log } from './index.ts';

const draft = (stream: string, more: Partial<ReceiptDraft> = {}): ReceiptDraft => ({
  kind: 'run',
  stream,
  ...BLANK,
  ...more,
});

let home: string;
let store: Store;
let org = 0;
const openNew = (): Promise<Log> => openLog({ store, home, org: `org-${++org}` });
const reopened = async (log: Log): Promise<Log> => {
  await log.close();
  return openLog({ store, home, org: log.org });
};
const keysOf = (log: Log): string[] =>
  readdirSync(join(home, 'keys')).filter((name) => name.startsWith(`seal-${log.org}-`) || name.startsWith(`tags-${log.org}-`)); // prettier-ignore
const fileOf = (log: Log): string => `seal-${log.org}-${log.keys().current.name.slice(-8)}.key`;
const signerOf = ({ body }: LoggedReceipt): string => parseReceipt(body).predicate.signer;
const rotate = (log: Log): Promise<LoggedReceipt> => log.changeKeys({ event: 'rotate', reason: null });

/** As a stranger sees it: the whole log, and its key. */
async function exported(log: Log): Promise<string[]> {
  const receipts = (await log.receipts({ limit: 1000 })).toReversed();
  const lines = receipts.map(({ body }) => `${body}\n`).join('');
  await log.fsck();
  const report = await verifyLog([new TextEncoder().encode(lines)], {
    org: log.org,
    checkpoint: await log.checkpoint(),
    vkey: log.vkey,
  });
  assert.ok(receipts.length < 1000 && report.receipts === receipts.length);
  return report.faults.map(({ code, index }) => `${index} ${code}`);
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'assay-keys-'));
  store = await openStore({ home, org: 'local' });
});
after(async () => {
  await store.close();
  await rm(home, { recursive: true });
});

describe('keys of a log', () => {
  it('begin with the log’s own, follow each other by receipts, and leave the disk when their time ends', async () => {
    let log = await openNew();
    const own = keyName(parseVkey(log.vkey));
    assert.equal(signerOf(await log.append(draft('s'))), own);
    assert.deepEqual(keysOf(log), []);
    const created = await rotate(log);
    assert.deepEqual([created.index, signerOf(created)], [1, own]);
    const first = log.keys().current.name;
    const sealed = await log.append(draft('s', { kind: 'seal' }));
    assert.equal(signerOf(sealed), first);
    const rotated = await rotate(log);
    assert.equal(signerOf(rotated), first, 'the outgoing key’s last act');
    assert.deepEqual(keysOf(log), [fileOf(log)]);
    // Logged under the key before, and asked for when that had left the disk.
    const key = log.keys().find(first)!.vkey;
    assert.equal(Buffer.from(openEnvelope(await log.dsse(sealed.id), key)).toString(), sealed.body);
    const second = log.keys().current.name;
    log = await reopened(log);
    assert.equal(log.keys().current.name, second);
    const next = await log.append(draft('s', { kind: 'seal' }));
    openEnvelope(await log.dsse(next.id), log.keys().current.vkey);
    await assert.rejects(log.dsse(sealed.id), { code: 'LOG_KEY' }, 'nobody can sign with it any more');
    assert.deepEqual(await exported(log), []);
    assert.deepEqual((await log.fsck()).faults, []);
    assert.deepEqual(await log.keyReceipts(3), [created]);
    await log.close();
  });

  it('change in the midst of appends: each receipt names the key of its place', async () => {
    const log = await openNew();
    const appended: Promise<LoggedReceipt>[] = [];
    const changes: Promise<LoggedReceipt>[] = [];
    for (let n = 0; n < 60; n++) {
      for (let k = 0; k < 5; k++) appended.push(log.append(draft(`s${n % 7}`, { env: { n, k } })));
      if (n % 12 === 5) changes.push(rotate(log));
      if (n % 20 === 7) changes.push(log.changeKeys({ event: 'revoke', key: log.keys().current.name, reason: 'why not' }).catch((error: unknown) => error as LoggedReceipt)); // prettier-ignore
      if (n % 3 === 0) await appended.at(-1);
    }
    const receipts = await Promise.all(appended);
    const logged = (await Promise.all(changes)).filter((one) => 'index' in one);
    assert.ok(logged.length >= 5);
    for (const receipt of receipts) assert.equal(signerOf(receipt), log.keys().at(receipt.index).name);
    assert.deepEqual(await exported(log), []);
    assert.deepEqual((await log.fsck()).faults, []);
    assert.deepEqual(keysOf(log), [fileOf(log)]);
    await log.close();
  });

  it('are revoked by the log’s word, the one that signs for another at once', async () => {
    const log = await openNew();
    await rotate(log);
    const stolen = log.keys().current.name;
    await rotate(log);
    const late = await log.changeKeys({ event: 'revoke', key: stolen, reason: 'found on a bus' });
    assert.equal(signerOf(late), keyName(parseVkey(log.vkey)));
    assert.deepEqual(log.keys().find(stolen)!.revoked, { at: 2, reason: 'found on a bus' });
    const current = log.keys().current.name;
    await log.changeKeys({ event: 'revoke', key: current.slice(-8), reason: null });
    assert.notEqual(log.keys().current.name, current);
    for (const key of [current, stolen, keyName(parseVkey(log.vkey)), 'deadbeef', ''])
      await assert.rejects(log.changeKeys({ event: 'revoke', key, reason: null }), { code: 'KEY_INVALID' });
    assert.deepEqual(keysOf(log), [fileOf(log)]);
    assert.deepEqual(await exported(log), []);
    await log.close();
  });

  it('are nobody else’s to write about', async () => {
    const log = await openNew();
    for (const one of [draft('s', { kind: 'key' }), draft('assay/keys')])
      await assert.rejects(log.append(one), { code: 'RECEIPT_INVALID' });
    await log.append(draft('s'));
    assert.deepEqual(await exported(log), []);
    await log.close();
  });
});

describe('a kernel that died while keys changed', () => {
  it('forgets a key that no receipt names', async () => {
    let log = await openNew();
    await rotate(log);
    const name = log.keys().current.name;
    const stray = `seal-${log.org}-0123abcd.key`;
    await cp(join(home, 'keys', fileOf(log)), join(home, 'keys', stray));
    assert.ok(keysOf(log).includes(stray));
    log = await reopened(log);
    assert.deepEqual(keysOf(log), [fileOf(log)]);
    assert.equal(log.keys().current.name, name);
    const sealed = await log.append(draft('s'));
    openEnvelope(await log.dsse(sealed.id), log.keys().current.vkey);
    await log.close();
  });

  it('deletes a key whose time has ended', async () => {
    let log = await openNew();
    await rotate(log);
    const old = fileOf(log);
    const secret = await readFile(join(home, 'keys', old));
    await rotate(log);
    writeFileSync(join(home, 'keys', old), secret);
    log = await reopened(log);
    assert.deepEqual(keysOf(log), [fileOf(log)]);
    await log.close();
  });

  it('without the key that signs now goes on logging, refuses to sign, and takes a new one by revoking it', async () => {
    let log = await openNew();
    await rotate(log);
    await rm(join(home, 'keys', fileOf(log)));
    log = await reopened(log);
    const lost = log.keys().current.name;
    const receipt = await log.append(draft('s'));
    await assert.rejects(log.dsse(receipt.id), { code: 'LOG_KEY' });
    await assert.rejects(rotate(log), { code: 'LOG_KEY' });
    assert.deepEqual(keysOf(log), [], 'nothing is made for what can’t be');
    await log.changeKeys({ event: 'revoke', key: lost, reason: 'lost' });
    const sealed = await log.append(draft('s'));
    openEnvelope(await log.dsse(sealed.id), log.keys().current.vkey);
    assert.deepEqual(await exported(log), []);
    await log.close();
  });
});

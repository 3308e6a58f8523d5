/**
 * Every file in database/: what somebody who owns the database edited in a log of twenty tagged receipts, and which ones the check with
 * the master key must name. `$1` stands for the organisation.
 */
import { BLANK } from '#common/receipt/blank.ts';
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from 'pg';
import type { ReceiptDraft } from '#common/receipt/receipt.ts';
import { openLog, type Log } from '../../../kernel/log/index.ts';
import { openStore, type Store } from '../../../kernel/store/index.ts';

interface Edit {
  readonly what: string;
  readonly sql: readonly string[];
  /** `index CODE` of each fault. */
  readonly fails: readonly string[];
}

const master = new Uint8Array(32).fill(3);
const folder = join(import.meta.dirname, 'database');
let home: string;
let store: Store;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'assay-tampered-'));
  store = await openStore({ home, org: 'local' });
  await (await taggedLog('other')).close();
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

async function taggedLog(org: string): Promise<Log> {
  const log = await openLog({ store, home, org });
  await log.changeKeys({ event: 'tag', master, reason: null });
  await Promise.all(Array.from({ length: 20 }, (_, n) => log.append(draft(n))));
  return log;
}

/** Past the triggers that refuse changes, as the database's owner can. */
async function edit(statements: readonly string[]): Promise<number> {
  const { host, port } = await store.connect('local').then(async (client) => {
    await client.end();
    return client;
  });
  const admin = new Client({ host, port, user: 'postgres', database: 'assay' });
  await admin.connect();
  await admin.query('set session_replication_role = replica');
  let changed = 0;
  for (const sql of statements) changed += (await admin.query(sql)).rowCount ?? 0;
  await admin.end();
  return changed;
}

for (const path of globSync('*.json', { cwd: folder }).toSorted()) {
  const { what, sql, fails } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as Edit;
  const name = basename(path, '.json');
  test(`database/${name}: ${what}`, async () => {
    const log = await taggedLog(name);
    assert.deepEqual(await log.checkTags(master), { ok: true, from: 1, to: 21, faults: [] });
    assert.ok((await edit(sql.map((one) => one.replaceAll('$1', `'${name}'`)))) > 0, 'nothing was changed');
    const { ok, faults } = await log.checkTags(master);
    assert.equal(ok, false);
    assert.deepEqual(faults.map(({ index, code }) => `${index} ${code}`), fails); // prettier-ignore
    await log.close();
  });
}

/** What the role that the kernel works as can't do, tried as that role. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { openStore, type Store } from './index.ts';

const DENIED = '42501';
const TABLES = ['logs', 'receipts', 'checkpoints', 'oversight', 'seals', 'datasets', 'runs', 'settings'];
const WORKING = new Set(['runs', 'settings']);
const EVIDENCE = TABLES.filter((table) => !WORKING.has(table));

describe('the app role', () => {
  let home: string;
  let store: Store;
  let app: Client;
  let owner: Client;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'assay-roles-'));
    store = await openStore({ home, org: 'ours' });
    app = await store.connect('ours');
    const { host, port } = app;
    owner = new Client({ host, port, user: 'assay_owner', database: 'assay', options: '-c assay.org=ours' });
    await owner.connect();
    for (const org of ['ours', 'theirs']) {
      await app.query(`select set_config('assay.org', $1, false)`, [org]);
      const id = Buffer.alloc(32, org);
      const receipt =
        'insert into receipts (org, index, id, stream, seq, kind, body) values ($1, 0, $2, $3, 0, $4, $5)';
      await app.query(receipt, [org, id, 'main', 'run', '{}']);
      await app.query('insert into logs (org, origin, vkey) values ($1, $1, $1)', [org]);
      await app.query('insert into checkpoints (org, size, root, note) values ($1, 0, $2, $1)', [org, id]);
      await app.query('insert into oversight (org, index, author, note) values ($1, 0, $1, $1)', [org]);
      await app.query('insert into seals (org, id, notebook, root, bundle) values ($1, $2, $1, $2, $2)', [org, id]);
      const dataset = `insert into datasets (org, name, digest, format, meta) values ($1, $1, $2, 'csv', '{}')`;
      await app.query(dataset, [org, id]);
      await app.query(`insert into runs (org, id, method, state) values ($1, $1, 'a.b', 'done')`, [org]);
      await app.query(`insert into settings (org, name, value) values ($1, $1, '1')`, [org]);
    }
    await app.query(`select set_config('assay.org', 'ours', false)`);
  });

  after(async () => {
    await app.end();
    await owner.end();
    await store.close();
    await rm(home, { recursive: true });
  });

  const refused = (query: string, code = DENIED): Promise<void> =>
    assert.rejects(app.query(query), (error: unknown) => {
      assert.equal((error as { code?: string }).code, code, `${query}: ${String(error)}`);
      return true;
    });
  const count = async (table: string): Promise<number> =>
    (await app.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]!.n;

  it('is neither owner nor superuser, belongs to nothing, and owns nothing', async () => {
    const { rows } = await app.query<Record<string, unknown>>(
      `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as may,
              (select count(*) from pg_auth_members where member = r.oid) as groups,
              (select count(*) from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = r.oid
                and deptype = 'o') as owned
         from pg_roles r where rolname = current_user`,
    );
    assert.deepEqual(rows, [{ may: false, groups: 0, owned: 0 }]);
  });

  it('finds every table with an org behind a policy that is forced', async () => {
    const { rows } = await owner.query<{ name: string; forced: boolean; policies: number }>(
      `select relname as name, relrowsecurity and relforcerowsecurity as forced,
              (select count(*)::int from pg_policy where polrelid = c.oid) as policies
         from pg_class c where relnamespace = 'assay'::regnamespace and relkind in ('r', 'p')`,
    );
    const tenant = rows.filter(({ name }) => name !== 'migrations');
    assert.deepEqual(tenant.map(({ name }) => name).toSorted(), TABLES.toSorted());
    assert.deepEqual(
      tenant.filter(({ forced, policies }) => !forced || policies !== 1),
      [],
    );
  });

  it('was granted SELECT and INSERT on evidence, and nothing more', async () => {
    const { rows } = await owner.query<{ table: string; grants: string }>(
      `select table_name as table, string_agg(privilege_type, ' ' order by privilege_type) as grants
         from information_schema.role_table_grants where grantee = 'assay_app' group by 1`,
    );
    const grants = Object.fromEntries(rows.map(({ table, grants }) => [table, grants]));
    for (const table of TABLES) {
      assert.equal(grants[table], WORKING.has(table) ? 'DELETE INSERT SELECT UPDATE' : 'INSERT SELECT', table);
    }
    assert.equal(grants['migrations'], undefined);
  });

  for (const table of EVIDENCE) {
    it(`can’t change or remove ${table}`, async () => {
      await refused(`update ${table} set org = 'ours'`);
      await refused(`delete from ${table}`);
      await refused(`truncate ${table} cascade`);
      await refused(`select * from ${table} for update`);
      const upsert = `on conflict on constraint ${table}_pkey do update set org = excluded.org`;
      await refused(`insert into ${table} select * from ${table} ${upsert}`);
      await app.query('begin');
      await refused(`lock table ${table} in access exclusive mode`);
      await app.query('rollback');
      assert.equal(await count(table), 1);
    });
  }

  for (const table of TABLES) {
    it(`sees and adds only its organisation’s rows of ${table}`, async () => {
      assert.equal(await count(table), 1);
      const { rows } = await app.query(`select from ${table} where org <> 'ours'`);
      assert.equal(rows.length, 0);
      await refused(`insert into ${table} select (jsonb_populate_record(x, '{"org": "theirs"}')).* from ${table} x`);
    });
  }

  it('can’t reach other organisations’ working rows by change or removal', async () => {
    for (const table of WORKING) {
      assert.equal((await app.query(`delete from ${table} where org = 'theirs'`)).rowCount, 0);
      await refused(`update ${table} set org = 'theirs'`);
    }
  });

  it('can’t take its restrictions off', async () => {
    for (const table of TABLES) {
      await refused(`alter table ${table} disable row level security`);
      await refused(`alter table ${table} no force row level security`);
      await refused(`alter table ${table} disable trigger all`);
      await refused(`drop policy tenant on ${table}`);
      await refused(`create policy mine on ${table} using (true)`);
      await refused(`drop table ${table} cascade`);
      await refused(`alter table ${table} owner to assay_app`);
    }
    for (const table of EVIDENCE) await refused(`drop trigger kept on ${table}`);
    await refused('drop schema assay cascade');
    await refused('create table assay.mine ()');
    await refused('create schema mine');
    await refused('create temporary table receipts ()');
    await refused(
      'create or replace function assay.refuse_change() returns trigger language plpgsql as $$ begin end $$',
    );
    await app.query('set row_security = off');
    await refused('select * from receipts');
    await app.query('reset row_security');
  });

  it('can’t become another role, or grant itself anything', async () => {
    for (const role of ['assay_owner', 'postgres']) {
      await refused(`set role ${role}`);
      await refused(`set session authorization ${role}`);
      await refused(`grant ${role} to assay_app`);
    }
    await refused('alter role assay_app bypassrls');
    await refused('alter role assay_app superuser');
    await refused('create role mine');
    await app.query('grant update on receipts to assay_app');
    await refused(`update receipts set body = ''`);
    await refused(`select pg_read_file('PG_VERSION')`);
    await refused(`copy (select 1) to program 'true'`);
  });

  it('even the owner trips over its own slips', async () => {
    for (const table of EVIDENCE) {
      const kept = { code: '23000', message: `evidence in ${table} is never changed` };
      await assert.rejects(owner.query(`update assay.${table} set org = org`), kept);
      await assert.rejects(owner.query(`delete from assay.${table}`), kept);
      await assert.rejects(owner.query(`truncate assay.${table} cascade`), { code: '23000' });
      const { rows } = await owner.query(`select from assay.${table}`);
      assert.equal(rows.length, 1, 'the owner is under the policy too');
    }
  });
});

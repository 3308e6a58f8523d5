import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Client } from 'pg';
import { openStore } from './index.ts';
import { launch, type Server } from './launcher.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

const folders: string[] = [];
async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'assay-store-'));
  folders.push(home);
  return home;
}

after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('openStore', () => {
  it('says what is wrong with DATABASE_URL', async () => {
    for (const [databaseUrl, message] of [
      ['nonsense', /not a URL/],
      ['mysql://localhost/x', /begins with postgres:/],
      ['postgres://nobody@127.0.0.1:1/x', /No database answers/],
    ] as const)
      await assert.rejects(openStore({ home: await makeHome(), org: 'ours', databaseUrl }), {
        code: 'STORE_URL',
        message,
      });
  });

  it('keeps rows from one opening to the next, each organisation its own', async () => {
    const home = await makeHome();
    const first = await openStore({ home, org: 'ours' });
    await first.sql.insertInto('settings').values({ org: 'ours', name: 'theme', value: '"dark"' }).execute();
    await first.withOrg('theirs', (sql) =>
      sql.insertInto('settings').values({ org: 'theirs', name: 'theme', value: '"light"' }).execute(),
    );
    await assert.rejects(
      first.withOrg('theirs', async (sql) => {
        await sql.deleteFrom('settings').where('org', '=', 'theirs').execute();
        throw new Error('changed my mind');
      }),
      { message: 'changed my mind' },
    );
    await first.close();
    await first.close();
    const second = await openStore({ home, org: 'ours' });
    const rows = () => second.sql.selectFrom('settings').selectAll().execute();
    assert.deepEqual(await rows(), [{ org: 'ours', name: 'theme', value: 'dark' }]);
    const theirs = await second.withOrg('theirs', (sql) => sql.selectFrom('settings').select('value').execute());
    assert.deepEqual(theirs, [{ value: 'light' }]);
    assert.equal((await rows()).length, 1, 'the connection is ours again');
    await second.close();
  });

  it('refuses a name that would not be an organisation’s', async () => {
    await assert.rejects(openStore({ home: await makeHome(), org: 'a -c is_superuser=on' }), { code: 'NAME_INVALID' });
  });

  it('tells the second kernel who holds the home, and takes it over from one that was killed', async () => {
    const home = await makeHome();
    const code = `
      import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const store = await openStore({ home: ${JSON.stringify(home)}, org: 'ours' });
      await store.announce('http://127.0.0.1:4242');
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    await assert.rejects(openStore({ home, org: 'ours' }), (error: unknown) => {
      const { code, message, details } = error as { code: string; message: string; details: { pid: number } };
      assert.equal(code, 'HOME_LOCKED');
      assert.equal(details.pid, other.pid);
      assert.match(message, new RegExp(`process ${other.pid} since 20.*listening at http://127.0.0.1:4242`));
      return true;
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    const store = await openStore({ home, org: 'ours' });
    await assert.rejects(openStore({ home, org: 'ours' }), { code: 'HOME_LOCKED' });
    await store.close();
  });

  it('frees the home when it could not open', async () => {
    const home = await makeHome();
    const databaseUrl = 'postgres://nobody:x@127.0.0.1:1/none';
    for (let round = 0; round < 2; round++) {
      await assert.rejects(openStore({ home, databaseUrl, org: 'ours' }), { code: 'STORE_URL' });
    }
    await assert.rejects(openStore({ home, databaseUrl: 'not a url', org: 'ours' }), { code: 'STORE_URL' });
  });
});

/** Roles with passwords, as a team's server would have them; `team` owns the database. */
async function teamServer(may: string): Promise<{ server: Server; url: string; admin: Client }> {
  const server = await launch({ home: await makeHome() });
  const admin = new Client({ host: server.folder, port: server.port, user: server.superuser, database: 'postgres' });
  await admin.connect();
  await admin.query(`create role team login password 'p w/1' ${may}`);
  await admin.query('create database evidence owner team');
  await writeFile(join(server.data, 'pg_hba.conf'), 'local all postgres trust\nlocal all all scram-sha-256\n');
  await admin.query('select pg_reload_conf()');
  const url = `postgres://team:p%20w%2F1@team.example:${server.port}/evidence?host=${encodeURIComponent(server.folder)}`;
  return { server, url, admin };
}

describe('a team’s server', () => {
  it('gets its tables and an app role with a password that every kernel can derive', async () => {
    const { server, url, admin } = await teamServer('createrole');
    const homes = [await makeHome(), await makeHome()];
    const stores = await Promise.all(homes.map((home) => openStore({ home, databaseUrl: url, org: 'ours' })));
    await stores[0]!.sql.insertInto('settings').values({ org: 'ours', name: 'a', value: '1' }).execute();
    assert.equal((await stores[1]!.sql.selectFrom('settings').selectAll().execute()).length, 1);
    const { rows } = await admin.query(`select rolsuper, rolbypassrls from pg_roles where rolname = 'evidence_app'`);
    assert.deepEqual(rows, [{ rolsuper: false, rolbypassrls: false }]);
    await Promise.all(stores.map((store) => store.close()));

    await admin.query('alter role evidence_app bypassrls');
    const refused = { code: 'STORE_ROLE', message: /alter role "evidence_app" login nosuperuser nobypassrls/ };
    await assert.rejects(openStore({ home: homes[0]!, databaseUrl: url, org: 'ours' }), refused);
    await admin.query('alter role evidence_app nobypassrls');
    await admin.query(`alter role evidence_app password 'changed'`);
    const shut = { code: 'STORE_ROLE', message: /can’t log in/ };
    await assert.rejects(openStore({ home: homes[0]!, databaseUrl: url, org: 'ours' }), shut);
    await admin.end();
    await server.stop();
  });

  it('names the SQL for the administrator when its role may not create roles', async () => {
    const { server, url, admin } = await teamServer('');
    const home = await makeHome();
    let remedy = '';
    await assert.rejects(openStore({ home, databaseUrl: url, org: 'ours' }), (error: unknown) => {
      const { code, details } = error as { code: string; details: { sql: string } };
      assert.equal(code, 'STORE_ROLE');
      remedy = details.sql;
      return true;
    });
    await admin.query(remedy);
    const store = await openStore({ home, databaseUrl: url, org: 'ours' });
    await store.close();
    await admin.end();
    await server.stop();
  });
});

describe('migrate', () => {
  it('runs once when two start at once, and refuses what it does not know', async () => {
    const server = await launch({ home: await makeHome() });
    const at = { host: server.folder, port: server.port, user: server.superuser, database: 'postgres' };
    const clients = [new Client(at), new Client(at), new Client(at)];
    for (const client of clients) await client.connect();
    const [client] = clients as [Client, ...Client[]];
    await client.query('create role app');
    await Promise.all(clients.map((one) => migrate(one, 'app')));
    const { rows } = await client.query<{ name: string }>('select name from assay.migrations order by name');
    assert.deepEqual(
      rows.map(({ name }) => name),
      MIGRATIONS.map(({ name }) => name),
    );

    const broken = [...MIGRATIONS, { name: '9998-broken', sql: 'create table assay.half (); select nonsense' }];
    await assert.rejects(migrate(client, 'app', broken), { code: '42703' });
    const half = await client.query(`select to_regclass('assay.half') as half`);
    assert.deepEqual(half.rows, [{ half: null }]);

    await migrate(client, 'app', [...MIGRATIONS, { name: '9999-later', sql: 'create table assay.later ()' }]);
    await assert.rejects(migrate(client, 'app'), { code: 'STORE_VERSION', message: /9999-later/ });
    const edited = MIGRATIONS.map((one, index) => (index === 0 ? { ...one, sql: `${one.sql} ` } : one));
    await assert.rejects(migrate(client, 'app', edited), { code: 'STORE_VERSION', message: /another text/ });
    for (const one of clients) await one.end();
    await server.stop();
  });
});

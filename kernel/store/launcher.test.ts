import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { launch, type Server } from './launcher.ts';
import { findBinaries, hydrate } from './postgres/binaries.ts';
import { serversOf } from './postgres/orphans.ts';
import { chooseServant, type ServantKind } from './postgres/servant.ts';

const homes: string[] = [];
async function makeHome(name = 'home'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-launch-'));
  homes.push(folder);
  // Readable for the other user that the server may run as.
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  await chmod(folder, 0o755);
  return home;
}

async function ask(server: Server, query: string): Promise<unknown> {
  const client = new Client({ host: server.folder, port: server.port, user: server.superuser, database: 'postgres' });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(query)).rows[0]!)[0];
  } finally {
    await client.end();
  }
}

after(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true });
});

/** How PostgreSQL can be run by us on this machine: as root in up to two ways. */
async function waysHere(): Promise<ServantKind[]> {
  const isRoot = process.getuid?.() === 0;
  const { postgres } = await findBinaries(join(await makeHome(), 'lib'));
  const possible: ServantKind[] = [];
  for (const way of isRoot ? (['namespace', 'user'] as const) : (['self'] as const)) {
    await chooseServant(postgres, [way]).then(
      () => possible.push(way),
      () => undefined,
    );
  }
  return possible;
}

describe('the embedded server', () => {
  it('starts in every way that this machine allows, keeps its data between them, and stops', async () => {
    const home = await makeHome();
    const ways = await waysHere();
    const tried: string[] = [];
    for (const way of [...ways, ways[0]!]) {
      const server = await launch({ home, servants: [way] });
      tried.push(server.servant);
      await ask(server, 'create table if not exists kept (way text)').catch(() => undefined);
      await ask(server, `insert into kept values ('${way}') returning 1`);
      assert.equal(await ask(server, 'select count(*)::int from kept'), tried.length);
      assert.equal(await ask(server, 'show listen_addresses'), '', 'no TCP');
      assert.equal(await ask(server, 'show fsync'), 'on');
      assert.equal((await stat(server.folder)).mode & 0o077, 0, 'the socket is for nobody else');
      await server.stop();
      assert.deepEqual(serversOf(server.data), []);
    }
    assert.ok(tried.length >= 2, `ways tried: ${tried.join(', ')}`);
  });

  for (const leash of [true, false]) {
    it(`ends with a killed kernel ${leash ? 'by the system’s signal' : 'by the watching shell'}`, async () => {
      for (const way of await waysHere()) {
        const home = await makeHome();
        const code = `
          import { launch } from ${JSON.stringify(new URL('./launcher.ts', import.meta.url).href)};
          const { data } = await launch(${JSON.stringify({ home, leash, servants: [way] })});
          console.log(data);
          setInterval(() => {}, 1000);`;
        const kernel = spawn(process.execPath, ['--input-type=module', '-e', code], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const [data] = (await once(kernel.stdout, 'data')) as [Buffer];
        const folder = data.toString().trim();
        assert.ok(serversOf(folder).length > 0);
        kernel.kill('SIGKILL');
        for (let waited = 0; serversOf(folder).length > 0 && waited < 30_000; waited += 20) await sleep(20);
        assert.deepEqual(serversOf(folder), [], way);
      }
    });
  }

  it('takes over from an orphan that still runs, and from a postmaster.pid that names a stranger', async () => {
    const home = await makeHome();
    const orphan = await launch({ home });
    const second = await launch({ home });
    assert.equal(await ask(second, 'select 1'), 1);
    await orphan.stop();
    assert.deepEqual(serversOf(second.data), []);
    await writeFile(join(second.data, 'postmaster.pid'), `${process.pid}\n${second.data}\n`);
    const third = await launch({ home });
    assert.equal(await ask(third, 'select 1'), 1);
    await third.stop();
  });

  it('listens in a short folder when the home lies too deep for a socket', async () => {
    const home = await makeHome(`${'deep/'.repeat(30)}home`);
    const server = await launch({ home });
    assert.ok(!server.folder.startsWith(home));
    assert.equal(await ask(server, 'select 1'), 1);
    await server.stop();
    homes.push(server.folder);
  });

  it('makes the database again when making it was interrupted, and refuses one of another version', async () => {
    const home = await makeHome();
    await mkdir(join(home, 'pg.new-half'));
    await writeFile(join(home, 'pg.new-half/PG_VERSION'), '18\n');
    const said: string[] = [];
    const server = await launch({ home, onProgress: (what) => said.push(what) });
    await server.stop();
    assert.equal(said.length, 1);
    await assert.rejects(stat(join(home, 'pg.new-half')), { code: 'ENOENT' });
    await writeFile(join(server.data, 'PG_VERSION'), '12\n');
    await assert.rejects(launch({ home }), { code: 'STORE_VERSION', message: /PostgreSQL 12; this is 18/ });
  });

  it('quotes the server’s log when it does not start', async () => {
    const home = await makeHome();
    const server = await launch({ home });
    await server.stop();
    await rm(join(server.data, 'global/pg_control'));
    await assert.rejects(launch({ home }), { code: 'STORE_START', message: /pg_control/ });
    assert.deepEqual(serversOf(server.data), []);
  });
});

describe('hydrate', () => {
  const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];

  it('makes the links that npm dropped, and again when one points nowhere', async () => {
    const root = await makeHome();
    await mkdir(join(root, 'native/lib'), { recursive: true });
    await writeFile(join(root, 'native/lib/libx.so.1.2'), 'library');
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await hydrate(root, links, join(root, 'spare')), {});
      assert.equal(await readFile(join(root, 'native/lib/libx.so.1'), 'utf8'), 'library');
    }
    await unlink(join(root, 'native/lib/libx.so.1'));
    await hydrate(root, links, join(root, 'spare'));
    assert.equal(await readlink(join(root, 'native/lib/libx.so.1')), 'libx.so.1.2');
  });

  it('makes them in a folder of ours when the package cannot be written', async () => {
    const spare = join(await makeHome(), 'spare');
    // The system's own folder refuses even root.
    const root = process.platform === 'darwin' ? '/System' : '/sys';
    const env = await hydrate(root, [{ source: 'libx.so.1.2', target: 'libx.so.1' }], spare);
    assert.deepEqual(Object.values(env), [spare]);
    assert.equal(await readlink(join(spare, 'libx.so.1')), `${root}/libx.so.1.2`);
  });
});

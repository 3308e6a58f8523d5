/** Opens the database: holds the home, starts the server where there is no other, and brings its tables up to date. */
import { resolve } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import {
  asOrg,
  checkOrg,
  connect,
  embeddedAccess,
  prepareApp,
  remoteAccess,
  tryApp,
  using,
  type Access,
} from './connect.ts';
import { launch, type Server } from './launcher.ts';
import { lockHome } from './lock.ts';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';
import type { Store, StoreOptions } from './types.ts';

export type { Database } from './schema.ts';
export type { Store, StoreOptions } from './types.ts';

/** @throws HOME_LOCKED, STORE_START, STORE_UNSUPPORTED, STORE_VERSION, STORE_ROLE, STORE_URL, STORE_UNAVAILABLE, NAME_INVALID */
export async function openStore(options: StoreOptions): Promise<Store> {
  checkOrg(options.org);
  const home = resolve(options.home);
  const lock = await lockHome(home);
  let server: Server | undefined;
  try {
    const url = options.databaseUrl;
    if (url === undefined || url === '') server = await launch({ home, onProgress: options.onProgress });
    const access = server === undefined ? await remoteAccess(url!) : await embeddedAccess(server);
    await using(access.owner, async (owner) => {
      await prepareApp(owner, access);
      await migrate(owner, access.app.user);
    });
    if (server === undefined) await tryApp(access);
    return storeOf(
      home,
      options.org,
      access,
      async () => {
        await server?.stop();
        await lock.release();
      },
      lock.announce,
    );
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw error;
  }
}

function storeOf(
  home: string,
  org: string,
  access: Access,
  stop: () => Promise<void>,
  announce: (url: string) => Promise<void>,
): Store {
  const pool = new Pool({ ...asOrg(access.app, org), max: 8, idleTimeoutMillis: 60_000, allowExitOnIdle: true });
  // A lost idle connection: the next query opens another.
  pool.on('error', () => undefined);
  const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  return {
    home,
    org,
    sql: kysely,
    announce,
    withOrg: (other, run) => {
      checkOrg(other);
      return kysely.transaction().execute(async (transaction) => {
        await sql`select set_config('assay.org', ${other}, true)`.execute(transaction);
        return run(transaction);
      });
    },
    connect: (other) => connect(asOrg(access.app, other)),
    close: () => (closing ??= kysely.destroy().then(stop)),
  };
}

/** Brings a database to this version's tables, as their owner. Running it again, or twice at once, changes nothing. */
import { createHash } from 'node:crypto';
import { escapeIdentifier, type ClientBase } from 'pg';
import { AssayError } from '#common/errors.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';

/** `pg_advisory_xact_lock` of whoever migrates: "assay" in ASCII. */
const LOCK = 0x61_73_73_61_79;

/** `owner` is connected as the owner's role; `app` names the role that the kernel works as. @throws STORE_VERSION */
export async function migrate(
  owner: ClientBase,
  app: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  if ((await pending(owner, migrations)).length === 0) return;
  await owner.query('begin');
  try {
    await owner.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const name = escapeIdentifier(app);
    await owner.query(PREPARE.replaceAll('{app}', name));
    for (const migration of await pending(owner, migrations)) {
      await owner.query(migration.sql.replaceAll('{app}', name));
      await owner.query('insert into assay.migrations (name, digest) values ($1, $2)', [
        migration.name,
        digestOf(migration),
      ]);
    }
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

const PREPARE = `
create schema if not exists assay;
grant usage on schema assay to {app};
create table if not exists assay.migrations (
  name text primary key,
  digest bytea not null,
  at timestamptz not null default now()
);
revoke all on assay.migrations from public;
`;

/** Those that have not run. What has run must be what we know, in our order. */
async function pending(owner: ClientBase, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const { rows: found } = await owner.query<{ there: boolean }>(
    `select to_regclass('assay.migrations') is not null as there`,
  );
  if (found[0]?.there !== true) return migrations;
  const { rows: done } = await owner.query<{ name: string; digest: Buffer }>(
    'select name, digest from assay.migrations order by name',
  );
  for (const [index, { name, digest }] of done.entries()) {
    const known = migrations[index];
    if (known?.name === name && digestOf(known).equals(digest)) continue;
    const message =
      known?.name === name
        ? `The database ran another text of migration ${name}.`
        : `The database ran migration ${name}, which this version does not know.`;
    throw new AssayError('STORE_VERSION', message, { details: { migration: name } });
  }
  return migrations.slice(done.length);
}

function digestOf(migration: Migration): Buffer {
  return createHash('sha256').update(migration.sql).digest();
}

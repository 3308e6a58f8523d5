/** Where the database is and how each role gets in. */
import { Client, DatabaseError, escapeIdentifier, escapeLiteral, types, type ClientBase, type ClientConfig } from 'pg';
import { AssayError } from '#common/errors.ts';
import { codeOf } from './files.ts';
import { SUPERUSER, type Server } from './launcher.ts';
import { createRole, derivePassword, ensureRole, roleError } from './roles.ts';

export interface Access {
  readonly owner: ClientConfig;
  readonly app: ClientConfig & { readonly user: string };
}

const DATABASE = 'assay';
const OWNER = 'assay_owner';
const OLDEST = 15;
/** Milliseconds until a server that says nothing counts as not there. */
const FIRST_ANSWER = 15_000;

/** Organisations are file names, role settings and parts of key names: `[a-z0-9][a-z0-9-]{0,62}`. @throws NAME_INVALID */
export function checkOrg(org: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(org)) {
    throw new AssayError('NAME_INVALID', `“${org}” can’t name an organisation.`, { where: 'org' });
  }
}

/** int8 as a number: nothing we count passes 2^53. */
const numbers: NonNullable<ClientConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid),
};

/** The settings with which every connection for an organisation starts: the policies read `assay.org`. */
export function asOrg(config: ClientConfig, org: string): ClientConfig {
  checkOrg(org);
  return { ...config, types: numbers, options: `-c assay.org=${org} -c search_path=assay,pg_temp` };
}

/** On the embedded server, whose roles and database this makes once. */
export async function embeddedAccess(server: Server): Promise<Access> {
  const at = { host: server.folder, port: server.port };
  const app = `${DATABASE}_app`;
  const access = {
    owner: { ...at, user: OWNER, database: DATABASE, application_name: 'assay' },
    app: { ...at, user: app, database: DATABASE, application_name: 'assay' },
  };
  const there = await using(access.owner, () => Promise.resolve(true)).catch((error: unknown) => {
    if (['28000', '3D000'].includes(codeOf(error) ?? '')) return false;
    throw error;
  });
  if (there) return access;
  await using({ ...at, user: SUPERUSER, database: 'postgres' }, async (client) => {
    for (const role of [OWNER, app]) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) await client.query(createRole(role));
    }
    await client.query(`create database ${DATABASE} owner ${OWNER}`);
    await client.query(`revoke all on database ${DATABASE} from public`);
    await client.query(`grant connect on database ${DATABASE} to ${app}`);
  });
  return access;
}

/** On a team's server: the URL's role owns, and `<database>_app` is the role the kernel works as. @throws STORE_URL, STORE_VERSION */
export async function remoteAccess(url: string): Promise<Access> {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new AssayError('STORE_URL', 'DATABASE_URL is not a URL.', { cause });
  }
  if (!/^postgres(?:ql)?:$/.test(parsed.protocol))
    throw new AssayError('STORE_URL', `DATABASE_URL begins with postgres://, not ${parsed.protocol}//.`);
  const { name, version } = await using(
    { connectionString: url, connectionTimeoutMillis: FIRST_ANSWER },
    async (client) => {
      const { rows } = await client.query<{ name: string; version: number }>(
        `select current_database() as name, current_setting('server_version_num')::int as version`,
      );
      return rows[0]!;
    },
  ).catch((error: unknown) => {
    const { message } = error as Error;
    const said = error instanceof DatabaseError ? `The server at DATABASE_URL says: ${message}` : message;
    throw new AssayError('STORE_URL', said, { cause: error });
  });
  if (version < OLDEST * 10_000) {
    const message = `The server runs PostgreSQL ${Math.floor(version / 10_000)}; Assay needs ${OLDEST} or newer.`;
    throw new AssayError('STORE_VERSION', message);
  }
  const user = `${name}_app`;
  const password = parsed.password === '' ? undefined : derivePassword(decodeURIComponent(parsed.password), user);
  const asApp = new URL(url);
  asApp.username = encodeURIComponent(user);
  asApp.password = password ?? '';
  asApp.searchParams.delete('options');
  return {
    owner: { connectionString: url, application_name: 'assay' },
    app: { connectionString: asApp.href, user, password, application_name: 'assay' },
  };
}

/** The app role exists, may no more than it should, and gets in. @throws STORE_ROLE */
export async function prepareApp(owner: ClientBase, { app }: Access): Promise<void> {
  const password = typeof app.password === 'string' ? app.password : undefined;
  await ensureRole(owner, app.user, password);
}

/** Says whether the app role gets in before anything depends on it. @throws STORE_ROLE */
export async function tryApp({ app }: Access): Promise<void> {
  await using(app, () => Promise.resolve()).catch((error: unknown) => {
    if (!['28P01', '28000', '42501'].includes(codeOf(error) ?? '')) throw error;
    const password = typeof app.password === 'string' ? app.password : undefined;
    const remedy =
      password === undefined
        ? `grant connect on database ${DATABASE} to ${app.user}`
        : `alter role ${escapeIdentifier(app.user)} password ${escapeLiteral(password)}`;
    throw roleError(`The role ${app.user} can’t log in.`, remedy, error);
  });
}

/** One connection for one purpose. @throws STORE_UNAVAILABLE when nobody answers */
export async function using<T>(config: ClientConfig, run: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(config);
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** @throws STORE_UNAVAILABLE when nobody answers; the server's refusals come as they are */
export async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  // Without a listener a lost connection would end the process; whoever uses it learns by the query that fails.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (error instanceof DatabaseError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AssayError('STORE_UNAVAILABLE', `No database answers: ${message}`, { cause: error });
  }
}

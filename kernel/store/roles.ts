/**
 * Two roles. The owner makes the tables. The app role, as which the kernel works, owns nothing, is a member of nothing, and passes no
 * row-level security: what it was not granted it can't grant itself.
 */
import { hkdfSync } from 'node:crypto';
import { escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import { AssayError } from '#common/errors.ts';
import { codeOf } from './files.ts';

const ATTRIBUTES = 'login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit';

/** `create role …` as an administrator would type it. */
export function createRole(name: string, password?: string): string {
  const secret = password === undefined ? '' : ` password ${escapeLiteral(password)}`;
  return `create role ${escapeIdentifier(name)} ${ATTRIBUTES}${secret}`;
}

/**
 * The app role's password on a team's server: derived from the owner's, so that every kernel with the same DATABASE_URL knows it and none
 * stores it.
 */
export function derivePassword(ownerPassword: string, app: string): string {
  return Buffer.from(hkdfSync('sha256', ownerPassword, app, 'assay app role', 24)).toString('base64url');
}

/** Makes the app role when missing, and refuses one that may too much. @throws STORE_ROLE naming the SQL that helps */
export async function ensureRole(owner: ClientBase, app: string, password?: string): Promise<void> {
  const { rows } = await owner.query<{ super: boolean; bypass: boolean; login: boolean; groups: string[] }>(
    `select rolsuper as super, rolbypassrls as bypass, rolcanlogin as login,
            array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
                  where m.member = r.oid) as groups
       from pg_roles r where rolname = $1`,
    [app],
  );
  const role = rows[0];
  if (role === undefined) return makeRole(owner, app, password);
  if (role.super || role.bypass || !role.login || role.groups.length > 0) {
    const groups = role.groups.map((group) => `; revoke ${escapeIdentifier(group)} from ${escapeIdentifier(app)}`);
    throw roleError(
      `The role ${app} may more than it should.`,
      `alter role ${escapeIdentifier(app)} ${ATTRIBUTES}${groups.join('')}`,
    );
  }
}

async function makeRole(owner: ClientBase, app: string, password?: string): Promise<void> {
  try {
    await owner.query(createRole(app, password));
  } catch (error) {
    // Made by another kernel a moment ago.
    if (codeOf(error) === '42710' || codeOf(error) === '23505') return;
    if (codeOf(error) !== '42501') throw error;
    throw roleError(
      `The role ${app} is missing and DATABASE_URL’s role may not create it.`,
      createRole(app, password),
      error,
    );
  }
}

export function roleError(what: string, remedy: string, cause?: unknown): AssayError {
  return new AssayError('STORE_ROLE', `${what} Run: ${remedy};`, { cause, details: { sql: remedy } });
}

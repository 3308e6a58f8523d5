/**
 * As whom the server runs. PostgreSQL refuses root, and initdb a user that /etc/passwd doesn't know: then it runs in a user namespace in
 * which we have another number (files stay ours), or, where containers forbid that, as another user to whom its folder is given.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { AssayError } from '#common/errors.ts';

export type ServantKind = 'self' | 'namespace' | 'user';

export interface Servant {
  readonly kind: ServantKind;
  /** Stands before the command. */
  readonly prefix: readonly string[];
  /** For spawn. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** Who owns the server's files, as we see them; -1 where users have no numbers. */
  readonly owner: number;
  /** `setpriv --pdeathsig` in front, so that the server ends with the thread that starts it; empty where there is none. */
  readonly leash: readonly string[];
}

/** `kinds` are tried in order; `probe` is a program that the servant must be able to run. @throws STORE_UNSUPPORTED */
export async function chooseServant(probe: string, kinds: readonly ServantKind[] = candidates()): Promise<Servant> {
  const leash = (await runs(['setpriv', '--pdeathsig', 'INT', 'true'])) ? ['setpriv', '--pdeathsig', 'INT'] : [];
  const me = process.getuid?.() ?? -1;
  for (const kind of kinds) {
    if (kind === 'self') return { kind, prefix: [], ids: {}, owner: me, leash };
    const other = await otherUser();
    if (other === undefined) continue;
    if (kind === 'namespace') {
      const prefix = ['unshare', '--user', `--map-user=${other.uid}`, `--map-group=${other.gid}`];
      if (await runs([...prefix, 'true'])) return { kind, prefix, ids: {}, owner: me, leash };
    } else if (await runs([probe, '--version'], other)) {
      return { kind, prefix: [], ids: other, owner: other.uid, leash };
    }
  }
  throw new AssayError(
    'STORE_UNSUPPORTED',
    'PostgreSQL does not run as root, and here it can run neither in a user namespace nor as another user.',
    { details: { tried: kinds, program: probe } },
  );
}

function candidates(): ServantKind[] {
  if (process.getuid?.() === 0) return ['namespace', 'user'];
  try {
    userInfo();
    return ['self'];
  } catch {
    return ['namespace', 'self'];
  }
}

/** The user to become: 1000 where it exists, else nobody, else the first that isn't root. */
async function otherUser(): Promise<{ uid: number; gid: number } | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const users = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && Number.isInteger(gid));
  const chosen = users.find(({ uid }) => uid === 1000) ?? users.find(({ name }) => name === 'nobody') ?? users[0];
  return chosen === undefined ? undefined : { uid: chosen.uid, gid: chosen.gid };
}

function runs(command: readonly string[], ids: Servant['ids'] = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), { ...ids, stdio: 'ignore', cwd: '/' });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

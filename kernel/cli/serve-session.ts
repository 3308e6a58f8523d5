import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../auth.ts';
import { makeFolder, writeWhole } from '../store/files.ts';

/**
 * What signed-in browsers' cookies hold, kept in home/keys/session (0600): a page that was open when the kernel stopped goes on when it is
 * started again. Removing the file signs every browser out at the next start.
 */
export async function keptSession(home: string): Promise<string> {
  const path = join(home, 'keys', 'session');
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (/^[\w-]{43}$/.test(kept)) return kept;
  const session = newSecret();
  await makeFolder(join(home, 'keys'), 0o700);
  await writeWhole(path, `${session}\n`, { mode: 0o600 });
  return session;
}

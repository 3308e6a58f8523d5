/** A Unix socket's path holds about 100 bytes: a data directory that lies deep gets a short folder among the temporary files. */
import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PORT = 5432;
/** sockaddr_un holds 104 bytes on macOS, 108 on Linux, with a final zero. */
const LIMIT = 100;

export interface SocketPlace {
  /** For `pg`: host is the folder, and the port is part of the file's name. */
  readonly folder: string;
  readonly port: number;
}

/** Makes the folder, for nobody but `owner` (and root). */
export async function placeSocket(home: string, owner: number): Promise<SocketPlace> {
  const own = join(home, 'run');
  const short = join(tmpdir(), `assay-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  const wanted = Buffer.byteLength(join(own, `.s.PGSQL.${PORT}`)) <= LIMIT ? own : short;
  return { folder: await privateFolder(wanted, owner), port: PORT };
}

async function privateFolder(path: string, owner: number): Promise<string> {
  await mkdir(path, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(path);
  const me = process.getuid?.() ?? -1;
  // Among temporary files the name may have been taken by somebody else.
  if (!found.isDirectory() || (found.uid !== me && found.uid !== owner)) {
    return privateFolder(await mkdtemp(join(tmpdir(), 'assay-')), owner);
  }
  await chmod(path, 0o700);
  if (found.uid !== owner) await chown(path, owner, -1);
  return path;
}

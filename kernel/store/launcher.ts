/** The real PostgreSQL in the data directory: made on the first start, on a Unix socket only, and never outliving the kernel. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, lchown, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '#common/errors.ts';
import { makeFolder, syncFolder } from './files.ts';
import { findBinaries, type Binaries } from './postgres/binaries.ts';
import { endOrphans } from './postgres/orphans.ts';
import { chooseServant, type Servant, type ServantKind } from './postgres/servant.ts';
import { SETTINGS } from './postgres/settings.ts';
import { placeSocket, type SocketPlace } from './postgres/socket.ts';

export interface LaunchOptions {
  /** Absolute, and locked by the caller. */
  readonly home: string;
  readonly onProgress?: ((what: string) => void) | undefined;
  /** Ways to run the server that may be tried, best first; all of them unless given. */
  readonly servants?: readonly ServantKind[] | undefined;
  /** `false`: ends the server through a watching shell even where the system could do it. */
  readonly leash?: boolean | undefined;
}

export interface Server extends SocketPlace {
  /** The first user, who may do everything. Local connections by whoever can reach the socket's folder are trusted. */
  readonly superuser: string;
  /** The data directory. */
  readonly data: string;
  readonly servant: ServantKind;
  /** Ends connections and the server; resolves when no process is left. */
  stop(): Promise<void>;
}

export const SUPERUSER = 'postgres';
/** Milliseconds. Crash recovery replays at most `max_wal_size`. */
const START_LIMIT = 120_000;

/** @throws STORE_START, STORE_UNSUPPORTED, STORE_VERSION */
export async function launch(options: LaunchOptions): Promise<Server> {
  const { home } = options;
  const binaries = await findBinaries(join(home, 'lib'));
  const servant = await chooseServant(binaries.postgres, options.servants);
  const data = join(home, 'pg');
  if (servant.kind === 'user') await letThrough(home);
  await initialise(data, binaries, servant, options.onProgress);
  await endOrphans(data);
  const socket = await placeSocket(home, servant.owner);
  const child = await start(data, socket, binaries, options.leash === false ? { ...servant, leash: [] } : servant);
  return { ...socket, superuser: SUPERUSER, data, servant: servant.kind, stop: () => stop(child, data) };
}

/** Whole or not there: made beside and renamed, so that a kernel killed meanwhile leaves nothing that looks ready. */
async function initialise(
  data: string,
  binaries: Binaries,
  servant: Servant,
  onProgress: LaunchOptions['onProgress'],
): Promise<void> {
  const found = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found !== undefined) {
    if (found.trim() !== binaries.major) {
      const message = `${data} was made by PostgreSQL ${found.trim()}; this is ${binaries.major}.`;
      throw new AssayError('STORE_VERSION', message, { where: data });
    }
    if ((await stat(data)).uid !== servant.owner) await giveTo(data, servant.owner);
    return;
  }
  onProgress?.('Making the database, once: about a second');
  const home = dirname(data);
  for (const name of await readdir(home)) {
    // One whose kernel was killed may be about to end, and still write.
    if (name.startsWith('pg.new-')) await rm(join(home, name), { recursive: true, force: true, maxRetries: 10 });
  }
  const fresh = await mkdtemp(join(home, 'pg.new-'));
  if (servant.owner >= 0) await chown(fresh, servant.owner, -1);
  const args = ['-D', fresh, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  const log = join(home, 'pg.log');
  const child = await run([...servant.prefix, ...servant.leash, binaries.initdb, ...args], binaries, servant, log);
  const code = await exitOf(child);
  if (code !== 0) throw await startError('initdb failed', log, 0);
  await rename(fresh, data);
  await syncFolder(home);
}

async function start(data: string, socket: SocketPlace, binaries: Binaries, servant: Servant): Promise<ChildProcess> {
  const log = join(dirname(data), 'pg.log');
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const place = ['-D', data, '-k', socket.folder, '-p', String(socket.port)];
  const server = [...servant.prefix, ...servant.leash, binaries.postgres, ...place, ...settings];
  const leashed = servant.leash.length > 0;
  const command = leashed ? server : ['/bin/sh', '-c', WATCH, 'assay-watch', ...server];
  for (let attempt = 0; ; attempt++) {
    const from = await stat(log).then(
      ({ size }) => (size > 1 << 20 ? 0 : size),
      () => 0,
    );
    const child = await run(command, binaries, servant, log, leashed ? 'ignore' : 'pipe');
    if (await isReady(child, data)) return child;
    // Its predecessor may have been on its way up when its kernel was killed.
    if (attempt === 2) throw await startError('PostgreSQL did not start', log, from);
    await endOrphans(data);
  }
}

/**
 * Where `setpriv` is missing: a shell that ends the server when its standard input closes, which the system does for us when the kernel
 * dies. What runs in the background of a shell ignores SIGINT until the server sets its own handler.
 */
const WATCH = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
( cat <&3 >/dev/null; kill -INT $server 2>/dev/null ) & watch=$!
exec 3<&-
wait $server; code=$?
kill $watch 2>/dev/null
exit $code`;

async function run(
  command: readonly string[],
  binaries: Binaries,
  servant: Servant,
  log: string,
  stdin: 'pipe' | 'ignore' = 'ignore',
): Promise<ChildProcess> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  const file = await open(log, size > 1 << 20 ? 'w' : 'a', 0o600);
  try {
    const child = spawn(command[0]!, command.slice(1), {
      ...servant.ids,
      cwd: '/',
      // In a group of its own: Ctrl-C in the kernel's terminal is for the kernel, which stops the server last.
      detached: true,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...binaries.env },
      stdio: [stdin, file.fd, file.fd],
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } catch (cause) {
    throw new AssayError('STORE_START', `${command[0]} could not be run.`, { cause });
  } finally {
    await file.close();
  }
}

/** The server writes its state into the eighth line of postmaster.pid. */
async function isReady(child: ChildProcess, data: string): Promise<boolean> {
  const until = Date.now() + START_LIMIT;
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return true;
    await sleep(5);
  }
  child.kill('SIGQUIT');
  return false;
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  const ended = exitOf(child);
  await endOrphans(data);
  await ended;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}

async function startError(what: string, log: string, from: number): Promise<AssayError> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const tail = Buffer.from(text).subarray(from).toString().trim().split('\n').slice(-8).join('\n');
  return new AssayError('STORE_START', `${what}. Its log ${log} ends:\n${tail}`, { where: log });
}

/** Another user has to pass through the home, without seeing what lies there. */
async function letThrough(home: string): Promise<void> {
  await chmod(home, 0o711);
}

async function giveTo(folder: string, owner: number): Promise<void> {
  await makeFolder(folder);
  await lchown(folder, owner, -1);
  const names = await readdir(folder, { recursive: true });
  for (const name of names) await lchown(join(folder, name), owner, -1);
}

/** Servers that a killed kernel left behind. Whoever holds the home's lock may end them: nobody else has a claim to them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '#common/errors.ts';

/** Milliseconds after which the next, harder signal is sent. */
const STEPS: readonly (readonly [signal: NodeJS.Signals, after: number])[] = [
  ['SIGINT', 0],
  ['SIGQUIT', 20_000],
  ['SIGKILL', 30_000],
];
const PATIENCE = 40_000;

/** Resolves when no server process works on `data` any more. @throws STORE_START when they outlive every signal */
export async function endOrphans(data: string): Promise<void> {
  const leader = leaderOf(data);
  const began = Date.now();
  for (let step = 0; ; await sleep(10)) {
    const alive = serversOf(data);
    if (alive.length === 0) break;
    const waited = Date.now() - began;
    const next = STEPS[step];
    if (next !== undefined && waited >= next[1]) {
      // The leader passes a gentle signal on by itself; without a leader its children have to be told.
      const told = step === 0 && leader !== undefined && alive.includes(leader) ? [leader] : alive;
      for (const pid of told) send(pid, next[0]);
      step++;
    }
    if (waited > PATIENCE) {
      throw new AssayError('STORE_START', `Old server processes do not end: ${alive.join(', ')}.`, { where: data });
    }
  }
  // What is left names a process that ended, or by now a stranger's, beside whom the server would refuse to start.
  if (leader !== undefined) rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** Process ids of the servers that work on this data directory. */
export function serversOf(data: string): number[] {
  const pids = processes();
  if (pids === undefined) {
    const leader = leaderOf(data);
    return leader !== undefined && commandOf(leader).includes('postgres') ? [leader] : [];
  }
  const real = realOf(data);
  return pids.filter((pid) => worksOn(pid, real));
}

/** Every process, where the system lists them as files. */
function processes(): number[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return undefined;
  }
}

/** A server process is called postgres and its current folder is its data directory. */
function worksOn(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}

function leaderOf(data: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}

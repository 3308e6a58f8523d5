/** Whole processes: what they and all that they started cost, and whether something of it lives on. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { median } from './median.ts';

export interface Ran {
  /** Milliseconds from start to end. */
  readonly wall: number;
  /** Milliseconds of user and system time, children included. */
  readonly cpu: number;
}

/** Bash's own `time` asks the kernel for the children's CPU time, to the millisecond; it counts what was waited for. */
const TIMED = `TIMEFORMAT='%R %U %S'; time "$@" 2>&3 3>&-`;

/** @throws when the command fails, or when a process that it started outlives it and so is not counted. */
export function runCommand(command: readonly string[], cwd: string): Ran {
  const mark = `ASSAY_BENCH=${randomUUID()}`;
  const [name, value] = mark.split('=') as [string, string];
  const ran = spawnSync('bash', ['-c', TIMED, 'bash', ...command], {
    cwd,
    env: { ...process.env, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (ran.status !== 0) throw new Error(`${command.join(' ')}\n${ran.output[3] ?? ''}${ran.stderr}`);
  const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environment(pid).includes(mark));
  if (left.length > 0) throw new Error(`${command[0]} left ${left.join(', ')} behind.`);
  const [wall, user, system] = ran.stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { wall: wall! * 1_000, cpu: (user! + system!) * 1_000 };
}

export function medianRun(runs: readonly Ran[]): Ran {
  return { wall: median(runs.map(({ wall }) => wall)), cpu: median(runs.map(({ cpu }) => cpu)) };
}

export function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}

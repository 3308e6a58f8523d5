import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../store/files.ts';

const KEEP = 20_000;

/**
 * Opens the link where a person sits in front of it. The command line of a process is public on this machine, so the browser gets a
 * file that only this user can read, and the file leads on.
 */
export async function openBrowser(home: string, link: string): Promise<void> {
  const { env, platform, stdout, stdin } = process;
  const seat = platform === 'linux' ? env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined : true;
  if (!stdout.isTTY || !stdin.isTTY || !seat || env['CI'] !== undefined || env['SSH_CONNECTION'] !== undefined) return;
  const file = join(home, 'sign-in.html');
  await writeWhole(
    file,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${link}"><title>Assay</title>\n`,
    { mode: 0o600, sync: false },
  );
  const [command, ...args] =
    platform === 'darwin' ? ['open', file] : platform === 'win32' ? ['explorer', file] : ['xdg-open', file];
  const child = spawn(command as string, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  setTimeout(() => void rm(file, { force: true }), KEEP).unref();
}

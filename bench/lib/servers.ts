/** Servers to measure: ours, and Jupyter's where it is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { works } from './command.ts';

const CLI = fileURLToPath(new URL('../../kernel/cli.js', import.meta.url));

export interface Server {
  readonly child: ChildProcess;
  readonly origin: string;
  /** What a person opens first. */
  readonly link: string;
}

/** Ready when it printed its link. */
export async function startAssay(project: string, home: string): Promise<Server> {
  const child = spawn(process.execPath, [CLI, 'serve', '--no-open', '--port', '0', '--home', home], {
    cwd: project,
    env: { ...process.env, DATABASE_URL: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const link = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /http:\/\/\S+\/sign-in\?token=\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.once('close', () => reject(new Error(`The kernel ended: ${said}`)));
  });
  return { child, link, origin: new URL(link).origin };
}

const JUPYTERS = ['jupyter-server', 'jupyter-notebook'];
/** Jupyter's command on this machine. */
export const jupyterCommand = [process.env['JUPYTER'], ...JUPYTERS].find((name) => name && works(name, '--version'));

/** Ready when its API answers. */
export async function startJupyter(dir: string): Promise<Server> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const app = jupyterCommand!.includes('server') ? 'ServerApp' : 'NotebookApp';
  const args = [
    '--no-browser',
    '--allow-root',
    `--port=${new URL(origin).port}`,
    `--${app}.token=`,
    `--notebook-dir=${dir}`,
  ];
  const child = spawn(jupyterCommand!, args, { cwd: dir, stdio: 'ignore' });
  while (!(await answers(`${origin}/api`))) {
    if (child.exitCode !== null) throw new Error(`${jupyterCommand} ended.`);
    await sleep(5);
  }
  return { child, origin, link: origin };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

export async function stop({ child }: Server): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

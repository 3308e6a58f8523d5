/** `assay serve` as a process: one link, one kernel per home, and an end that leaves nothing behind. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jsonBody, makeProject, refusal } from './server-harness.ts';

const CLI = fileURLToPath(new URL('../../kernel/cli.js', import.meta.url));
const projectDir = await makeProject();
const home = join(projectDir, '.assay');
const children: ChildProcess[] = [];
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(projectDir, { recursive: true, force: true });
});

interface Served {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output has this. */
  said(text: RegExp): Promise<RegExpExecArray>;
  readonly exit: Promise<number | null>;
}

function serve(...args: string[]): Served {
  const child = spawn(process.execPath, [CLI, 'serve', '--no-open', ...args], {
    cwd: projectDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ASSAY_HOME: '', DATABASE_URL: '' },
  });
  children.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const said = (text: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = text.exec(output);
        if (found !== null) resolve(found);
      };
      waiting.add(look);
      look();
      void exit.then(() => reject(new Error(`It ended before it said ${String(text)}:\n${output}`)));
    });
  return { child, output: () => output, said, exit };
}

const LINK = /(http:\/\/127\.0\.0\.1:\d+)\/sign-in\?token=([\w-]{43})\n/;
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

async function alive(pid: number): Promise<boolean> {
  try {
    // A zombie counts as gone: it only waits to be asked for.
    return !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
const serverPid = async (): Promise<number> =>
  Number((await readFile(join(home, 'pg/postmaster.pid'), 'utf8')).split('\n')[0]);

test('it prints one link, keeps its token to itself, and ends cleanly', async () => {
  const first = serve('--port', '0');
  const [, url = '', token = ''] = await first.said(LINK);
  assert.equal(first.output().match(/http:/g)?.length, 1);
  const handle = JSON.parse(await readFile(join(home, 'kernel.json'), 'utf8')) as object;
  assert.deepEqual(handle, { pid: first.child.pid, url, token });
  assert.equal((await stat(join(home, 'kernel.json'))).mode & 0o777, 0o600);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  const call = await fetch(`${url}/api/v1/runs?method=probe.echo`, {
    ...jsonBody({}),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  assert.equal(call.status, 200);
  await fetch(`${url}/sign-in?token=${token}`);

  const second = serve('--port', '0');
  assert.equal(await second.exit, 1);
  assert.match(second.output(), /HOME_LOCKED/);
  assert.ok(second.output().includes(`process ${first.child.pid}`) && second.output().includes(url), second.output());

  const postgres = await serverPid();
  assert.ok(await alive(postgres));
  first.child.kill('SIGTERM');
  assert.equal(await first.exit, 0, first.output());
  assert.equal(await alive(postgres), false, 'PostgreSQL is still there');
  assert.ok(!(await readdir(home)).includes('kernel.json'));
  assert.ok(!(await readFile(join(home, 'kernel.log'), 'utf8')).includes(token), 'the log names the token');
});

test('a new start has a new token and all the receipts', async () => {
  const again = serve('--port', '0');
  const [, url = '', token = ''] = await again.said(LINK);
  const receipts = (await (await fetch(`${url}/api/v1/receipts`, bearer(token))).json()) as unknown[];
  assert.equal(receipts.length, 1);
  assert.equal(await refusal(await fetch(`${url}/api/v1/receipts`, bearer('x'.repeat(43)))), '401 AUTH_REQUIRED');
  again.child.kill('SIGINT');
  again.child.kill('SIGINT');
  assert.equal(await again.exit, 0, 'a signal that comes twice, as npm and a terminal send it, is one');
});

test('a port that is taken is said so, and nothing stays behind', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const refused = serve('--port', String(port));
  assert.equal(await refused.exit, 1);
  assert.match(refused.output(), /PORT_TAKEN/);
  assert.ok(!(await readdir(join(home, 'pg'))).includes('postmaster.pid'));
  other.close();
  const bad = serve('--port', '70000');
  assert.equal(await bad.exit, 2);
  assert.match(bad.output(), /USAGE/);
});

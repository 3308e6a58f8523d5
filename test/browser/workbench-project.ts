/** A project of its own behind the real `assay serve`, and a browser that opened the link it printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { isFrameHost } from '#common/frame-policy.ts';
import { launchChromium } from './chromium.ts';

const REPO = fileURLToPath(new URL('../..', import.meta.url));

export interface Workbench {
  readonly url: string;
  /** A tab of the signed-in browser, of which faults are noted. */
  tab(): Promise<Page>;
  /** What went wrong in the page without anybody asking for it. */
  readonly faults: string[];
  /** Addresses outside the kernel that any tab asked for. */
  readonly strangers: string[];
  path(file: string): string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Kills the kernel as a crash would; the function that comes back starts it again on the same port. */
  kill(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export const NOTEBOOK = `---
title: A walk
uses: [slow.count]
datasets: [trees]
seed: 3
---

# A walk

Some words before the cells.

\`\`\`ts id=a
const a = 20;
\`\`\`

\`\`\`ts id=b
const b = a + 1;
\`\`\`

The sum is \${a + b}.

\`\`\`ts id=tall
const tall = trees.filter((tree) => tree.height > 20).length;
\`\`\`

\`\`\`ts id=counted
const counted = await slow.count({ to: b });
\`\`\`

\`\`\`js id=drawn view
Plot.plot({ width, height: 120, marks: [Plot.dot(trees, { x: 'height', y: 'kind' })] })
\`\`\`
`;

const SLOW = {
  name: 'slow',
  version: '1.0.0',
  title: 'Slow',
  description: 'Counts, and takes its time when asked to.',
  engines: { assay: '>=0.1' },
  permissions: {},
  methods: {
    count: {
      title: 'Count',
      description: 'Counts up to a number.',
      input: {
        type: 'object',
        required: ['to'],
        additionalProperties: false,
        properties: {
          to: { type: 'integer', minimum: 1, description: 'The last number.' },
          pause: { type: 'integer', minimum: 0, description: 'Milliseconds between two numbers.' },
          way: { enum: ['up', 'down'], description: 'In which direction.' },
        },
      },
      output: { type: 'object', required: ['last'], properties: { last: { type: 'integer' } } },
      example: { to: 3 },
    },
  },
};

const SLOW_CODE = `import { definePlugin } from '#common/plugin.ts';
const wait = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); });
});
export default definePlugin({
  methods: {
    async count({ to, pause = 0 }, ctx) {
      for (let i = 1; i <= to; i++) { ctx.progress(i, to, 'at ' + i); if (pause > 0) await wait(pause, ctx.signal); }
      return { last: to };
    },
  },
});
`;

const TREES = {
  title: 'Trees',
  description: 'Three trees.',
  source: 'made up',
  licence: 'CC0-1.0',
  columns: [{ name: 'kind' }, { name: 'height', type: 'float64', unit: 'm' }],
  read: { file: 'trees.csv' },
};

export async function openWorkbench(): Promise<Workbench> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-workbench-'));
  const path = (file: string): string => join(dir, file);
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(join(dir, file, '..'), { recursive: true });
    await writeFile(path(file), text);
  };
  await symlink(join(REPO, 'node_modules'), path('node_modules'));
  await cp(join(REPO, 'plugins/datasets'), path('plugins/datasets'), { recursive: true });
  await write('plugins/slow/plugin.json', JSON.stringify(SLOW));
  await write('plugins/slow/index.ts', SLOW_CODE);
  await write('datasets/trees/dataset.json', JSON.stringify(TREES));
  await write('datasets/trees/trees.csv', 'kind,height\noak,21.5\nelm,18\nfir,33\n');
  await write('notebooks/walk.md', NOTEBOOK);
  let { child, link } = await serve(dir);
  const { origin, port } = new URL(link);
  const browser = await launchChromium();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const faults: string[] = [];
  const strangers: string[] = [];
  context.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (
      /^(?:https?|wss?):$/.test(protocol) &&
      host !== `127.0.0.1:${port}` &&
      !(isFrameHost(host) && host.endsWith(`:${port}`))
    )
      strangers.push(request.url());
  });
  const tab = async (): Promise<Page> => watched(await context.newPage(), faults);
  const first = await tab();
  await first.goto(link);
  await first.waitForURL((url) => !url.pathname.includes('sign-in'));
  await first.close();
  return {
    url: origin,
    tab,
    faults,
    strangers,
    path,
    read: (file) => readFile(path(file), 'utf8'),
    write,
    remove: (file) => rm(path(file)),
    async kill() {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      return async () => void ({ child, link } = await serve(dir, port));
    },
    async close() {
      await browser.close();
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('close', resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Builds the page first when it has to, so a first run takes some seconds. */
async function serve(dir: string, port = '0'): Promise<{ readonly child: ChildProcess; readonly link: string }> {
  const child = spawn(process.execPath, [join(REPO, 'kernel/cli.js'), 'serve', '--no-open', '--port', port], {
    cwd: dir,
    env: { ...process.env, ASSAY_HOME: join(dir, '.assay'), DATABASE_URL: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const link = await new Promise<string>((resolve, reject) => {
    const hear = (text: string): void => {
      said += text;
      const found = /http:\/\/\S+\/sign-in\?token=\S+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('close', () => reject(new Error(`The kernel ended: ${said}`)));
  });
  return { child, link };
}

function watched(page: Page, faults: string[]): Page {
  page.setDefaultTimeout(Number(process.env['WORKBENCH_TIMEOUT'] ?? 30_000));
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
      faults.push(message.text());
  });
  return page;
}

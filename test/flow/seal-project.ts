/** A project of its own in a temporary folder: notebooks, a data set, and a plugin that does what the tests need. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newCredentials } from '../../kernel/auth.ts';
import { removeHandle, writeHandle } from '../../kernel/cli/serve-handle.ts';
import { openKernel } from '../../kernel/kernel.ts';
import { openLibrary } from '../../kernel/notebook/library.ts';
import { buildServer } from '../../kernel/server.ts';

const repo = fileURLToPath(new URL('../../', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Project {
  readonly dir: string;
  path(...parts: string[]): string;
  write(file: string, text: string | Uint8Array): void;
  /** The real command line, in this project; its data directory is `.assay` here. */
  assay(...argv: string[]): Promise<Ran>;
  /** Starts it and kills it with -9 once `when` says so. */
  killWhen(when: () => boolean, ...argv: string[]): Promise<void>;
  remove(): void;
}

export function makeProject(): Project {
  const dir = mkdtempSync(join(tmpdir(), 'assay-seal-'));
  const path = (...parts: string[]): string => join(dir, ...parts);
  const write = (file: string, text: string | Uint8Array): void => {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  symlinkSync(join(repo, 'node_modules'), path('node_modules'));
  cpSync(join(repo, 'plugins/datasets'), path('plugins/datasets'), { recursive: true });
  write('plugins/tiny/plugin.json', JSON.stringify(TINY, null, 2));
  write('plugins/tiny/index.ts', TINY_CODE);
  write('datasets/trees/dataset.json', JSON.stringify(TREES, null, 2));
  write('datasets/trees/trees.csv', 'kind,height\noak,21.5\nelm,18\noak,\n');
  const env = { ...process.env, ASSAY_HOME: path('.assay'), NO_COLOR: '1' };
  const start = (argv: readonly string[]) =>
    spawn(process.execPath, [join(repo, 'kernel/cli.js'), ...argv], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    dir,
    path,
    write,
    assay: (...argv) =>
      new Promise((resolve, reject) => {
        const child = start(argv);
        let [out, err] = ['', ''];
        child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, out, err }));
      }),
    killWhen: (when, ...argv) =>
      new Promise((resolve, reject) => {
        const child = start(argv);
        child.stdout.resume();
        const timer = setInterval(() => {
          if (when()) child.kill('SIGKILL');
        }, 20);
        child.on('error', reject);
        child.on('exit', () => {
          clearInterval(timer);
          resolve();
        });
      }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A kernel and its server on the project's home, as `assay serve` has them; returns what stops them. */
export async function serveProject(project: Project): Promise<() => Promise<void>> {
  const home = project.path('.assay');
  const kernel = await openKernel({ projectDir: project.dir, home });
  const library = await openLibrary({
    dir: project.path('notebooks'),
    trash: project.path('trash'),
    onChange: () => {},
  });
  const credentials = newCredentials();
  const app = await buildServer({ kernel, library, credentials });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await kernel.store();
  await writeHandle(home, { pid: process.pid, url, token: credentials.token });
  return async () => {
    await removeHandle(home);
    await app.close();
    library.close();
    await kernel.close();
  };
}

export const notebook = (front: string, ...cells: readonly string[]): string =>
  `---\n${front}\n---\n# Test\n\n${cells.map((cell) => `\`\`\`${cell}\n\`\`\`\n`).join('\n')}`;

const number = { type: 'object', required: ['y'], properties: { y: { type: 'number' } } };
const method = (title: string, more: object = {}): object => ({
  title,
  description: `${title}.`,
  input: { type: 'object', additionalProperties: false, properties: { x: { type: 'number' } } },
  output: number,
  ...more,
});

const TINY = {
  name: 'tiny',
  version: '1.0.0',
  title: 'Tiny',
  description: 'What the tests need.',
  engines: { assay: '>=0.1' },
  permissions: {},
  methods: {
    double: method('Twice the number'),
    clock: method('Another number each time'),
    jitter: method('Nearly the same number each time'),
    slow: method('Takes a minute'),
  },
};

const TINY_CODE = `
import { definePlugin } from '#common/plugin.ts';
export default definePlugin({
  methods: {
    double: ({ x = 0 }) => ({ y: 2 * x }),
    clock: () => ({ y: process.hrtime()[1] }),
    jitter: ({ x = 0 }) => ({ y: x + process.hrtime()[1] * 1e-18 }),
    slow: (_input, ctx) => new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ y: 1 }), 60_000);
      ctx.signal.addEventListener('abort', () => clearTimeout(timer));
    }),
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

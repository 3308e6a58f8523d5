/** A kernel with a project of its own, behind a server that listens: what the server's flow tests start from. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import type { KernelEvent } from '#common/protocol.ts';
import { type Credentials, newCredentials } from '../../kernel/auth.ts';
import type { Events } from '../../kernel/events.ts';
import { type Kernel, openKernel } from '../../kernel/kernel.ts';
import { type Library, openLibrary } from '../../kernel/notebook/library.ts';
import { buildServer } from '../../kernel/server.ts';

export interface Running {
  readonly projectDir: string;
  readonly kernel: Kernel;
  readonly library: Library;
  readonly app: FastifyInstance;
  readonly credentials: Credentials;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Under /api/v1, with the bearer. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The next event, or a past one, that fits. */
  event(wanted: (event: KernelEvent) => boolean): Promise<KernelEvent>;
  readonly document: Document;
  /** The reply’s JSON, which must fit what the OpenAPI document says of it. */
  fits(response: Response, path: string, method?: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** What the tests look at in the OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

export interface Operation {
  readonly requestBody?: { readonly content?: object };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** A plugin whose methods do one odd thing each. */
const PROBE = {
  name: 'probe',
  version: '1.0.0',
  title: 'Probe',
  description: 'Does what the tests need.',
  engines: { assay: '>=0.1' },
  permissions: {},
  methods: {
    echo: method('Gives back its input.', { type: 'object' }, {}),
    sleep: method('Ends only when it is cancelled.', { type: 'object', additionalProperties: false }, {}),
    fail: method('Throws.', { type: 'object' }, {}),
    sum: method(
      'Adds numbers.',
      {
        type: 'object',
        required: ['values'],
        properties: { values: { assay: 'tensor' } },
        additionalProperties: false,
      },
      { type: 'number' },
    ),
    count: {
      ...method(
        'Counts up to n.',
        { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
        { type: 'object' },
      ),
      stream: true,
    },
  },
};

const PROBE_CODE = `import { definePlugin } from '#common/plugin.ts';
export default definePlugin({
  methods: {
    echo: (input) => input,
    sleep: (_input, ctx) => new Promise((resolve) => { ctx.progress(1, 2, 'asleep'); ctx.signal.addEventListener('abort', () => resolve(null)); setInterval(() => {}, 1000); }),
    fail: () => { throw new Error('a failure of its own'); },
    sum: ({ values }) => values.data.reduce((a, b) => a + b, 0),
    async *count({ n }, ctx) { for (let i = 0; i < n; i++) { ctx.signal.throwIfAborted(); ctx.progress(i, n); yield { i, block: new Float64Array(1024).fill(i) }; } },
  },
});
`;

function method(title: string, input: object, output: object): object {
  return { title, description: title, input, output };
}

export async function makeProject(): Promise<string> {
  const projectDir = await mkdtemp(join(tmpdir(), 'assay-server-'));
  await mkdir(join(projectDir, 'plugins/probe'), { recursive: true });
  await writeFile(join(projectDir, 'plugins/probe/plugin.json'), JSON.stringify(PROBE));
  await writeFile(join(projectDir, 'plugins/probe/index.ts'), PROBE_CODE);
  await cp(fileURLToPath(new URL('../../plugins/datasets', import.meta.url)), join(projectDir, 'plugins/datasets'), {
    recursive: true,
  });
  await mkdir(join(projectDir, 'notebooks'));
  await writeFile(
    join(projectDir, 'notebooks/first.md'),
    '---\ntitle: The first\n---\n\nOne paragraph.\n\n```ts id=a name=x\n1 + 1\n```\n',
  );
  const workbench = join(projectDir, 'workbench');
  await mkdir(join(workbench, 'assets'), { recursive: true });
  await writeFile(join(workbench, 'index.html'), '<!doctype html><title>Workbench</title>');
  await writeFile(join(workbench, 'frame.html'), '<!doctype html><title>Frame</title>');
  await writeFile(join(workbench, 'assets/main-abc.js'), 'export {};');
  await writeFile(join(workbench, 'secret.txt'), 'not served');
  return projectDir;
}

/** Stopped and removed after the file's tests. */
export async function start(): Promise<Running> {
  const projectDir = await makeProject();
  const kernel = await openKernel({ projectDir, home: join(projectDir, '.assay') });
  const library = await openLibrary({
    dir: join(projectDir, 'notebooks'),
    trash: join(kernel.home, 'trash'),
    onChange: (name, digest) => void kernel.events.emit({ type: 'notebook', name, digest }),
  });
  const credentials = newCredentials();
  const app = await buildServer({ kernel, library, credentials, workbenchDir: join(projectDir, 'workbench') });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      await Promise.all([app.close(), kernel.runs.stop(0)]);
      library.close();
      await kernel.close();
    })());
  after(async () => {
    await stop();
    await rm(projectDir, { recursive: true, force: true });
  });
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${credentials.token}`);
    return fetch(`${url}/api/v1${path}`, { ...init, headers });
  };
  const document = app.swagger() as unknown as Document;
  return {
    projectDir,
    kernel,
    library,
    app,
    credentials,
    url,
    ask,
    stop,
    event: listener(kernel.events),
    document,
    fits: fitter(document),
  };
}

function listener(events: Events): Running['event'] {
  const first = events.last;
  return (wanted) =>
    new Promise((resolve) => {
      const past = events.since(Math.max(first, events.last - 4000))?.find(wanted);
      if (past !== undefined) return resolve(past);
      const end = events.subscribe((heard) => {
        if (!wanted(heard)) return;
        end();
        resolve(heard);
      });
    });
}

function fitter(document: Document): Running['fits'] {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'openapi', components: document.components });
  return async (response, path, method = 'get') => {
    const reply = document.paths[`/api/v1${path}`]?.[method]?.responses[String(response.status)];
    const schema = reply?.content?.['application/json']?.schema;
    assert.ok(schema, `${method} ${path} says nothing of ${response.status}`);
    const json: unknown = await response.json();
    const valid = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')) as object,
    );
    assert.ok(valid(json), `${method} ${path}: ${ajv.errorsText(valid.errors)}`);
    return json;
  };
}

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function markdown(source: string, more: Record<string, string> = {}): RequestInit {
  return { headers: { 'content-type': 'text/markdown', ...more }, body: source };
}

export function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Status and code of a refusal. */
export async function refusal(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code: string };
  return `${response.status} ${code}`;
}

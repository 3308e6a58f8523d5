/**
 * Builds the workbench, of which the frame is a part, into a temporary folder, or copies it there when it is built already, and the test
 * page; and serves them with the headers that the kernel sends. Or its twin, a frame without guard and without any policy, in which
 * attacks must succeed.
 */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { FRAME_ASSET_HEADERS, frameHeaders, pagePolicy } from '#common/frame-policy.ts';
import { DIST, isBuilt } from '../../workbench/build.node.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const DUCKDB = join(PROJECT, 'node_modules/@duckdb/duckdb-wasm/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Test</title><style>iframe { width: 900px; height: 2000px; border: 0 }</style>' +
  '<body><script type="module" src="/page.js"></script></body>';

/** Only the sandbox attribute is left. */
const UNGUARDED: Plugin = {
  name: 'unguarded',
  enforce: 'pre',
  load: (id) =>
    /workbench\/frame\/(?:before|guard|bindings)\.ts$/.test(id) ? 'export const fixBindings = () => {};' : null,
};

export interface FrameServer {
  readonly origin: string;
  /** Requests so far, newest last. */
  readonly seen: { readonly url: string; readonly cookie: string | undefined; readonly origin: string | undefined }[];
  close(): Promise<void>;
}

export async function startFrameServer({ twin = false } = {}): Promise<FrameServer> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-frame-'));
  const common = { logLevel: 'error', publicDir: false } as const;
  const outDir = join(folder, 'site');
  if (!twin && isBuilt()) await cp(DIST, outDir, { recursive: true });
  else {
    await build({
      ...common,
      configFile: join(PROJECT, 'vite.config.ts'),
      cacheDir: join(folder, 'cache'),
      plugins: twin ? [UNGUARDED] : [],
      build: { outDir, emptyOutDir: true },
    });
  }
  const entry = join(PROJECT, 'workbench/frame/test-page.ts');
  const lib = { entry, formats: ['es' as const], fileName: () => 'page.js' };
  await build({ ...common, configFile: false, root: PROJECT, build: { outDir, emptyOutDir: false, lib } });
  const server: FrameServer = {
    origin: '',
    seen: [],
    close: async () => {
      http.closeAllConnections();
      http.close();
      await rm(folder, { recursive: true });
    },
  };
  const http = createServer((request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    const host = request.headers.host!;
    const page = twin ? {} : { 'content-security-policy': pagePolicy(host) };
    server.seen.push(describe(request));
    const send = (status: number, body: string | Buffer, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': TYPES[extname(path)] ?? 'text/html', ...headers }).end(body);
    };
    if (path === '/')
      return send(200, PAGE, { ...page, 'set-cookie': 'assay=secret; HttpOnly; SameSite=Strict; Path=/' });
    const file = path.startsWith('/vendor/duckdb/') ? join(DUCKDB, path.slice(15)) : join(folder, 'site', path);
    const headers = { ...FRAME_ASSET_HEADERS, ...(path === '/frame.html' && !twin ? frameHeaders(host) : {}) };
    // Named by their contents: a frame starts two hundred times here.
    const kept = path.startsWith('/assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {};
    readFile(file).then(
      (body) => send(200, body, { ...headers, ...kept }),
      () => send(404, '', headers),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

const describe = ({ url, headers }: IncomingMessage): FrameServer['seen'][number] => ({
  url: url!,
  cookie: headers.cookie,
  origin: headers.origin,
});

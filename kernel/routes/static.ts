import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { cookieName, sameSecret } from '../auth.ts';
import { asAsset, asFrame, asPage } from '../http/headers.ts';
import { SIGN_IN_PAGE, SMALL_PAGE_POLICY } from '../http/pages.ts';
import type { Context } from './context.ts';

/** Parts of duckdb-wasm that the frame loads when the first SQL cell needs them: 34 MB that no bundler has to touch. */
const DUCKDB = ['duckdb-browser-eh.worker.js', 'duckdb-browser-mvp.worker.js', 'duckdb-eh.wasm', 'duckdb-mvp.wasm'];

/** The workbench: documents to those who signed in, files without a secret to everybody (the sandboxed frame sends no cookie). */
export async function workbench(app: FastifyInstance, { workbenchDir: dir, credentials }: Context): Promise<void> {
  if (dir === undefined) return;
  await app.register(files, { root: dir, serve: false, preCompressed: true, cacheControl: false, dotfiles: 'ignore' });
  const schema = { hide: true } as const;

  app.get<{ Params: { '*': string } }>('/assets/*', { schema }, async (request, reply) =>
    asAsset(reply, { immutable: true }).sendFile(`assets/${request.params['*']}`),
  );

  const frame = ['frame.html', 'frame/frame.html', 'frame/index.html'].find((path) => existsSync(join(dir, path)));
  if (frame !== undefined) app.get(`/${frame}`, { schema }, async (_request, reply) => asFrame(reply).sendFile(frame));

  const duckdb = duckdbDir();
  app.get<{ Params: { file: string } }>('/vendor/duckdb/:file', { schema }, async (request, reply) => {
    const { file } = request.params;
    if (duckdb === undefined || !DUCKDB.includes(file)) throw new AssayError('NOT_FOUND', undefined, { where: file });
    return asAsset(reply, { immutable: false }).sendFile(file, duckdb);
  });

  /** Every place in the workbench is the one document; its router reads the path. */
  const document = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const last = request.url.split('?', 1)[0]?.split('/').at(-1) ?? '';
    if (/\.[a-z0-9]+$/i.test(last))
      throw new AssayError('NOT_FOUND', undefined, { where: request.url.split('?', 1)[0] ?? '' });
    if (!sameSecret(request.cookies[cookieName(request.headers.host)], credentials.session)) {
      return reply
        .code(401)
        .header('content-security-policy', SMALL_PAGE_POLICY)
        .type('text/html; charset=utf-8')
        .send(SIGN_IN_PAGE);
    }
    return asPage(reply).sendFile('index.html');
  };
  app.get('/', { schema }, document);
  app.get('/*', { schema }, document);
}

function duckdbDir(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'));
  } catch {
    return undefined;
  }
}

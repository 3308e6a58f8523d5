import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { addTextBodies, NOTEBOOK_BODY } from '../http/bodies.ts';
import { body, digest, failures, json, list, object, ref, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface Named {
  Params: { name: string };
}

const MARKDOWN = 'text/markdown';

export const params = object({ name: text('File name without `.md`.', { minLength: 1, maxLength: 80 }) });
export const saved = object({ name: text('File name without `.md`.'), digest });
const ifMatch = text('The digest, in quotes, of the version that was edited; `*` for any.');

/** The notebooks of the project, as Markdown with the file's digest as ETag. */
export function notebooks(app: FastifyInstance, { library }: Context): void {
  app.removeAllContentTypeParsers();
  addTextBodies(app, MARKDOWN);

  app.get(
    '/notebooks',
    {
      schema: {
        operationId: 'listNotebooks',
        tags: ['notebooks'],
        summary: 'The notebooks of the project, by name.',
        response: { 200: json('Notebooks.', list(ref('Notebook'))), ...failures() },
      },
    },
    async () => library.list(),
  );

  app.post<{ Querystring: { name: string }; Body: string }>(
    '/notebooks',
    {
      bodyLimit: NOTEBOOK_BODY,
      schema: {
        operationId: 'createNotebook',
        tags: ['notebooks'],
        summary: 'Make a notebook.',
        querystring: params,
        body: { content: { [MARKDOWN]: { schema: text('The whole file.') } } },
        response: {
          201: json('It is there.', saved),
          ...failures('BODY_INVALID', 'BODY_TOO_LARGE', 'NAME_INVALID', 'NOTEBOOK_EXISTS', 'DISK_FULL', 'NO_ACCESS'),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.query;
      return made(reply, name, await library.create(name, request.body));
    },
  );

  app.get<Named>(
    '/notebooks/:name',
    {
      schema: {
        operationId: 'readNotebook',
        tags: ['notebooks'],
        summary: 'A notebook’s file.',
        params,
        headers: { type: 'object', properties: { 'if-none-match': text('A digest in quotes.') } },
        response: {
          200: body('The file, byte for byte; ETag is its digest in quotes.', MARKDOWN),
          304: { description: 'Still that version.', type: 'null' },
          ...failures('NAME_INVALID', 'NOT_FOUND'),
        },
      },
    },
    async (request, reply) => {
      const { source, digest } = await library.read(request.params.name);
      reply.header('etag', `"${digest}"`).header('cache-control', 'private, no-cache');
      if (request.headers['if-none-match'] === `"${digest}"`) return reply.code(304).send();
      return reply.type(`${MARKDOWN}; charset=utf-8`).send(source);
    },
  );

  app.put<Named & { Body: string }>(
    '/notebooks/:name',
    {
      bodyLimit: NOTEBOOK_BODY,
      schema: {
        operationId: 'saveNotebook',
        tags: ['notebooks'],
        summary: 'Save a notebook over the version it was made from.',
        description:
          'Without `If-Match` the notebook must not exist yet. On a conflict `details.digest` is what is on disk now, or null.',
        params,
        headers: { type: 'object', properties: { 'if-match': ifMatch } },
        body: { content: { [MARKDOWN]: { schema: text('The whole file.') } } },
        response: {
          200: json('Saved.', saved),
          ...failures(
            'BODY_INVALID',
            'BODY_TOO_LARGE',
            'MEDIA_TYPE_UNSUPPORTED',
            'NAME_INVALID',
            'NOTEBOOK_CHANGED',
            'DISK_FULL',
            'NO_ACCESS',
          ),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const digest = await library.save(name, request.body, expected(request) ?? null);
      return reply.header('etag', `"${digest}"`).send({ name, digest });
    },
  );

  app.delete<Named>(
    '/notebooks/:name',
    {
      schema: {
        operationId: 'removeNotebook',
        tags: ['notebooks'],
        summary: 'Move a notebook to the trash.',
        params,
        headers: { type: 'object', properties: { 'if-match': ifMatch } },
        response: {
          204: { description: 'In the trash.', type: 'null' },
          ...failures('NAME_INVALID', 'NOT_FOUND', 'NOTEBOOK_CHANGED'),
        },
      },
    },
    async (request, reply) => {
      const version = expected(request);
      await library.remove(request.params.name, version === '*' ? undefined : version);
      return reply.code(204).send();
    },
  );

  app.post<Named>(
    '/notebooks/:name/restore',
    {
      schema: {
        operationId: 'restoreNotebook',
        tags: ['notebooks'],
        summary: 'Bring back the version that was removed last.',
        params,
        response: {
          201: json('It is there again.', saved),
          ...failures('NAME_INVALID', 'NOT_FOUND', 'NOTEBOOK_EXISTS'),
        },
      },
    },
    async (request, reply) => made(reply, request.params.name, await library.restore(request.params.name)),
  );
}

export function made(reply: FastifyReply, name: string, digest: string): FastifyReply {
  return reply
    .code(201)
    .headers({ location: `/api/v1/notebooks/${encodeURIComponent(name)}`, etag: `"${digest}"` })
    .send({ name, digest });
}

/** The version in `If-Match`. @throws INPUT_INVALID */
function expected(request: FastifyRequest): string | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return header;
  const found = /^"([0-9a-f]{64})"$/.exec(header)?.[1];
  if (found === undefined)
    throw new AssayError('INPUT_INVALID', 'If-Match is a digest in quotes, or *.', { where: 'headers/if-match' });
  return found;
}

/** JSON can carry halves of characters, which no file in UTF-8 can. @throws INPUT_INVALID */
export function wellFormed(source: string): string {
  if (!source.isWellFormed())
    throw new AssayError('INPUT_INVALID', 'The text holds half a character (a lone surrogate).', {
      where: 'body/source',
    });
  return source;
}

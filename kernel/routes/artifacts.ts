import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { addStreamBodies, LARGE_BODY, limited } from '../http/bodies.ts';
import { body, digest, failures, integer, json, object, takes, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface Named {
  Params: { digest: string };
}

interface Asked extends Named {
  Querystring: { name?: string };
}

const params = object({ digest });

/** Bytes named by their SHA-256. They never change, so a client may keep them for ever. */
export function artifacts(app: FastifyInstance, { kernel }: Context): void {
  addStreamBodies(app);

  app.get<Asked>(
    '/artifacts/:digest',
    {
      schema: {
        operationId: 'readArtifact',
        tags: ['artifacts'],
        summary: 'The bytes of that digest.',
        params,
        querystring: object(
          {
            name: text('What a browser calls the file that it saves.', {
              pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$',
            }),
          },
          ['name'],
        ),
        response: {
          200: body('The bytes: hash them to be sure.', 'application/octet-stream'),
          ...failures('INPUT_INVALID', 'NOT_FOUND', 'ARTIFACT_CORRUPT'),
        },
      },
    },
    async (request, reply) => {
      const { digest } = request.params;
      if (!(await kernel.artifacts.has(digest))) await kernel.kept();
      const size = await kernel.artifacts.size(digest);
      reply.headers({
        etag: `"${digest}"`,
        'cache-control': 'private, max-age=31536000, immutable',
        // Whatever the bytes are, a browser saves them and never shows them as a page of ours.
        'content-disposition': `attachment; filename="${request.query.name ?? digest}"`,
        'content-length': size,
      });
      return reply
        .type('application/octet-stream')
        .send(Readable.from(kernel.artifacts.stream(digest), { objectMode: false }));
    },
  );

  app.put<Named & { Body: Readable }>(
    '/artifacts/:digest',
    {
      bodyLimit: LARGE_BODY,
      schema: {
        operationId: 'writeArtifact',
        tags: ['artifacts'],
        summary: 'Store bytes under their digest. They are on disk when this answers.',
        params,
        body: takes('The bytes; any content type will do.', 'application/octet-stream'),
        response: {
          200: json('Stored.', object({ digest, size: integer('Bytes.', { minimum: 0 }) })),
          ...failures('INPUT_INVALID', 'BODY_TOO_LARGE', 'DIGEST_MISMATCH', 'DISK_FULL', 'NO_ACCESS'),
        },
      },
    },
    async (request) => {
      const { digest } = request.params;
      const found = await kernel.artifacts.put(limited(request.body ?? Readable.from([]), request));
      if (found !== digest)
        throw new AssayError('DIGEST_MISMATCH', undefined, { where: digest, details: { digest: found } });
      return { digest, size: await kernel.artifacts.size(digest) };
    },
  );
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { body, failures, integer, json, list, text, object } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

/** `tile/<level>/<index>[.p/<width>]` as in C2SP tlog-tiles: nothing else is ever read from the log's folder. */
const TILE = /^(?:entries|[0-9]{1,2})(?:\/x[0-9]{3})*\/[0-9]{3}(?:\.p\/[0-9]{1,3})?$/;

const report = object({
  ok: { type: 'boolean' },
  size: integer('Receipts that the published checkpoint covers.', { minimum: 0 }),
  faults: list(
    object({
      code: text('What parts.', { enum: ['TILE', 'CHECKPOINT', 'RECEIPT', 'CHAIN', 'TREE', 'COUNT', 'KEY'] }),
      where: text('A file under the log’s folder, `receipt <number>`, or a table.'),
      what: text('For a person.'),
      index: { type: ['integer', 'null'], description: 'The receipt’s number in the log.' },
      side: { enum: ['file', 'database', null], description: 'Which one is wrong, by the signed root.' },
    }),
    'At most 100.',
  ),
});

/** The log's public prefix: what a witness or a monitor reads. */
export function log(app: FastifyInstance, { kernel }: Context): void {
  app.get(
    '/log/checkpoint',
    {
      schema: {
        operationId: 'readCheckpoint',
        tags: ['evidence'],
        summary: 'The newest checkpoint, a signed note.',
        response: { 200: body('C2SP tlog-checkpoint.', 'text/plain'), ...failures() },
      },
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send(await (await kernel.log()).checkpoint()),
  );

  app.get(
    '/log/key',
    {
      schema: {
        operationId: 'readLogKey',
        tags: ['evidence'],
        summary: 'The log’s verifier key, `origin+hash+base64`.',
        response: { 200: body('A C2SP signed-note verifier key.', 'text/plain'), ...failures() },
      },
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send((await kernel.log()).vkey),
  );

  app.get<{ Querystring: { org?: string } }>(
    '/log/fsck',
    {
      schema: {
        operationId: 'checkLog',
        tags: ['evidence'],
        summary:
          'Verify tiles, entries and checkpoint, then the database against them: where they part, and which side is wrong.',
        querystring: object({ org: text('Must be this kernel’s own.', { maxLength: 63 }) }, ['org']),
        response: {
          200: json('What was found; nothing is repaired.', report),
          ...failures('INPUT_INVALID', 'NOT_FOUND'),
        },
      },
    },
    async (request) => {
      const { org = kernel.org } = request.query;
      if (org !== kernel.org)
        throw new AssayError('NOT_FOUND', `This kernel keeps the log of “${kernel.org}”, not of “${org}”.`, { where: 'org' }); // prettier-ignore
      return (await kernel.log()).fsck();
    },
  );

  app.get<{ Params: { '*': string } }>(
    '/log/tile/*',
    {
      schema: {
        operationId: 'readTile',
        tags: ['evidence'],
        summary: 'A tile of the Merkle tree (C2SP tlog-tiles).',
        params: object({ '*': text('`<level>/<index>`, with `.p/<width>` for a partial tile.') }),
        response: {
          200: body('Hashes of 32 bytes, one after the other.', 'application/octet-stream'),
          ...failures('NOT_FOUND'),
        },
      },
    },
    async (request, reply) => {
      const tile = request.params['*'];
      const missing = new AssayError('NOT_FOUND', 'The log has no such tile.', { where: tile.slice(0, 100) });
      if (!TILE.test(tile)) throw missing;
      const { dir } = await kernel.log();
      const bytes = await readFile(join(dir, 'tile', tile)).catch(() => {
        throw missing;
      });
      return reply
        .header('cache-control', 'private, max-age=31536000, immutable')
        .type('application/octet-stream')
        .send(bytes);
    },
  );
}

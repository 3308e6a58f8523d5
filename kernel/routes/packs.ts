import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { hangUp } from '../http/replies.ts';
import { body, digest, failures, integer, json, list, object, text } from '../openapi/shapes.ts';
import { makePack } from '../pack/make.ts';
import { findPack, listPacks } from '../pack/packs.ts';
import type { Context } from './context.ts';

interface PackBody {
  readonly from: string;
  readonly to: string;
  readonly org?: string;
  readonly id?: string;
}

const entry = {
  id: { ...digest, description: 'Of the receipt that sealed the pack.' },
  from: text('RFC 3339: from then on.'),
  to: text('RFC 3339: before then.'),
  receipts: integer('Receipts of the period.', { minimum: 0 }),
  bundle: { ...digest, description: 'Of the zip.' },
  bytes: integer('Size of the zip.', { minimum: 0 }),
  at: text('RFC 3339 time when it was made.'),
};
const packed = object({
  ...entry,
  first: integer('Number in the log of the period’s first receipt.', { minimum: 0 }),
  end: integer('One more than the number of its last.', { minimum: 0 }),
  incidents: integer('Failed and unfinished runs, stopped gates, re-runs that diverged.', { minimum: 0 }),
  skipped: integer('Gates that were skipped, so that GATES fails when the pack is verified.', { minimum: 0 }),
  witnesses: {
    description: 'How many of the log’s witnesses signed the pack’s checkpoint; null when the log has none.',
    anyOf: [
      { type: 'null' },
      object({ signed: integer('Signed in time.'), of: integer('Were asked.'), reached: { type: 'boolean' } }),
    ],
  },
  stamped: { type: ['string', 'null'], description: 'RFC 3339: an authority saw the checkpoint before.' },
});
const date = (what: string) => text(`${what} A day (YYYY-MM-DD, UTC) or a moment (RFC 3339).`, { maxLength: 40 });

/** Audit packs: all receipts of a period as one bundle. */
export function packs(app: FastifyInstance, { kernel }: Context): void {
  app.post<{ Body: PackBody }>(
    '/packs',
    {
      schema: {
        operationId: 'makePack',
        tags: ['evidence'],
        summary: 'Pack everything that was logged in a period into a bundle, with a report.',
        description: 'Emits `pack` events. Hanging up, or `DELETE /runs/{id}`, cancels it.',
        body: object(
          {
            from: date('The first day, or from when on.'),
            to: date('The last day, included; or a moment, excluded.'),
            org: text('Must be this kernel’s own.', { maxLength: 63 }),
            id: text('Names the pack in events.', { pattern: '^[A-Za-z0-9_-]{1,64}$' }),
          },
          ['org', 'id'],
        ),
        response: {
          201: json('Packed.', packed),
          ...failures('INPUT_INVALID', 'PERIOD_INVALID', 'NOT_FOUND', 'LOG_FORKED', 'RUN_EXISTS', 'CANCELLED', 'STOPPING', 'DISK_FULL'), // prettier-ignore
        },
      },
    },
    async (request, reply) => {
      const { from, to, org = kernel.org, id } = request.body;
      if (org !== kernel.org)
        throw new AssayError('NOT_FOUND', `This kernel keeps the log of “${kernel.org}”, not of “${org}”.`, { where: 'org' }); // prettier-ignore
      const ticket = kernel.runs.begin('pack', id, hangUp(reply));
      try {
        const made = await makePack(kernel, { from, to, id: ticket.id, signal: ticket.signal });
        return await reply.code(201).header('location', `/api/v1/packs/${made.id}/bundle`).send(made);
      } finally {
        ticket.end();
      }
    },
  );

  app.get<{ Querystring: { limit?: number } }>(
    '/packs',
    {
      schema: {
        operationId: 'listPacks',
        tags: ['evidence'],
        summary: 'Audit packs, newest first.',
        querystring: object({ limit: integer('At most this many.', { minimum: 1, maximum: 1000, default: 100 }) }, ['limit']), // prettier-ignore
        response: { 200: json('Packs.', list(object(entry))), ...failures('INPUT_INVALID') },
      },
    },
    async (request) => listPacks(kernel, request.query.limit),
  );

  app.get<{ Params: { id: string } }>(
    '/packs/:id/bundle',
    {
      schema: {
        operationId: 'readPack',
        tags: ['evidence'],
        summary: 'The audit pack: a zip that anyone verifies offline.',
        params: object({ id: digest }),
        response: {
          200: body('The zip.', 'application/zip'),
          ...failures('INPUT_INVALID', 'NOT_FOUND', 'ARTIFACT_CORRUPT'),
        },
      },
    },
    async (request, reply) => {
      const { bundle, bytes, from, to } = await findPack(kernel, request.params.id);
      const fileName = `pack-${kernel.org}-${from.slice(0, 10)}-${to.slice(0, 10)}.zip`;
      reply.headers({
        'content-disposition': `attachment; filename="${fileName}"`,
        'content-length': bytes,
        'cache-control': 'private, max-age=31536000, immutable',
      });
      return reply.type('application/zip').send(Readable.from(kernel.artifacts.stream(bundle), { objectMode: false }));
    },
  );
}

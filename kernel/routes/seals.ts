import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { comparatorFault } from '#common/comparators.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Comparator } from '#common/receipt/receipt.ts';
import { NOTEBOOK_BODY } from '../http/bodies.ts';
import { hangUp } from '../http/replies.ts';
import { sealNotebook } from '../notebook/seal.ts';
import { findSeal, listSeals } from '../notebook/seals.ts';
import { body, digest, failures, integer, json, list, object, text } from '../openapi/shapes.ts';
import { wellFormed } from './notebooks.ts';
import type { Context } from './context.ts';

interface SealBody {
  readonly notebook: string;
  readonly source?: string;
  readonly root?: Digest;
  readonly cells?: Readonly<Record<string, Digest>>;
  readonly comparators?: readonly Comparator[];
  readonly id?: string;
}

const params = object({ id: digest });
const seal = {
  id: digest,
  receipt: digest,
  notebook: text('File name without `.md`.'),
  root: digest,
  bundle: digest,
  at: text('RFC 3339 time.'),
};
const sealed = object({
  ...seal,
  stamped: {
    type: ['string', 'null'],
    description:
      'RFC 3339: a time-stamping authority saw the checkpoint before; null where none is configured, or none answered.',
  },
  unstamped: { type: ['string', 'null'], description: 'Why there is no time stamp, where one was asked for.' },
  cells: list(object({ id: text('As in the notebook.'), digest })),
  witnesses: {
    description: 'How many of the log’s witnesses signed the bundle’s checkpoint; null when the log has none.',
    anyOf: [
      { type: 'null' },
      object({
        signed: integer('Signed in time.'),
        of: integer('Were asked.'),
        reached: { type: 'boolean', description: 'Whether that is enough for the log’s own policy.' },
      }),
    ],
  },
});

/** Sealed runs of notebooks. A seal is the id of its receipt. */
export function seals(app: FastifyInstance, { kernel, library }: Context): void {
  app.post<{ Body: SealBody }>(
    '/seals',
    {
      bodyLimit: NOTEBOOK_BODY,
      schema: {
        operationId: 'sealNotebook',
        tags: ['evidence'],
        summary: 'Run a notebook in the kernel, with a receipt for each step, and seal the run into a bundle.',
        description: 'Emits `seal` events. Hanging up, or `DELETE /runs/{id}`, cancels it.',
        body: object(
          {
            notebook: text('File name without `.md`.', { minLength: 1, maxLength: 80 }),
            source: text('The whole file, where it isn’t the one on disk.'),
            root: { ...digest, description: 'What the page shows: another root of the kernel’s own run is an error.' },
            cells: {
              type: 'object',
              description: 'The page’s digest of each cell, so that the error names those that differ.',
              additionalProperties: digest,
            },
            comparators: {
              ...list(
                {
                  type: 'object',
                  required: ['of', 'how'],
                  properties: { of: { type: 'string' }, how: { type: 'string' } },
                },
                'How a re-run will be compared, over what the notebook says under `compare` (kernel/common/comparators.ts).',
              ),
              maxItems: 1000,
            },
            id: text('Names the run in events.', { pattern: '^[A-Za-z0-9_-]{1,64}$' }),
          },
          ['source', 'root', 'cells', 'comparators', 'id'],
        ),
        response: {
          201: json('Sealed.', sealed),
          ...failures(
            'INPUT_INVALID',
            'NAME_INVALID',
            'NOT_FOUND',
            'NOTEBOOK_INVALID',
            'CELL_FAILED',
            'SEAL_ROOT_DIFFERS',
            'RUN_EXISTS',
            'CANCELLED',
            'TIMEOUT',
            'STOPPING',
          ),
        },
      },
    },
    async (request, reply) => {
      const { notebook: name, source, root, cells, comparators, id } = request.body;
      comparators?.forEach(checkRule);
      const text = source === undefined ? (await library.read(name)).source : wellFormed(source);
      const ticket = kernel.runs.begin('seal', id, hangUp(reply));
      try {
        const { cells: ran, ...entry } = await sealNotebook(kernel, {
          notebook: { name, text },
          root,
          cells,
          comparators,
          id: ticket.id,
          signal: ticket.signal,
        });
        return await reply
          .code(201)
          .header('location', `/api/v1/seals/${entry.id}/bundle`)
          .send({ ...entry, cells: ran.map((cell) => ({ id: cell.id, digest: cell.digest })) });
      } finally {
        ticket.end();
      }
    },
  );

  app.get<{ Querystring: { notebook?: string; limit?: number } }>(
    '/seals',
    {
      schema: {
        operationId: 'listSeals',
        tags: ['evidence'],
        summary: 'Sealed runs, newest first.',
        querystring: object(
          {
            notebook: text('Only of this notebook.', { maxLength: 80 }),
            limit: integer('At most this many.', { minimum: 1, maximum: 1000, default: 100 }),
          },
          ['notebook', 'limit'],
        ),
        response: { 200: json('Seals.', list(object(seal))), ...failures('INPUT_INVALID') },
      },
    },
    async (request) => listSeals(kernel, request.query),
  );

  app.get<{ Params: { id: string } }>(
    '/seals/:id/bundle',
    {
      schema: {
        operationId: 'readBundle',
        tags: ['evidence'],
        summary: 'The bundle: a zip that anyone verifies offline.',
        params,
        response: {
          200: body('The zip.', 'application/zip'),
          ...failures('INPUT_INVALID', 'NOT_FOUND', 'ARTIFACT_CORRUPT'),
        },
      },
    },
    async (request, reply) => {
      const { bundle, notebook, id } = await findSeal(kernel, request.params.id);
      const fileName = `${notebook.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}-${id.slice(0, 8)}.zip`;
      reply.headers({
        'content-disposition': `attachment; filename="${fileName}"`,
        'content-length': await kernel.artifacts.size(bundle),
        'cache-control': 'private, max-age=31536000, immutable',
      });
      return reply.type('application/zip').send(Readable.from(kernel.artifacts.stream(bundle), { objectMode: false }));
    },
  );
}

/** @throws INPUT_INVALID */
function checkRule(rule: Comparator, index: number): void {
  const fault = comparatorFault({ ...rule });
  if (fault === null) return;
  const where = `/comparators/${index}`;
  throw new AssayError('INPUT_INVALID', `${where} ${fault}.`, { where });
}

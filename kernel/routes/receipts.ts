import type { FastifyInstance } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { type Kind, KINDS } from '#common/receipt/receipt.ts';
import { body, digest, failures, integer, json, list, object, ref, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface Query {
  readonly stream?: string;
  readonly kind?: Kind;
  readonly limit?: number;
  readonly before?: number;
}

const params = object({ id: digest });
/** What PostgreSQL can hold: all but NUL. */
const STORED = '^[^\\u0000]*$';

export function receipts(app: FastifyInstance, { kernel }: Context): void {
  app.get<{ Querystring: Query }>(
    '/receipts',
    {
      schema: {
        operationId: 'listReceipts',
        tags: ['evidence'],
        summary: 'Receipts, newest first.',
        querystring: object(
          {
            stream: text('Only this stream.', { maxLength: 200, pattern: STORED }),
            kind: text('Only receipts of this kind.', { enum: [...KINDS] }),
            limit: integer('At most this many.', { minimum: 1, maximum: 1000, default: 100 }),
            before: integer('Only receipts with a smaller index: the next page.', { minimum: 0 }),
          },
          ['stream', 'kind', 'limit', 'before'],
        ),
        response: { 200: json('Receipts.', list(ref('ReceiptRef'))), ...failures('INPUT_INVALID') },
      },
    },
    async (request) => (await kernel.log()).receipts(request.query),
  );

  app.get<{ Params: { id: string } }>(
    '/receipts/:id',
    {
      schema: {
        operationId: 'readReceipt',
        tags: ['evidence'],
        summary: 'One receipt.',
        params,
        response: { 200: json('The receipt.', ref('ReceiptRef')), ...failures('INPUT_INVALID', 'NOT_FOUND') },
      },
    },
    async (request) => {
      const found = await (await kernel.log()).get(request.params.id);
      if (found === undefined)
        throw new AssayError('NOT_FOUND', 'The log has no such receipt.', { where: request.params.id });
      return found;
    },
  );

  app.get<{ Params: { id: string } }>(
    '/receipts/:id/proof',
    {
      schema: {
        operationId: 'proveReceipt',
        tags: ['evidence'],
        summary: 'A tlog-proof that the receipt is in the log; waits for the checkpoint that covers it.',
        params,
        response: { 200: body('C2SP tlog-proof.', 'text/plain'), ...failures('INPUT_INVALID', 'NOT_FOUND') },
      },
    },
    async (request, reply) =>
      reply.type('text/plain; charset=utf-8').send(await (await kernel.log()).proof(request.params.id)),
  );
}

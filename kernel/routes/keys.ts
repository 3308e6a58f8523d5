import type { FastifyInstance } from 'fastify';
import { fromHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import type { JsonSchema } from '#common/plugin.ts';
import { describeKeys } from '../log/described-keys.ts';
import type { KeyOrder } from '../log/keyring.ts';
import { failures, integer, json, list, object, ref, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface KeyBody {
  readonly event: Exclude<KeyOrder['event'], 'policy' | 'authority'>;
  readonly key?: string;
  readonly master?: string;
  readonly reason?: string;
}

const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [{ type: 'null' }, schema] });
const told = (what: string): JsonSchema =>
  object({
    after: integer('The receipt that took it up.'),
    digest: { type: ['string', 'null'], description: `SHA-256. ${what}` },
  });
const key = object({
  name: text('`name+hash`'),
  vkey: text('Verifier key.'),
  after: nullable(integer('The receipt that named it; null for the log’s own.')),
  until: nullable(integer('The receipt that ended it; null while it signs.')),
  revoked: nullable(object({ at: integer('By this receipt.'), reason: { type: ['string', 'null'] } })),
});

/** Who signs seals, and changes of it. The log's own key never changes. */
export function keys(app: FastifyInstance, { kernel }: Context): void {
  app.get(
    '/keys',
    {
      schema: {
        operationId: 'listKeys',
        tags: ['evidence'],
        summary: 'The organisation’s keys, as its log tells them.',
        response: {
          200: json(
            'In the order of the log.',
            object({
              log: text('The log’s own verifier key.'),
              keys: list(key),
              held: { type: 'boolean', description: 'Whether this kernel holds the secret of the key that signs now.' },
              policy: nullable(told('Of the policy of witnesses.')),
              authority: nullable(told('Of the address of the time-stamping authority.')),
              tags: nullable(
                object({
                  after: integer('The receipt that began them.'),
                  commitment: text('To the master key.'),
                  working: { type: 'boolean', description: 'Whether this kernel holds the present key.' },
                  epoch: nullable(integer('Of the present key; a new one every 256 receipts. null when it is gone.')),
                }),
              ),
            }),
          ),
          ...failures(),
        },
      },
    },
    async () => describeKeys(await kernel.log()),
  );

  app.post<{ Body: KeyBody }>(
    '/keys',
    {
      schema: {
        operationId: 'changeKeys',
        tags: ['evidence'],
        summary: 'Change who signs seals, or begin to tag receipts; the change is a receipt.',
        body: object(
          {
            event: text('What is to be done.', { enum: ['rotate', 'revoke', 'tag'] }),
            key: text('For `revoke`: `name+hash`, or the hash alone.', { maxLength: 300 }),
            master: text('For `tag`: 32 bytes in hex, which the kernel does not keep.', { pattern: '^[0-9a-f]{64}$' }),
            reason: text('For those who read it later.', { minLength: 1, maxLength: 300 }),
          },
          ['key', 'master', 'reason'],
        ),
        response: {
          201: json('The receipt.', ref('ReceiptRef')),
          ...failures('KEY_INVALID', 'LOG_KEY', 'INPUT_INVALID'),
        },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await (await kernel.log()).changeKeys(orderOf(body))),
  );
}

function orderOf({ event, key: named, master, reason }: KeyBody): KeyOrder {
  const why = reason ?? null;
  if (event === 'rotate') return { event, reason: why };
  if (event === 'revoke' && named !== undefined) return { event, key: named, reason: why };
  const bytes = master === undefined ? null : fromHex(master);
  if (event === 'tag' && bytes !== null) return { event, master: bytes, reason: why };
  throw new AssayError('INPUT_INVALID', `“${event}” needs ${event === 'tag' ? '`master`' : '`key`'}.`);
}

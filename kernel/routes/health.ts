import type { FastifyInstance } from 'fastify';
import { json, object, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

/** Answers without signing in: whether a kernel is there, and nothing about it but its version. */
export function health(app: FastifyInstance, { version }: Context): void {
  app.get(
    '/health',
    {
      schema: {
        operationId: 'health',
        tags: ['kernel'],
        summary: 'Whether the kernel is up.',
        security: [],
        response: {
          200: json('It is.', object({ ok: { type: 'boolean', const: true }, version: text('The kernel’s version.') })),
        },
      },
    },
    async () => ({ ok: true, version }),
  );
}

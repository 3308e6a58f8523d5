import type { FastifyInstance } from 'fastify';
import { body, failures } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

export function metrics(app: FastifyInstance, { metrics: registry }: Context): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        tags: ['kernel'],
        summary: 'Figures for Prometheus: give it the kernel’s token as a bearer.',
        response: { 200: body('Prometheus text format.', 'text/plain'), ...failures() },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}

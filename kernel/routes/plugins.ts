import type { FastifyInstance } from 'fastify';
import { anything, failures, json, list } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

export function plugins(app: FastifyInstance, { kernel }: Context): void {
  app.get(
    '/plugins',
    {
      schema: {
        operationId: 'listPlugins',
        tags: ['plugins'],
        summary: 'What the kernel can do: every plugin’s plugin.json, with the schemas of its methods.',
        response: {
          200: json('Plugins by name.', list(anything('A PluginManifest (kernel/common/plugin.ts).'))),
          ...failures(),
        },
      },
    },
    async () => {
      await kernel.host.settled();
      return kernel.host.list();
    },
  );
}

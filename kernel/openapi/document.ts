import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { JsonSchema } from '#common/plugin.ts';
import { NAMED } from './shapes.ts';

const DESCRIPTION = `The kernel of one project. Sign in with the token from the start-up link, as \`Authorization: Bearer\`; the workbench
uses a cookie instead. Values with arrays travel as \`application/vnd.assay.value\` (kernel/common/value/value.ts), both ways; JSON works everywhere.
Every error is an \`Error\` with a stable code.`;

/** Must stand before the routes that it documents. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  for (const [name, schema] of Object.entries(NAMED)) app.addSchema({ $id: name, ...schema });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Assay',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The token in home/kernel.json.' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'assay_<port>', description: 'Set by /sign-in.' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
    // Fastify's wildcard is no parameter of OpenAPI's.
    transform: ({ schema, url }) => {
      const { params, ...rest } = schema as { params?: JsonSchema };
      if (!url.endsWith('/*') || params === undefined) return { schema, url };
      return {
        url: url.replace('*', ':path'),
        schema: { ...rest, params: JSON.parse(JSON.stringify(params).replaceAll('"*"', '"path"')) as JsonSchema },
      };
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === 'string' ? schema.$id : `Schema${index}`,
    },
  });
}

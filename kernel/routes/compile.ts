import type { FastifyInstance } from 'fastify';
import { NOTEBOOK_BODY } from '../http/bodies.ts';
import { compileNotebook } from '../notebook/compile.ts';
import { anything, failures, json, object, text } from '../openapi/shapes.ts';
import { wellFormed } from './notebooks.ts';
import type { Context } from './context.ts';

/** A file that any client made is compiled here, so that page and headless run evaluate the same text. */
export function compile(app: FastifyInstance, _context: Context): void {
  app.post<{ Body: { source: string } }>(
    '/compile',
    {
      bodyLimit: NOTEBOOK_BODY,
      schema: {
        operationId: 'compile',
        tags: ['notebooks'],
        summary: 'Compile a notebook. Errors of cells stand in the cells.',
        body: object({ source: text('The whole file.') }),
        response: {
          200: json(
            'What page and headless run evaluate.',
            anything('A CompiledNotebook (kernel/common/notebook.ts).'),
          ),
          ...failures('INPUT_INVALID', 'BODY_TOO_LARGE', 'NOTEBOOK_INVALID'),
        },
      },
    },
    async (request) => compileNotebook(wellFormed(request.body.source)),
  );
}

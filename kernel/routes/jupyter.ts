import type { FastifyInstance } from 'fastify';
import { limitJson } from '../http/bodies.ts';
import { fromJupyter, type JupyterNotebook, toJupyter } from '../notebook/ipynb.ts';
import { anything, failures, integer, json, list, text } from '../openapi/shapes.ts';
import { made, params, saved, wellFormed } from './notebooks.ts';
import type { Context } from './context.ts';

/** Jupyter’s files hold outputs too, pictures among them; what remains of one is small. */
const IPYNB_BODY = 128 * 2 ** 20;
const IPYNB = 'application/x-ipynb+json';

const lines = { anyOf: [text('Whole.'), list(text('A line with its end.'))] };
const ipynb = {
  type: 'object',
  required: ['nbformat', 'cells'],
  properties: {
    nbformat: integer('4; older files are refused.'),
    metadata: { type: 'object' },
    cells: list({
      type: 'object',
      required: ['cell_type', 'source'],
      properties: { cell_type: text('markdown, code or raw.'), source: lines, id: text('Of the cell.') },
    }),
  },
};

/** Notebooks as Jupyter’s files (.ipynb), in and out. */
export function jupyter(app: FastifyInstance, { library }: Context): void {
  limitJson(app);

  app.post<{ Querystring: { name: string }; Body: JupyterNotebook }>(
    '/notebooks/import',
    {
      bodyLimit: IPYNB_BODY,
      schema: {
        operationId: 'importNotebook',
        tags: ['notebooks'],
        summary: 'Make a notebook from a Jupyter file.',
        description:
          'Cells in TypeScript, JavaScript and SQL run; code in other languages stays to be read. Outputs are dropped.',
        querystring: params,
        body: { content: { 'application/json': { schema: ipynb } } },
        response: {
          201: json('It is there.', saved),
          ...failures(
            'BODY_INVALID',
            'BODY_TOO_LARGE',
            'INPUT_INVALID',
            'MEDIA_TYPE_UNSUPPORTED',
            'NAME_INVALID',
            'NOTEBOOK_EXISTS',
            'NOTEBOOK_INVALID',
            'DISK_FULL',
            'NO_ACCESS',
          ),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.query;
      return made(reply, name, await library.create(name, wellFormed(fromJupyter(request.body, name))));
    },
  );

  app.get<{ Params: { name: string } }>(
    '/notebooks/:name(^[^.]+).ipynb',
    {
      schema: {
        operationId: 'exportNotebook',
        tags: ['notebooks'],
        summary: 'A notebook as a Jupyter file, without outputs.',
        params,
        response: {
          200: { description: 'nbformat 4.5.', content: { [IPYNB]: { schema: anything('The file.') } } },
          ...failures('NAME_INVALID', 'NOT_FOUND', 'NOTEBOOK_INVALID'),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const file = `${JSON.stringify(toJupyter((await library.read(name)).source), null, 1)}\n`;
      const attachment = `attachment; filename*=UTF-8''${encodeURIComponent(name)}.ipynb`;
      return reply.type(IPYNB).header('content-disposition', attachment).send(file);
    },
  );
}

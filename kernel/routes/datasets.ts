import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { addStreamBodies, collect, LARGE_BODY } from '../http/bodies.ts';
import { sendValue } from '../http/replies.ts';
import type { NewDataset } from '../notebook/datasets.ts';
import { anything, digest, failures, json, list, object, takes, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface Named {
  Params: { name: string };
}
type AddQuery = Omit<NewDataset, 'bytes'>;

const params = object({ name: text('The variable that cells see.', { pattern: '^[a-z][a-z0-9_]{0,62}$' }) });
const short = (description: string) => text(description, { maxLength: 300 });
const about = object(
  {
    name: text('The variable that cells see.'),
    title: text('What people call it.'),
    description: text('What it holds.'),
    source: text('Where it comes from.'),
    licence: text('SPDX identifier, or words.'),
    problem: text('What is wrong with its dataset.json.'),
  },
  ['description', 'source', 'licence', 'problem'],
);

export function datasets(app: FastifyInstance, { datasets: source }: Context): void {
  addStreamBodies(app);

  app.get(
    '/datasets',
    {
      schema: {
        operationId: 'listDatasets',
        tags: ['datasets'],
        summary: 'The data sets of the project, by name.',
        response: { 200: json('Data sets.', list(about)), ...failures() },
      },
    },
    async () => source.list(),
  );

  app.post<{ Querystring: AddQuery; Body: Readable | undefined }>(
    '/datasets',
    {
      bodyLimit: LARGE_BODY,
      schema: {
        operationId: 'addDataset',
        tags: ['datasets'],
        summary: 'Add a data set: the body is the file.',
        body: takes('The file; any content type will do.', 'application/octet-stream', 'text/csv'),
        querystring: object(
          {
            name: text('The variable that cells see: `[a-z][a-z0-9_]*`.', { maxLength: 63 }),
            fileName: short('What the file was called; its ending says the format unless `format` does.'),
            format: text('How to read it.', { enum: ['csv', 'tsv', 'json', 'ndjson', 'parquet', 'arrow'] }),
            encoding: text('Of a text file; UTF-8 unless given.', { maxLength: 40 }),
            delimiter: text('Between columns of CSV; found out unless given.', { minLength: 1, maxLength: 1 }),
            decimal: text('Decimal mark of CSV.', { enum: ['.', ','] }),
            title: short('What people call it.'),
            description: text('What it holds.', { maxLength: 2000 }),
            source: short('Where it comes from.'),
            licence: short('SPDX identifier, or words.'),
          },
          ['fileName', 'format', 'encoding', 'delimiter', 'decimal', 'title', 'description', 'source', 'licence'],
        ),
        response: {
          201: json('It is there.', about),
          ...failures(
            'INPUT_INVALID',
            'BODY_INVALID',
            'BODY_TOO_LARGE',
            'NAME_INVALID',
            'DATASET_EXISTS',
            'DATASET_INVALID',
            'DISK_FULL',
            'NO_ACCESS',
          ),
        },
      },
    },
    async (request, reply) => {
      if (request.body === undefined)
        throw new AssayError('BODY_INVALID', 'The body is the data set’s file: there is none.');
      const bytes = await collect(request.body, request);
      return reply.code(201).send(await source.add({ ...request.query, bytes }));
    },
  );

  app.get<Named>(
    '/datasets/:name',
    {
      schema: {
        operationId: 'describeDataset',
        tags: ['datasets'],
        summary: 'What dataset.json says, and a summary of every column.',
        params,
        response: {
          200: json('The data set.', anything('Output of the method `datasets.describe`.')),
          ...failures('INPUT_INVALID', 'NOT_FOUND', 'DATASET_INVALID', 'DATASET_CHANGED'),
        },
      },
    },
    async (request, reply) => sendValue(request, reply, await source.describe(request.params.name)),
  );

  app.get<Named>(
    '/datasets/:name/table',
    {
      schema: {
        operationId: 'readDataset',
        tags: ['datasets'],
        summary: 'The table. Its receipt stands in the header `assay-receipt`.',
        params,
        response: {
          200: {
            description: 'TableData (kernel/common/data.ts); in JSON `{columns, rows}`.',
            headers: { 'assay-receipt': digest },
            content: {
              [VALUE_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } },
              'application/json': {
                schema: object({ columns: list(text('Name.')), rows: list(list(anything('Value; null is missing.'))) }),
              },
            },
          },
          ...failures('INPUT_INVALID', 'NOT_FOUND', 'DATASET_INVALID', 'DATASET_CHANGED'),
        },
      },
    },
    async (request, reply) => {
      const { table, receipt } = await source.table(request.params.name);
      return sendValue(request, reply.header('assay-receipt', receipt), table);
    },
  );
}

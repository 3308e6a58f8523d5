import type { FastifyInstance } from 'fastify';
import { FRAMES_TYPE } from '#common/frames.ts';
import { AssayError } from '#common/errors.ts';
import { VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { buffersOf, LARGE_BODY, limitJson } from '../http/bodies.ts';
import type { CallStream } from '../host/types.ts';
import { publicError } from '../http/failures.ts';
import { hangUp, type Item, NDJSON_TYPE, sendStream, sendValue } from '../http/replies.ts';
import type { Kernel } from '../kernel.ts';
import { anything, failures, integer, json, list, object, ref, takes, text } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

interface CallQuery {
  readonly method: string;
  readonly id?: string;
  readonly seed?: number;
  readonly stream?: string;
}

const callQuery = object(
  {
    method: text('`plugin.method`', { maxLength: 200 }),
    id: text('Names the call, to match its progress and to cancel it.', { pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    seed: integer('Seed of everything random in the call.', {
      minimum: -Number.MAX_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
    stream: text('Stream that the receipt belongs to; the organisation’s own when absent.', {
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\u0000]+$',
    }),
  },
  ['id', 'seed', 'stream'],
);

const outcome = object({
  id: text('The call’s id.'),
  result: anything('Fits the method’s output schema.'),
  receipt: ref('ReceiptRef'),
});
const binary = { schema: { type: 'string', format: 'binary' } };

export function runs(app: FastifyInstance, { kernel }: Context): void {
  limitJson(app);

  app.post<{ Querystring: CallQuery }>(
    '/runs',
    {
      bodyLimit: LARGE_BODY,
      schema: {
        operationId: 'call',
        tags: ['runs'],
        summary: 'Call a method of a plugin.',
        description:
          'The body is the method’s input, in JSON or the value encoding; no body is `{}`. Answers when the receipt is durable. Hanging up ' +
          `cancels the call. A method that streams answers in \`${FRAMES_TYPE}\` (kernel/common/frames.ts) to those who accept it, else in ` +
          'lines of JSON: `{"chunk": …}` many times, then `{"outcome": {id, receipt}}` or `{"error": Error}`.',
        querystring: callQuery,
        body: takes('The method’s input.', 'application/json', VALUE_MEDIA_TYPE),
        response: {
          200: {
            description: 'The result and its receipt.',
            content: {
              'application/json': { schema: outcome },
              [VALUE_MEDIA_TYPE]: binary,
              [FRAMES_TYPE]: binary,
              [NDJSON_TYPE]: binary,
            },
          },
          ...failures(
            ...([
              'INPUT_INVALID',
              'BODY_INVALID',
              'BODY_TOO_LARGE',
              'MEDIA_TYPE_UNSUPPORTED',
              'METHOD_NOT_FOUND',
              'RUN_EXISTS',
              'CANCELLED',
            ] as const),
            ...([
              'TIMEOUT',
              'PLUGIN_THREW',
              'PLUGIN_EXITED',
              'PLUGIN_OUT_OF_MEMORY',
              'PLUGIN_OUTPUT_INVALID',
              'STOPPING',
            ] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const input = request.body === undefined || request.body === null ? {} : request.body;
      const call = { ...request.query, input };
      const options = { signal: hangUp(reply), transfer: buffersOf(request.body) };
      await kernel.host.settled();
      if (streams(kernel, call.method)) return sendStream(request, reply, items(kernel.stream(call, options)));
      return sendValue(request, reply, await kernel.call(call, options));
    },
  );

  app.get(
    '/runs',
    {
      schema: {
        operationId: 'listRuns',
        tags: ['runs'],
        summary: 'Calls under way, oldest first.',
        response: { 200: json('Calls under way.', list(ref('Run'))), ...failures() },
      },
    },
    async () => kernel.runs.list(),
  );

  app.delete<{ Params: { id: string } }>(
    '/runs/:id',
    {
      schema: {
        operationId: 'cancelRun',
        tags: ['runs'],
        summary: 'Cancel a call. It ends with CANCELLED where it was made.',
        params: object({ id: text('The call’s id.', { maxLength: 64 }) }),
        response: { 204: { description: 'It is being cancelled.', type: 'null' }, ...failures('NOT_FOUND') },
      },
    },
    async (request, reply) => {
      if (!kernel.runs.cancel(request.params.id))
        throw new AssayError('NOT_FOUND', 'No call of that id is under way.', { where: request.params.id });
      return reply.code(204).send();
    },
  );
}

/** @throws METHOD_NOT_FOUND */
function streams({ host }: Kernel, method: string): boolean {
  const [plugin = '', name = ''] = method.split('.');
  return host.plugin(plugin).manifest.methods[name]?.stream === true;
}

/** The status line is gone when a stream fails: the error is its last item. */
async function* items(stream: CallStream): AsyncGenerator<Item> {
  try {
    for await (const value of stream) yield { kind: 'chunk', value };
    const { id, receipt } = await stream.outcome;
    yield { kind: 'outcome', value: { id, receipt } };
  } catch (error) {
    yield { kind: 'error', value: publicError(error).toJSON() };
  }
}

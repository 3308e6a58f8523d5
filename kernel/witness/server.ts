/** A witness over HTTP: `POST /add-checkpoint` as C2SP tlog-witness has it, and a page that says who it is. Never listens by itself. */
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { AssayError } from '#common/errors.ts';
import type { Witness } from './index.ts';

/** 63 hashes and a note with room for signatures of every kind. */
const BODY = 256 << 10;

export function buildWitnessServer(witness: Witness, logger: Logger): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY,
    return503OnClosing: true,
  });
  // The specification names no content type for the request: whatever comes is bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode } = error as { readonly statusCode?: number };
    const status = error instanceof AssayError ? 500 : (statusCode ?? 500);
    if (status >= 500) logger.error({ err: error }, 'nothing was signed');
    return reply.code(status).type('text/plain; charset=utf-8').send('The request could not be served.\n');
  });
  app.post('/add-checkpoint', async (request, reply) => {
    const given = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    const { status, type, body } = await witness.add(given);
    logger.info({ status, bytes: given.length }, 'add-checkpoint');
    return reply.code(status).header('content-type', type).header('cache-control', 'no-store').send(body);
  });
  app.get('/', (_request, reply) => {
    reply.type('text/plain; charset=utf-8').send(`${witness.vkey}\n\n${witness.origins.join('\n')}\n`);
  });
  return app;
}

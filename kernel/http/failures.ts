/** Every error leaves as `ErrorJson` with its status; what Assay doesn't know becomes `INTERNAL` and stays in the log. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AssayError, type ErrorCode } from '#common/errors.ts';
import { diskError } from '../store/files.ts';

/** Fastify's own errors that a client can cause. */
const FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_VALIDATION: 'INPUT_INVALID',
  FST_ERR_BAD_URL: 'INPUT_INVALID',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BODY_INVALID',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BODY_INVALID',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BODY_INVALID',
  FST_ERR_CTP_INVALID_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
};

/** What the client is told: never a stack, a path or a message that Assay didn't write. */
export function publicError(error: unknown): AssayError {
  if (error instanceof AssayError) return error;
  const { code, message, validation, validationContext } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : FASTIFY[code];
  if (known !== undefined && validation !== undefined) {
    const first = validation[0];
    const where = `${validationContext ?? 'input'}${first?.instancePath ?? ''}`;
    return new AssayError(known, message ?? undefined, {
      where,
      details: validation.map(({ instancePath, message }) => ({ path: instancePath, message })),
    });
  }
  if (known !== undefined) return new AssayError(known);
  const { statusCode } = error as Partial<FastifyError>;
  // What the file server refuses (a path that leads out) does not exist for the client.
  if (statusCode === 403 || statusCode === 404) return new AssayError('NOT_FOUND');
  if (statusCode === 400) return new AssayError('BODY_INVALID');
  const ofDisk = diskError(error);
  return ofDisk instanceof AssayError ? ofDisk : new AssayError('INTERNAL');
}

/** For errors that happen before a route is found. */
export const sendFrameworkError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void =>
  void sendError(error, request, reply);

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = publicError(error);
  if (told.code === 'INTERNAL') request.log.error({ err: error }, 'unexpected error');
  else request.log.debug({ code: told.code, where: told.where }, told.message);
  if (told.code === 'AUTH_REQUIRED') reply.header('www-authenticate', 'Bearer');
  return reply
    .code(told.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(told.toJSON());
}

export function addFailures(app: FastifyInstance): void {
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(unknown);
}

/** Everything under the API's prefix that is no resource: else the workbench, which has every other path, would answer. */
export function addUnknown(api: FastifyInstance): void {
  api.all('/*', { schema: { hide: true } }, unknown);
}

function unknown({ method, url }: FastifyRequest): never {
  throw new AssayError('NOT_FOUND', 'The kernel has no such resource.', { where: `${method} ${pathOf(url)}` });
}

/** The path alone: a query may hold the sign-in token. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** How bodies come in: JSON without a name that comes twice, values in the value encoding, notebooks as text, everything else as a stream. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { refuseOdd } from '#common/json/parse.ts';
import { decodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';

const MIB = 2 ** 20;
/** Values with large arrays, data sets and artifacts. */
export const LARGE_BODY = 1024 * MIB;
/** Longer text than this is no string in V8. */
const JSON_BODY = 256 * MIB;
export const SMALL_BODY = MIB;
export const NOTEBOOK_BODY = 16 * MIB;

const limitOf = (request: FastifyRequest): number => request.routeOptions.bodyLimit ?? SMALL_BODY;

const buffers = new WeakMap<object, ArrayBuffer>();

/** What the arrays of a decoded body are views of: nobody else's, so it may be transferred. */
export function buffersOf(body: unknown): ArrayBuffer[] {
  const buffer = typeof body === 'object' && body !== null ? buffers.get(body) : undefined;
  return buffer === undefined ? [] : [buffer];
}

export function addValueBodies(app: FastifyInstance): void {
  app.addContentTypeParser(VALUE_MEDIA_TYPE, async (request: FastifyRequest, payload: Readable) => {
    const bytes = await collect(payload, request);
    try {
      const value = decodeValue(bytes);
      if (typeof value === 'object' && value !== null) buffers.set(value, bytes.buffer);
      return value;
    } catch (error) {
      throw error instanceof AssayError ? error : new AssayError('BODY_INVALID', undefined, { cause: error });
    }
  });
}

/** Where a route takes large values, JSON still has its own limit. */
export function limitJson(app: FastifyInstance): void {
  addJsonBodies(app, JSON_BODY);
}

/** As fastify reads JSON, which refuses `__proto__`; and no name may come twice. */
export function addJsonBodies(app: FastifyInstance, limit?: number): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const text = textOf(await collect(payload, request, limit));
    const value = await new Promise((resolve, reject) => {
      parse(request, text, (error, read) => (error === null ? resolve(read) : reject(error)));
    });
    refuseOdd(text, 'BODY_INVALID');
    return value;
  });
}

export function addTextBodies(app: FastifyInstance, mediaType: string): void {
  app.addContentTypeParser(mediaType, async (request: FastifyRequest, payload: Readable) => {
    return textOf(await collect(payload, request));
  });
}

/** @throws BODY_INVALID */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AssayError('BODY_INVALID', 'The text is not UTF-8.');
  }
}

/** Any content type, unread: the handler reads `request.body` as a stream of at most the route's limit. */
export function addStreamBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (_request: FastifyRequest, payload: Readable) => payload);
}

/**
 * The whole body in a buffer of its own, so that arrays may be viewed in place. Its size is believed from Content-Length only up to
 * what has arrived: a request that announces 1 GiB and sends nothing costs nothing.
 * @throws BODY_TOO_LARGE
 */
export async function collect(
  payload: AsyncIterable<Uint8Array>,
  request: FastifyRequest,
  limit = limitOf(request),
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of limited(payload, request, limit)) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @throws BODY_TOO_LARGE as soon as more than the route's limit is announced or has come. */
export async function* limited(
  payload: AsyncIterable<Uint8Array>,
  request: FastifyRequest,
  limit = limitOf(request),
): AsyncGenerator<Uint8Array> {
  const tooLarge = (): AssayError => new AssayError('BODY_TOO_LARGE', `The body is larger than ${limit / MIB} MiB.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let length = 0;
  for await (const chunk of payload) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    yield chunk;
  }
}

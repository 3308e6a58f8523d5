/** How values go out: in the value encoding to those who ask for it, in JSON to everybody else. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssayError } from '#common/errors.ts';
import { FRAMES_TYPE, type FrameKind, frameParts } from '#common/frames.ts';
import { toJson } from '#common/json/output.ts';
import { encodeParts, VALUE_MEDIA_TYPE } from '#common/value/value.ts';

export const NDJSON_TYPE = 'application/x-ndjson';

const accepts = (request: FastifyRequest, type: string): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes(type);

/** @throws VALUE_UNSUPPORTED */
export function sendValue(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  reply.header('vary', 'accept');
  if (!accepts(request, VALUE_MEDIA_TYPE)) return reply.type('application/json; charset=utf-8').send(jsonText(value));
  const parts = encodeParts(value);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return reply
    .type(VALUE_MEDIA_TYPE)
    .header('content-length', length)
    .send(Readable.from(inPieces(parts), { objectMode: false }));
}

/** @throws VALUE_UNSUPPORTED */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(toJson(value));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AssayError('VALUE_UNSUPPORTED', `The result is too large for JSON: accept ${VALUE_MEDIA_TYPE}.`, {
      cause,
    });
  }
}

/** One item of a stream of results: many `chunk`s, then one `outcome` or `error`. */
export interface Item {
  readonly kind: FrameKind;
  readonly value: unknown;
}

/**
 * Items as they come, in frames or in lines of JSON. The reader sets the pace: the next item is asked for when the socket has taken the
 * last. Whoever hangs up ends `items` (its `return` is called).
 */
export function sendStream(request: FastifyRequest, reply: FastifyReply, items: AsyncIterable<Item>): FastifyReply {
  const frames = accepts(request, FRAMES_TYPE);
  const bytes = frames ? framed(items) : lines(items);
  return reply
    .header('vary', 'accept')
    .type(frames ? FRAMES_TYPE : NDJSON_TYPE)
    .send(Readable.from(bytes, { objectMode: false, highWaterMark: PIECE }));
}

const PIECE = 1 << 18;

/** A write of 100 MB at once would stand in memory twice. */
function* inPieces(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const part of parts) for (let at = 0; at < part.length; at += PIECE) yield part.subarray(at, at + PIECE);
}

async function* framed(items: AsyncIterable<Item>): AsyncGenerator<Uint8Array> {
  for await (const { kind, value } of items) yield* inPieces(frameParts(kind, encodeParts(value)));
}

async function* lines(items: AsyncIterable<Item>): AsyncGenerator<Uint8Array> {
  const utf8 = new TextEncoder();
  for await (const { kind, value } of items) yield utf8.encode(`${jsonText({ [kind]: value })}\n`);
}

/** Aborts when the client hangs up before it has its answer. */
export function hangUp(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

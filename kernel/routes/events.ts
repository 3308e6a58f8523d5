import type { FastifyInstance } from 'fastify';
import type { WebSocket } from '@fastify/websocket';
import { AssayError } from '#common/errors.ts';
import type { KernelEvent } from '#common/protocol.ts';
import type { Events } from '../events.ts';
import { failures, integer, object } from '../openapi/shapes.ts';
import type { Context } from './context.ts';

/** A client that lets this much pile up is cut off: it resumes by its cursor, and the kernel's memory stays its own. */
const MOST_BUFFERED = 4 * 2 ** 20;
const PING_EVERY = 25_000;
/** Close codes of RFC 6455: 4000 and up are ours. */
const TOO_SLOW = 4008;

/** Live events of the kernel's organisation; there is no other's in its kernel. */
export function events(app: FastifyInstance, { kernel }: Context): void {
  app.route<{ Querystring: { cursor?: number } }>({
    method: 'GET',
    url: '/events',
    schema: {
      operationId: 'events',
      tags: ['kernel'],
      summary: 'A WebSocket of KernelEvents (kernel/common/protocol.ts), one JSON text each.',
      description:
        'Reconnect with the `n` of the last event seen and nothing is missed. Without a cursor, or with one that is too old, the first ' +
        `event is \`resync\`: read again what you show. A client too slow to follow is closed with ${TOO_SLOW}.`,
      querystring: object({ cursor: integer('Number of the last event seen.', { minimum: 0 }) }, ['cursor']),
      response: {
        101: { description: 'The socket is open.', type: 'null' },
        ...failures('INPUT_INVALID', 'UPGRADE_REQUIRED'),
      },
    },
    handler: () => {
      throw new AssayError('UPGRADE_REQUIRED');
    },
    wsHandler: (socket, request) => serve(socket, kernel.events, (request.query as { cursor?: number }).cursor),
  });
}

function serve(socket: WebSocket, source: Events, cursor: number | undefined): void {
  const send = (event: KernelEvent): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_BUFFERED) {
      socket.close(TOO_SLOW, 'TOO_SLOW');
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(event));
  };
  const missed = cursor === undefined ? null : source.since(cursor);
  if (missed === null) send({ n: source.last, at: new Date().toISOString(), type: 'resync' });
  else for (const event of missed) send(event);
  const unsubscribe = source.subscribe(send);

  let alive = true;
  const pings = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_EVERY);
  socket.on('pong', () => (alive = true));
  socket.on('close', () => {
    clearInterval(pings);
    unsubscribe();
  });
  socket.on('error', () => socket.terminate());
}

import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * A connection that waits for its next request would hold a closing server for a minute, and one on which no request ever came for
 * good (Node counts it among the busy ones). From the moment that closing begins, each ends when its last answer is out.
 */
export function addConnections(app: FastifyInstance): void {
  const busy = new Map<Socket, number>();
  let closing = false;
  const settle = (socket: Socket): void => {
    if (closing && busy.get(socket) === 0) socket.destroySoon();
  };
  app.server.on('connection', (socket) => {
    busy.set(socket, 0);
    socket.once('close', () => busy.delete(socket));
    settle(socket);
  });
  app.server.on('request', ({ socket }, response) => {
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.once('close', () => {
      if (!busy.has(socket)) return;
      busy.set(socket, (busy.get(socket) ?? 1) - 1);
      settle(socket);
    });
  });
  // Events end by a close frame of their own.
  app.server.on('upgrade', ({ socket }) => busy.delete(socket));
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of busy.keys()) settle(socket);
  });
}

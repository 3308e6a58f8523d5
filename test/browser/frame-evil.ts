/** A server that counts whatever arrives, bytes or not. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Evil {
  readonly origin: string;
  readonly udp: number;
  readonly hits: number;
  /** Settles with the first hit. */
  readonly hit: Promise<void>;
  close(): void;
}

export async function startEvil(): Promise<Evil> {
  let hits = 0;
  let tell: () => void;
  const hit = new Promise<void>((resolve) => (tell = resolve));
  const count = (): void => {
    hits++;
    tell();
  };
  const http = createServer((_request, response) => {
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' }).end('x');
  });
  http.on('connection', count).on('upgrade', (_request, socket) => socket.destroy());
  const socket = dgram.createSocket('udp4').on('message', count);
  http.listen(0, '127.0.0.1');
  socket.bind(0, '127.0.0.1');
  await Promise.all([once(http, 'listening'), once(socket, 'listening')]);
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    udp: socket.address().port,
    get hits() {
      return hits;
    },
    hit,
    close() {
      http.closeAllConnections();
      http.close();
      socket.close();
    },
  };
}

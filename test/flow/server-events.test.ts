/** Live events: in order, resumed without a gap, and never at the kernel's cost. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { KernelEvent } from '#common/protocol.ts';
import { start } from './server-harness.ts';

const { url, kernel, credentials, app } = await start();

interface Client {
  readonly socket: WebSocket;
  readonly heard: KernelEvent[];
  /** Resolves when so many have been heard. */
  many(count: number): Promise<KernelEvent[]>;
  readonly closed: Promise<number>;
}

function open(query = ''): Client {
  const headers = { authorization: `Bearer ${credentials.token}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/events${query}`, { headers });
  const heard: KernelEvent[] = [];
  const waiting = new Set<() => void>();
  socket.addEventListener('message', ({ data }) => {
    heard.push(JSON.parse(String(data)) as KernelEvent);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  const many = (count: number): Promise<KernelEvent[]> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (heard.length >= count) resolve(heard);
      };
      waiting.add(look);
      look();
    });
  return { socket, heard, many, closed };
}

const emit = (count: number): void => {
  for (let i = 0; i < count; i++) kernel.events.emit({ type: 'dataset', name: `d${i}` });
};

test('the first event says where the client stands, the rest follow without a gap', async () => {
  const client = open();
  const [first] = await client.many(1);
  assert.equal(first?.type, 'resync');
  assert.equal(first?.n, kernel.events.last);
  emit(100);
  const heard = await client.many(101);
  assert.deepEqual(
    heard.map(({ n }) => n - (first?.n ?? 0)),
    Array.from({ length: 101 }, (_, i) => i),
  );
  client.socket.close();
  await client.closed;
});

test('a client that comes back with its cursor misses nothing', async () => {
  const client = open();
  await client.many(1);
  emit(5);
  const cursor = (await client.many(6)).at(-1)?.n ?? 0;
  client.socket.close();
  await client.closed;
  emit(50);
  const again = open(`?cursor=${cursor}`);
  emit(1);
  const heard = await again.many(51);
  assert.deepEqual(
    heard.map(({ n }) => n),
    Array.from({ length: 51 }, (_, i) => cursor + 1 + i),
  );
  again.socket.close();
});

test('a cursor that is too old, or another kernel’s, gets resync', async () => {
  const cursor = kernel.events.last;
  emit(5000);
  for (const query of [`?cursor=${cursor}`, '?cursor=0', `?cursor=${kernel.events.last + 1}`]) {
    const client = open(query);
    assert.equal((await client.many(1))[0]?.type, 'resync', query);
    client.socket.close();
  }
});

test('a cursor that is no number is refused before the socket opens', async () => {
  const client = open('?cursor=x');
  assert.equal(await client.closed, 1006);
});

test('what a client sends is too much', async () => {
  const client = open();
  await client.many(1);
  client.socket.send('x'.repeat(2000));
  assert.equal(await client.closed, 1009);
});

test('a client that doesn’t read is cut off; the others don’t notice', async () => {
  const port = Number(new URL(url).port);
  const headers = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${credentials.token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`;
  const deaf = connect(port, '127.0.0.1');
  deaf.write(`GET /api/v1/events HTTP/1.1\r\n${headers}\r\n`);
  await new Promise((resolve) => deaf.once('data', resolve));
  deaf.pause();
  const client = open();
  await client.many(1);
  const others = app.websocketServer.clients.size;
  const note = 'x'.repeat(60_000);
  let sent = 0;
  while (app.websocketServer.clients.size >= others) {
    kernel.events.emit({ type: 'progress', call: 'c', done: sent++, total: 0, note });
    assert.ok(sent < 2000, 'the deaf client was never cut off');
    await new Promise(setImmediate);
  }
  await client.many(1 + sent);
  assert.equal(client.socket.readyState, client.socket.OPEN);
  client.socket.close();
  deaf.destroy();
});

test('closing the server closes the sockets', async () => {
  const client = open();
  await client.many(1);
  await app.close();
  assert.ok([1005, 1000, 1001].includes(await client.closed));
});

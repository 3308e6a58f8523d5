/** The kernel's events over a socket that comes back by itself and, with its cursor, misses nothing. */
import type { KernelEvent } from '#common/protocol.ts';

export type Connection = 'connecting' | 'online' | 'offline';

export interface EventSocketOptions {
  /** Of the events, without the cursor. */
  readonly url: string;
  readonly onEvent: (event: KernelEvent) => void;
  readonly onConnection: (connection: Connection) => void;
  /** Events were lost: what was read before may be old. */
  readonly onGap: () => void;
  readonly open?: (url: string) => WebSocket;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

/** Returns the function that closes it for good. */
export function openEvents({
  url,
  onEvent,
  onConnection,
  onGap,
  open = (to) => new WebSocket(to),
}: EventSocketOptions): () => void {
  let cursor: number | null = null;
  let wait = FIRST_WAIT;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket;

  const connect = (): void => {
    onConnection(cursor === null && wait === FIRST_WAIT ? 'connecting' : 'offline');
    socket = open(cursor === null ? url : `${url}?cursor=${cursor}`);
    socket.addEventListener('open', () => {
      wait = FIRST_WAIT;
      onConnection('online');
    });
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data)) as KernelEvent;
      if (event.type === 'resync' && cursor !== null) onGap();
      cursor = event.n;
      onEvent(event);
    });
    socket.addEventListener('close', () => {
      if (closed) return;
      onConnection('offline');
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    socket.close();
  };
}

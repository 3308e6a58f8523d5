import type { EventBody, KernelEvent } from '#common/protocol.ts';

/** How many events a client may miss and still resume. */
const KEPT = 4096;

type Listener = (event: KernelEvent) => void;

/** The events of one organisation, numbered, with the last few thousand kept so that a client resumes where it was cut off. */
export interface Events {
  /** Number of the newest event. */
  readonly last: number;
  emit(body: EventBody): KernelEvent;
  /** What came after event number `cursor`; null when some of it is gone, or belongs to another kernel's life. */
  since(cursor: number): readonly KernelEvent[] | null;
  /** A listener must not throw. Returns the function that ends it. */
  subscribe(listener: Listener): () => void;
}

export interface EventsOptions {
  readonly now?: () => number;
  readonly kept?: number;
}

/**
 * Numbers start at the time in microseconds, so that those of a restarted kernel lie above all it gave out before: a cursor from
 * its former life is recognised as too old instead of silently matching another event.
 */
export function createEvents({ now = Date.now, kept = KEPT }: EventsOptions = {}): Events {
  const ring: KernelEvent[] = [];
  const listeners = new Set<Listener>();
  const first = now() * 1000;
  let last = first;
  return {
    get last() {
      return last;
    },
    emit(body) {
      last += 1;
      const event: KernelEvent = { n: last, at: new Date(now()).toISOString(), ...body };
      ring[last % kept] = event;
      for (const listener of listeners) listener(event);
      return event;
    },
    since(cursor) {
      const missed = last - cursor;
      if (missed < 0 || missed > kept || cursor < first) return null;
      return Array.from({ length: missed }, (_, i) => ring[(cursor + 1 + i) % kept]).filter(
        (event) => event !== undefined,
      );
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

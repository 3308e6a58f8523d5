/**
 * Calls over a MessagePort, for the page and the frame. The frame is not trusted: the other side may call the functions that are offered and
 * nothing else, no property of a property. (comlink walks any path that it is told, `constructor` and `__proto__` too.) Errors keep their
 * code; a call whose other side is gone is settled by `close`.
 */
import { AssayError, type ErrorJson } from '#common/errors.ts';

type Call = readonly [id: number, name: string, args: readonly unknown[]];
type Reply = readonly [id: number, ok: true, value: unknown] | readonly [id: number, ok: false, error: ErrorJson];

/** What the methods of `T` look like from the other side. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

const transfers = new WeakMap<object, readonly Transferable[]>();

/** Marks a result or argument whose buffers move instead of being copied. */
export function transfer<T extends object>(value: T, buffers: readonly Transferable[]): T {
  transfers.set(value, buffers);
  return value;
}

const buffersOf = (value: unknown): Transferable[] =>
  typeof value === 'object' && value !== null ? [...(transfers.get(value) ?? [])] : [];

/** Answers calls of the functions that `api` itself holds. */
export function expose(api: object, port: MessagePort): void {
  const methods = new Map(
    Object.entries(api).filter(
      (entry): entry is [string, (...args: unknown[]) => unknown] => typeof entry[1] === 'function',
    ),
  );
  const send = (reply: Reply, buffers: Transferable[] = []): void => port.postMessage(reply, buffers);
  port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isCall(data)) return;
    const [id, name, args] = data;
    const method = methods.get(name);
    const fail = (error: unknown): void => send([id, false, AssayError.from(error).toJSON()]);
    if (!method) return fail(new AssayError('NOT_FOUND', `${name.slice(0, 100)} is not offered here.`));
    Promise.resolve()
      .then(() => method(...args))
      .then((value) => send([id, true, value], buffersOf(value)))
      .catch(fail);
  });
  port.start();
}

function isCall(data: unknown): data is Call {
  return Array.isArray(data) && typeof data[0] === 'number' && typeof data[1] === 'string' && Array.isArray(data[2]);
}

/** Calls what the other side exposes. `close` rejects what is still open with CANCELLED. */
export function wrap<T>(port: MessagePort): { readonly remote: Remote<T>; close(): void } {
  const open = new Map<number, { resolve(value: unknown): void; reject(error: AssayError): void }>();
  let count = 0;
  port.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if (!Array.isArray(data) || typeof data[1] !== 'boolean') return;
    const call = open.get(data[0]);
    open.delete(data[0]);
    if (data[1]) call?.resolve(data[2]);
    else call?.reject(AssayError.from(data[2]));
  });
  port.start();
  const call = (name: string, args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++count;
      port.postMessage([id, name, args] satisfies Call, args.flatMap(buffersOf));
      open.set(id, { resolve, reject });
    });
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const remote = new Proxy(Object.freeze({}), {
    get: (_, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      let method = methods.get(name);
      if (!method) methods.set(name, (method = (...args) => call(name, args)));
      return method;
    },
  });
  return {
    remote: remote as Remote<T>,
    close() {
      port.close();
      for (const { reject } of open.values()) reject(new AssayError('CANCELLED', 'The frame was replaced.'));
      open.clear();
    },
  };
}

/** The kernel that already runs on a home, over HTTP: it holds the database, so other commands work through it. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import type { Comparator } from '#common/receipt/receipt.ts';
import type { Packed } from '../pack/make.ts';
import { FRAMES_TYPE, readFrames } from '#common/frames.ts';
import { decodeValue, encodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';

export interface RemoteKernel {
  readonly url: string;
  /** @throws the method's coded error */
  call(request: CallRequest, signal?: AbortSignal): Promise<CallOutcome>;
  table(name: string, signal?: AbortSignal): Promise<TableData>;
  seal(request: RemoteSeal, signal?: AbortSignal): Promise<RemoteSealed>;
  bundle(id: string, signal?: AbortSignal): Promise<Uint8Array>;
  pack(
    request: { readonly from: string; readonly to: string; readonly org?: string },
    signal?: AbortSignal,
  ): Promise<Packed>;
  /** Any JSON resource under /api/v1. */
  json(path: string, signal?: AbortSignal): Promise<unknown>;
  text(path: string, signal?: AbortSignal): Promise<string>;
  /** Sends JSON there. @throws the kernel's coded error */
  send(path: string, body: object, signal?: AbortSignal): Promise<unknown>;
}

export interface RemoteSeal {
  readonly notebook: string;
  readonly source?: string;
  readonly comparators?: readonly Comparator[];
}

export interface RemoteSealed {
  readonly id: string;
  readonly root: Digest;
  readonly bundle: Digest;
  readonly receipt: Digest;
  readonly cells: readonly { readonly id: string; readonly digest: Digest }[];
  readonly witnesses: { readonly signed: number; readonly of: number; readonly reached: boolean } | null;
  readonly stamped: string | null;
  readonly unstamped: string | null;
}

/** The kernel that home/kernel.json names, when it answers; null when none runs. */
export async function findKernel(home: string): Promise<RemoteKernel | null> {
  const handle = await readFile(join(home, 'kernel.json'), 'utf8')
    .then((text) => JSON.parse(text) as { url?: unknown; token?: unknown })
    .catch(() => null);
  if (typeof handle?.url !== 'string' || typeof handle.token !== 'string') return null;
  // The token goes to this machine and nowhere else, whatever the file says.
  if (!/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(handle.url)) return null;
  const health = { method: 'GET', headers: {}, body: undefined, signal: AbortSignal.timeout(2000) };
  const alive = await exchange(`${handle.url}/api/v1/health`, health).then(
    () => true,
    () => false,
  );
  return alive ? remote(handle.url, handle.token) : null;
}

function remote(url: string, token: string): RemoteKernel {
  const ask = (method: string, path: string, accept: string, signal?: AbortSignal, body?: Body): Promise<Uint8Array> =>
    exchange(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept,
        ...(body === undefined ? {} : { 'content-type': body.type }),
      },
      body: body?.bytes,
      signal,
    });
  const send = async (path: string, request: object, signal?: AbortSignal): Promise<unknown> => {
    const body = { type: 'application/json', bytes: utf8.encode(JSON.stringify(request)) };
    return json(await ask('POST', path, 'application/json', signal, body));
  };
  return {
    url,
    async call({ method, input, id, seed, stream }, signal) {
      const query = new URLSearchParams({ method });
      for (const [key, value] of Object.entries({ id, seed, stream }))
        if (value !== undefined) query.set(key, String(value));
      const body = { type: VALUE_MEDIA_TYPE, bytes: encodeValue(input) };
      return outcomeOf(await ask('POST', `/runs?${query}`, `${VALUE_MEDIA_TYPE}, ${FRAMES_TYPE}`, signal, body));
    },
    async table(name, signal) {
      return decodeValue(
        await ask('GET', `/datasets/${encodeURIComponent(name)}/table`, VALUE_MEDIA_TYPE, signal),
      ) as TableData;
    },
    seal: async (request, signal) => (await send('/seals', request, signal)) as RemoteSealed,
    pack: async (request, signal) => (await send('/packs', request, signal)) as Packed,
    bundle: (id, signal) => ask('GET', `/seals/${encodeURIComponent(id)}/bundle`, 'application/zip', signal),
    json: async (path, signal) => json(await ask('GET', path, 'application/json', signal)),
    send,
    text: async (path, signal) => new TextDecoder().decode(await ask('GET', path, 'text/plain', signal)),
  };
}

/** A value, or of a method that streams the frames of all its chunks. */
async function outcomeOf(bytes: Uint8Array): Promise<CallOutcome> {
  if (bytes[0] === VALUE_FIRST_BYTE) return decodeValue(bytes) as CallOutcome;
  const chunks: unknown[] = [];
  let outcome: Omit<CallOutcome, 'result'> | null = null;
  for await (const { kind, payload } of readFrames(
    (async function* () {
      yield bytes;
    })(),
  )) {
    const value = decodeValue(payload);
    if (kind === 'error') throw AssayError.from(value);
    if (kind === 'chunk') chunks.push(value);
    else outcome = value as Omit<CallOutcome, 'result'>;
  }
  if (outcome === null) throw new AssayError('BODY_INVALID', 'The stream has no outcome.');
  return { ...outcome, result: chunks };
}

/** Frames begin with a length instead, and that of a value is a multiple of 8. */
const VALUE_FIRST_BYTE = 0x89;

interface Body {
  readonly type: string;
  readonly bytes: Uint8Array;
}

interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

const utf8 = new TextEncoder();
const json = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** node:http instead of fetch, which gives up after five minutes without an answer: calls may take longer. */
function exchange(url: string, { method, headers, body, signal }: Exchange): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const gone = (cause: unknown): void =>
      reject(
        signal?.aborted === true
          ? new AssayError('CANCELLED')
          : new AssayError('KERNEL_GONE', undefined, { where: new URL(url).origin, cause }),
      );
    const sent = request(
      url,
      {
        method,
        headers: { ...headers, 'content-length': body?.length ?? 0 },
        ...(signal === undefined ? {} : { signal }),
      },
      (reply) => {
        const chunks: Uint8Array[] = [];
        reply.on('data', (chunk: Uint8Array) => chunks.push(chunk));
        reply.on('error', gone);
        reply.on('end', () => {
          const bytes = new Uint8Array(Buffer.concat(chunks));
          if (reply.statusCode !== undefined && reply.statusCode < 300) resolve(bytes);
          else reject(refusal(bytes, reply.statusCode));
        });
      },
    );
    sent.on('error', gone);
    sent.end(body);
  });
}

function refusal(bytes: Uint8Array, status: number | undefined): AssayError {
  try {
    return AssayError.from(json(bytes));
  } catch {
    return new AssayError('INTERNAL', `The kernel answered ${status}.`);
  }
}

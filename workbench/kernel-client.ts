/**
 * The only file that talks to the kernel: its HTTP resources under /api/v1 as functions. No framework and no DOM beyond fetch.
 * Every function throws AssayError: the kernel's own code, or OFFLINE when nobody answered.
 */
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { DescribedKeys } from '#common/keys/described.ts';
import type { CompiledNotebook } from '#common/notebook.ts';
import type { PluginManifest } from '#common/plugin.ts';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import type { LoggedReceipt } from '#common/receipt/receipt.ts';
import { decodeValue, encodeValue, VALUE_MEDIA_TYPE } from '#common/value/value.ts';
import { sha256Hex } from '#crypto';
import type {
  DatasetDescription,
  DatasetEntry,
  KeyChange,
  NewDataset,
  NotebookEntry,
  NotebookFile,
  PackEntry,
  ReceiptQuery,
  RunEntry,
  SealEntry,
} from './kernel-types.ts';

export interface KernelClientOptions {
  /** `http://host:port`; the page's own origin unless given. */
  readonly base?: string;
  readonly fetch?: typeof fetch;
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: BodyInit;
  readonly type?: string;
  readonly accept?: string;
  readonly ifMatch?: string;
  readonly signal?: AbortSignal | undefined;
}

const JSON_TYPE = 'application/json';
const MARKDOWN = 'text/markdown';
const path = (...parts: string[]): string => parts.map(encodeURIComponent).join('/');
const query = (values: object): string => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
};

export type KernelClient = ReturnType<typeof createKernelClient>;

export function createKernelClient({ base = location.origin, fetch: send = fetch }: KernelClientOptions = {}) {
  const root = `${base}/api/v1`;

  async function ask(
    to: string,
    { method = 'GET', body, type, accept = JSON_TYPE, ifMatch, signal }: Ask = {},
  ): Promise<Response> {
    const headers = new Headers({ accept });
    if (type !== undefined) headers.set('content-type', type);
    if (ifMatch !== undefined) headers.set('if-match', `"${ifMatch}"`);
    const response = await send(`${root}/${to}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: body ?? null,
      signal: signal ?? null,
    }).catch((cause: unknown) => {
      throw signal?.aborted
        ? new AssayError('CANCELLED', undefined, { cause })
        : new AssayError('OFFLINE', undefined, { cause });
    });
    if (!response.ok) throw await failure(response);
    return response;
  }
  const json = async <T>(to: string, options?: Ask): Promise<T> => (await ask(to, options)).json() as Promise<T>;
  const bytes = async (to: string, options?: Ask): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await (await ask(to, { accept: '*/*', ...options })).arrayBuffer());
  const value = async (to: string, options?: Ask): Promise<unknown> =>
    decodeValue(await bytes(to, { accept: VALUE_MEDIA_TYPE, ...options }));
  const file = async (name: string, response: Response): Promise<NotebookFile> => ({
    name,
    source: await response.text(),
    digest: tagOf(response),
  });

  return {
    eventsUrl: `${root.replace(/^http/, 'ws')}/events`,

    plugins: () => json<readonly PluginManifest[]>('plugins'),

    /** Calls a method; the receipt it left is checked before the result is believed. @throws RECEIPT_MISMATCH */
    async call({ method, input, ...rest }: CallRequest, signal?: AbortSignal): Promise<CallOutcome> {
      const body = encodeValue(input);
      const outcome = (await value(`runs${query({ method, ...rest })}`, {
        method: 'POST',
        body,
        type: VALUE_MEDIA_TYPE,
        signal,
      })) as CallOutcome;
      checkReceipt(outcome.receipt);
      return outcome;
    },
    runs: () => json<readonly RunEntry[]>('runs'),
    cancel: (id: string) => ask(path('runs', id), { method: 'DELETE' }),

    notebooks: () => json<readonly NotebookEntry[]>('notebooks'),
    /** @throws NOT_FOUND */
    notebook: async (name: string) => file(name, await ask(path('notebooks', name), { accept: MARKDOWN })),
    /** @throws NOTEBOOK_EXISTS, NAME_INVALID */
    createNotebook: (name: string, source: string) =>
      json<{ readonly name: string; readonly digest: Digest }>(`notebooks${query({ name })}`, {
        method: 'POST',
        body: source,
        type: MARKDOWN,
      }),
    /** `base`: the digest that was edited, null when there was no file. @throws NOTEBOOK_CHANGED */
    async saveNotebook(name: string, source: string, base: Digest | null): Promise<Digest> {
      return tagOf(
        await ask(path('notebooks', name), {
          method: 'PUT',
          body: source,
          type: MARKDOWN,
          ...(base === null ? {} : { ifMatch: base }),
        }),
      );
    },
    /** Into the trash, from where `restoreNotebook` brings it back. */
    deleteNotebook: (name: string) => ask(path('notebooks', name), { method: 'DELETE' }),
    restoreNotebook: (name: string) => ask(`${path('notebooks', name)}/restore`, { method: 'POST' }),
    /** A Jupyter notebook becomes one of ours. */
    importNotebook: (name: string, ipynb: string) =>
      json<{ readonly name: string; readonly digest: Digest }>(`notebooks/import${query({ name })}`, {
        method: 'POST',
        body: ipynb,
        type: JSON_TYPE,
      }),
    ipynbUrl: (name: string) => `${root}/${path('notebooks', name)}.ipynb`,
    /** Errors of a cell are in that cell. @throws NOTEBOOK_INVALID when the file's form is wrong */
    compile: (source: string, signal?: AbortSignal) =>
      json<CompiledNotebook>('compile', { method: 'POST', body: JSON.stringify({ source }), type: JSON_TYPE, signal }),

    seals: () => json<readonly SealEntry[]>('seals'),
    /** `root` and `cells`: what the page shows. @throws SEAL_ROOT_DIFFERS when the kernel's own run gives another root */
    seal: (what: {
      readonly notebook: string;
      readonly root?: Digest;
      readonly cells?: Readonly<Record<string, Digest>>;
      readonly id?: string;
    }) => json<SealEntry>('seals', { method: 'POST', body: JSON.stringify(what), type: JSON_TYPE }),
    bundle: (id: string) => bytes(`${path('seals', id)}/bundle`),
    bundleUrl: (id: string) => `${root}/${path('seals', id)}/bundle`,

    packs: () => json<readonly PackEntry[]>('packs'),
    /** All receipts of a period: days as YYYY-MM-DD, both included. @throws PERIOD_INVALID, CANCELLED */
    makePack: (what: { readonly from: string; readonly to: string; readonly id?: string }) =>
      json<PackEntry>('packs', { method: 'POST', body: JSON.stringify(what), type: JSON_TYPE }),
    pack: (id: string) => bytes(`${path('packs', id)}/bundle`),
    packUrl: (id: string) => `${root}/${path('packs', id)}/bundle`,

    datasets: () => json<readonly DatasetEntry[]>('datasets'),
    dataset: (name: string) => json<DatasetDescription>(path('datasets', name)),
    table: async (name: string, signal?: AbortSignal) =>
      (await value(`${path('datasets', name)}/table`, { signal })) as TableData,
    /** @throws DATASET_INVALID naming line and column, DATASET_EXISTS, NAME_INVALID */
    addDataset: (about: NewDataset, file: Blob) =>
      json<DatasetEntry>(`datasets${query(about)}`, { method: 'POST', body: file, type: 'application/octet-stream' }),
    /** duckdb-wasm as the kernel has it, for the frame, which can't fetch. */
    async duckdb(): Promise<{ readonly worker: string; readonly wasm: ArrayBuffer }> {
      const part = async (name: string): Promise<Response> => {
        const response = await send(`${base}/vendor/duckdb/${name}`);
        if (!response.ok) throw await failure(response);
        return response;
      };
      const [worker, wasm] = await Promise.all([part('duckdb-browser-eh.worker.js'), part('duckdb-eh.wasm')]);
      return { worker: await worker.text(), wasm: await wasm.arrayBuffer() };
    },

    artifact: (digest: Digest) => bytes(path('artifacts', digest)),
    artifactUrl: (digest: Digest, name: string) =>
      `${root}/${path('artifacts', digest)}?name=${encodeURIComponent(name)}`,
    receipts: (which: ReceiptQuery = {}) => json<readonly LoggedReceipt[]>(`receipts${query(which)}`),
    /** @throws RECEIPT_MISMATCH when the body isn't the one that `id` names */
    async receipt(id: Digest): Promise<LoggedReceipt> {
      const receipt = await json<LoggedReceipt>(path('receipts', id));
      checkReceipt(receipt, id);
      return receipt;
    },
    keys: () => json<DescribedKeys>('keys'),
    /** @throws KEY_INVALID, LOG_KEY */
    changeKeys: (change: KeyChange) =>
      json<LoggedReceipt>('keys', { method: 'POST', body: JSON.stringify(change), type: JSON_TYPE }),
    logKey: async () => (await ask('log/key', { accept: 'text/plain' })).text(),
    checkpoint: async () => (await ask('log/checkpoint', { accept: 'text/plain' })).text(),
  };
}

/** A receipt is named by the SHA-256 of its body; whoever hands out another body under that name lies. @throws RECEIPT_MISMATCH */
function checkReceipt({ id, body }: { readonly id: Digest; readonly body: string }, expected: Digest = id): void {
  if (id !== expected || sha256Hex(body) !== id)
    throw new AssayError('RECEIPT_MISMATCH', undefined, { where: expected });
}

const tagOf = (response: Response): Digest => (response.headers.get('etag') ?? '').replace(/^(?:W\/)?"|"$/g, '');

async function failure(response: Response): Promise<AssayError> {
  const said: unknown = await response.json().catch(() => null);
  if (said !== null) return AssayError.from(said);
  return new AssayError('INTERNAL', `The kernel answered ${response.status} without saying why.`, {
    where: new URL(response.url).pathname,
  });
}

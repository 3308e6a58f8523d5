import type { Digest } from './data.ts';

/** plugin.json: read and checked before any code of the plugin is loaded. */
export interface PluginManifest {
  /** `[a-z][a-z0-9-]*`, equal to the folder's name. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly engines: { readonly assay: string };
  readonly permissions: Permissions;
  readonly methods: Readonly<Record<string, MethodManifest>>;
  /** Drawings that view cells may use, by name: what `view.tsx` exports under `views`. */
  readonly views?: Readonly<Record<string, { readonly title: string; readonly description?: string }>>;
  /** Names of example notebooks in notebooks/. */
  readonly notebooks?: readonly string[];
}

interface Permissions {
  /** Folders it may read through `ctx.files`, relative to the project: `datasets`, `rules`, or `input` for a path that the caller names. */
  readonly files?: readonly string[];
  readonly network?: readonly string[];
  /** `plugin.method` names that it may call through `ctx.call`. */
  readonly calls?: readonly string[];
}

export interface MethodManifest {
  readonly title: string;
  readonly description: string;
  /**
   * JSON Schema 2020-12 of the input object. The extra keyword `"assay": "tensor" | "table" | "bytes" | "artifact"` marks binary values,
   * which callers may give in many forms (json/input.ts); an artifact reaches the method as its digest.
   */
  readonly input: JsonSchema;
  readonly output: JsonSchema;
  /** Milliseconds; the host's default is 10 minutes. */
  readonly timeout?: number;
  /** `true`: the method is an async generator and each chunk fits `output`. */
  readonly stream?: boolean;
  /** The kind of receipt that a call leaves; `run` unless given. */
  readonly kind?: 'run' | 'dataset' | 'model';
  /** Same input and seed, same bytes: such calls may be replayed by `reproduce`. Default true. */
  readonly deterministic?: boolean;
  /** A small input for the form, the documentation and the conformance suite. */
  readonly example?: unknown;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Everything a plugin may do. There is no other way out of its worker. */
export interface MethodContext {
  /** Aborts when the caller cancels or the time limit ends. */
  readonly signal: AbortSignal;
  /** `total` 0 means unknown. Cheap: the host sends at most 20 a second on. */
  progress(done: number, total: number, note?: string): void;
  /** Uniform in [0, 1), seeded by the call's `seed`; the same sequence for the same call. */
  random(): number;
  /** Logical clock in milliseconds: the time at which the call was accepted, so that a replay reads the same. */
  now(): number;
  readonly artifact: {
    read(digest: Digest): Promise<Uint8Array>;
    /** Reads one piece by piece: its bytes are checked against the digest first, and never all in memory. @throws NOT_FOUND */
    open(digest: Digest): Promise<ArtifactReader>;
    /** Bytes, or pieces of them as they come: each is written before the next is asked for, and a call that fails leaves nothing. */
    write(content: Uint8Array | AsyncIterable<Uint8Array>, mediaType?: string): Promise<Digest>;
  };
  readonly files: {
    /** Bytes of a file under a folder that plugin.json names. @throws FORBIDDEN, NOT_FOUND */
    read(path: string): Promise<Uint8Array>;
    list(path: string): Promise<readonly string[]>;
  };
  /** Calls a method named in `permissions.calls`; its receipt becomes a parent of this call's. @throws FORBIDDEN */
  call(method: string, input: unknown): Promise<unknown>;
  /** As `call`, of a method that streams: chunks as they are read, a few ahead. Leaving early ends it. @throws FORBIDDEN */
  stream(method: string, input: unknown): AsyncIterable<unknown>;
  /**
   * Cuts work into parts that run beside each other, as many at a time as the kernel has cores for, and yields what they return in the order of
   * `inputs`, of which it reads few ahead. How the work is cut is the plugin's affair and must follow from the input alone: where and when a
   * part runs then changes no bit. The first part that fails, in that order, ends the rest. Arrays in an input that fill their buffer go along and
   * are empty here afterwards; a SharedArrayBuffer is shared. Parts leave no receipts and obey the call's time limit and cancellation.
   *
   * @param part one of the functions that `definePlugin` names under `parts`
   */
  parts<Shared, Input, Output>(
    part: Part<Shared, Input, Output>,
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options: PartsOptions<Shared>,
  ): AsyncIterable<Output>;
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void;
  /** Names a material (data set, model) that the result depends on, for the receipt. */
  uses(name: string, digest: Digest): void;
}

export interface ArtifactReader {
  /** Bytes. */
  readonly size: number;
  /** Exactly these. */
  read(from: number, to: number): Promise<Uint8Array>;
}

interface PartsOptions<Shared> {
  /** What every part sees under `ctx.shared`: sent to each worker once. */
  readonly shared: Shared;
  /** Hears how many parts are done, those under way by their own progress. */
  progress?(done: number): void;
}

/** What a part may do: nothing but compute. */
export interface PartContext<Shared> {
  readonly shared: Shared;
  readonly signal: AbortSignal;
  /** Of this part. Throws when the call was stopped, so a part that computes calls it often. */
  progress(done: number, total: number): void;
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void;
}

export type Part<Shared, Input, Output> = (input: Input, ctx: PartContext<Shared>) => Promise<Output> | Output;

export type Method<Input = never, Output = unknown> = (
  input: Input,
  ctx: MethodContext,
) => Promise<Output> | Output | AsyncIterable<Output>;

export interface Plugin {
  readonly methods: Readonly<Record<string, Method>>;
  readonly parts?: Parts;
}

export type Parts = Readonly<Record<string, Part<never, never, unknown>>>;

/** `export default definePlugin<Methods>({...})`, where `Methods` is generated from plugin.json into `methods.gen.ts`. */
export function definePlugin<
  Methods extends { readonly [K in keyof Methods]: Method<never> } = Record<string, Method>,
>(plugin: {
  readonly methods: Methods;
  readonly parts?: Parts;
}): {
  readonly methods: Methods;
  readonly parts?: Parts;
} {
  return plugin;
}

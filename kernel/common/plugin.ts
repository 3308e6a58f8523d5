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
    write(bytes: Uint8Array, mediaType?: string): Promise<Digest>;
  };
  readonly files: {
    /** Bytes of a file under a folder that plugin.json names. @throws FORBIDDEN, NOT_FOUND */
    read(path: string): Promise<Uint8Array>;
    list(path: string): Promise<readonly string[]>;
  };
  /** Calls a method named in `permissions.calls`; its receipt becomes a parent of this call's. @throws FORBIDDEN */
  call(method: string, input: unknown): Promise<unknown>;
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void;
  /** Names a material (data set, model) that the result depends on, for the receipt. */
  uses(name: string, digest: Digest): void;
}

export type Method<Input = never, Output = unknown> = (
  input: Input,
  ctx: MethodContext,
) => Promise<Output> | Output | AsyncIterable<Output>;

export interface Plugin {
  readonly methods: Readonly<Record<string, Method>>;
}

/** `export default definePlugin<Methods>({...})`, where `Methods` is generated from plugin.json into `methods.gen.ts`. */
export function definePlugin<
  Methods extends { readonly [K in keyof Methods]: Method<never> } = Record<string, Method>,
>(plugin: {
  readonly methods: Methods;
}): {
  readonly methods: Methods;
} {
  return plugin;
}

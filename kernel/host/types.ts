import type { Digest } from '#common/data.ts';
import type { PluginManifest } from '#common/plugin.ts';
import type { CallOutcome, CallRequest, EventBody } from '#common/protocol.ts';
import type { LoggedReceipt, Parent, ReceiptDraft } from '#common/receipt/receipt.ts';
import type { FoundPlugin, PluginProblem } from './find.ts';
import type { LogLevel } from './messages.ts';

export interface HostOptions {
  /** Folders whose folders are plugins. */
  readonly pluginDirs: readonly string[];
  /** What `permissions.files` is relative to. */
  readonly projectDir: string;
  /** Folders that no plugin reads, whatever its permissions, and no input names: the kernel's home. Hidden files never are. */
  readonly secret?: readonly string[];
  readonly artifacts: HostArtifacts;
  /** Logs the receipt of a call; the call is answered when this resolves. Failed calls leave none. */
  onReceipt(draft: ReceiptDraft): Promise<LoggedReceipt>;
  /** `run` and `progress` of calls, `plugin` of plugins. Must not throw. */
  onEvent?(event: EventBody): void;
  /** What plugins say through `ctx.log`. */
  onLog?(line: LogLine): void;
  /** Take up changed plugins by themselves. */
  readonly watch?: boolean;
  readonly limits?: Partial<Limits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface LogLine {
  readonly plugin: string;
  readonly method: string;
  readonly call: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly details?: unknown;
}

export interface HostArtifacts {
  /** @throws NOT_FOUND */
  get(digest: Digest): Promise<Uint8Array>;
  /** Pieces are taken one by one; when they end in an error nothing is kept. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, mediaType?: string): Promise<Digest>;
  /** To read it piece by piece; its bytes were checked. @throws NOT_FOUND, ARTIFACT_CORRUPT */
  open(digest: Digest): Promise<OpenArtifact>;
}

export interface OpenArtifact {
  readonly size: number;
  read(from: number, to: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Limits {
  /** Calls of one plugin that run at a time, each in a worker of its own; calls made by plugins come on top. */
  readonly workers: number;
  /** Parts of calls (`ctx.parts`) that run at a time, of all calls together. No result depends on it. */
  readonly cores: number;
  /** Megabytes of heap and array buffers that one worker may hold. */
  readonly memory: number;
  /** Milliseconds a call may take when its method says nothing. */
  readonly timeout: number;
  /** Milliseconds the plugin's code may take to load. */
  readonly load: number;
  /** Milliseconds between asking a method to stop and ending its worker. */
  readonly grace: number;
  /** Milliseconds after a plugin's last call in which its idle workers are kept. */
  readonly idle: number;
  /** How deep methods may call methods. */
  readonly depth: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number, note?: string): void;
  /** Hears the input whose digest is the receipt's `params`: references resolved, defaults filled in. */
  onInput?(input: unknown): void;
  /** Receipts that this call follows from. */
  readonly parents?: readonly Parent[];
  /** Buffers of the input that the call may take: transferred, so detached for the caller. All others are copied. */
  readonly transfer?: readonly ArrayBuffer[];
  /**
   * Folders that paths in the input are relative to; the first that has the file counts. A caller who is the user (command line) may
   * name any file; without it paths are relative to the project and stay inside.
   */
  readonly base?: readonly string[];
  /** The logical time of an earlier call that this one repeats. */
  readonly now?: number;
}

/** A running stream: iterate it once; `outcome` settles when it ended, its result being the number of chunks. */
export interface CallStream extends AsyncIterable<unknown> {
  readonly id: string;
  readonly outcome: Promise<CallOutcome>;
}

export interface Host {
  /** Manifests of all usable plugins, by name. */
  list(): readonly PluginManifest[];
  /** Folders that are no usable plugin, and why. */
  problems(): readonly PluginProblem[];
  /** @throws METHOD_NOT_FOUND */
  plugin(name: string): FoundPlugin;
  /**
   * Calls a method; of a stream, collects all chunks into an array.
   *
   * @throws METHOD_NOT_FOUND, INPUT_INVALID, the plugin's own coded error, PLUGIN_* codes, CANCELLED, TIMEOUT
   */
  call(request: CallRequest, options?: CallOptions): Promise<CallOutcome>;
  /** Calls a `stream` method; chunks wait until they are read. Ending the iteration ends the method. */
  stream(request: CallRequest, options?: CallOptions): CallStream;
  /** Reads all plugin folders again; what changed is used from the next call on. */
  reload(): Promise<void>;
  /** Resolves when the changes that a watching host has seen are taken up; `call` waits for it by itself. */
  settled(): Promise<void>;
  /** Cancels running calls and stops all workers. */
  close(): Promise<void>;
}

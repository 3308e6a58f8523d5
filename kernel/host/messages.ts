import type { Digest } from '#common/data.ts';
import type { ErrorJson } from '#common/errors.ts';

/** What a plugin's worker is started with. */
export interface WorkerStart {
  /** Name of the plugin and its folder, absolute. */
  readonly plugin: string;
  readonly dir: string;
  /** `file:` URL of the project's kernel/common/, where `#common/*` points for a plugin in any folder. */
  readonly common: string;
  readonly network: readonly string[];
  /** Set to the number of a call that is to stop: a computing method that reports progress sees it without reading messages. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** One call at a time: `call` is its number on this worker, and what arrives for another number is dropped. */
export type ToWorker =
  | {
      readonly type: 'call';
      readonly call: number;
      readonly method: string;
      readonly input: unknown;
      readonly seed: number;
      readonly now: number;
      readonly stream: boolean;
    }
  /** A piece of another worker's call. `value` comes with the first part of a run on this worker. */
  | {
      readonly type: 'part';
      readonly call: number;
      readonly method: string;
      readonly part: string;
      readonly input: unknown;
      readonly shared: { readonly run: number; readonly value?: unknown };
    }
  /** What the parts of that run shared is not needed any more. */
  | { readonly type: 'forget'; readonly call: number; readonly run: number }
  /** How far a part is that was asked for, from 0 to 1. */
  | { readonly type: 'share'; readonly call: number; readonly ask: number; readonly done: number }
  | { readonly type: 'cancel'; readonly call: number; readonly code: StopCode }
  | { readonly type: 'answer'; readonly call: number; readonly ask: number; readonly value: unknown }
  | { readonly type: 'refuse'; readonly call: number; readonly ask: number; readonly error: ErrorJson }
  /** The reader of a stream has room for one more chunk. */
  | { readonly type: 'next'; readonly call: number }
  /** The reader of a stream has seen enough. */
  | { readonly type: 'enough'; readonly call: number };

export type StopCode = 'CANCELLED' | 'TIMEOUT';

export type FromWorker =
  | { readonly type: 'ready'; readonly methods: readonly string[] }
  | { readonly type: 'broken'; readonly error: ErrorJson }
  | ({ readonly call: number } & CallMessage);

export type CallMessage =
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'chunk'; readonly value: unknown }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly error: ErrorJson }
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly note?: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string; readonly details?: unknown }
  | { readonly type: 'uses'; readonly name: string; readonly digest: Digest }
  | { readonly type: 'ask'; readonly ask: number; readonly what: Ask };

export type LogLevel = 'debug' | 'info' | 'warn';

/** What a method asks of the kernel through `ctx`. */
export type Ask =
  | { readonly to: 'artifact.read'; readonly digest: Digest }
  | { readonly to: 'artifact.open'; readonly digest: Digest }
  | { readonly to: 'artifact.range'; readonly digest: Digest; readonly from: number; readonly end: number }
  | { readonly to: 'artifact.write'; readonly bytes: Uint8Array; readonly mediaType?: string }
  | { readonly to: 'artifact.begin'; readonly mediaType?: string }
  | { readonly to: 'artifact.append'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly to: 'artifact.end'; readonly id: number; readonly failed: boolean }
  | { readonly to: 'files.read'; readonly path: string }
  | { readonly to: 'files.list'; readonly path: string }
  | { readonly to: 'call'; readonly method: string; readonly input: unknown }
  | { readonly to: 'stream.open'; readonly method: string; readonly input: unknown }
  | { readonly to: 'stream.next'; readonly id: number }
  | { readonly to: 'stream.close'; readonly id: number }
  | { readonly to: 'parts.open'; readonly shared: unknown }
  | { readonly to: 'parts.run'; readonly run: number; readonly part: string; readonly input: unknown }
  | { readonly to: 'parts.close'; readonly run: number };

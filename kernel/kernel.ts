import type { Logger } from 'pino';
import type { Digest } from '#common/data.ts';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import type { Events } from './events.ts';
import type { Host } from './host/index.ts';
import type { Log } from './log/index.ts';
import type { Artifacts } from './store/artifacts.ts';
import type { Store } from './store/index.ts';

export interface KernelOptions {
  /** Folder with notebooks/, datasets/, plugins/, rules/. */
  readonly projectDir: string;
  /** Where the kernel keeps everything; `ASSAY_HOME` or `<projectDir>/.assay` unless given. */
  readonly home?: string;
  /** A team's PostgreSQL; `DATABASE_URL`, or the embedded server, unless given. */
  readonly databaseUrl?: string;
  readonly org?: string;
  readonly logger?: Logger;
  /** Folders whose folders are plugins; `<projectDir>/plugins` unless given. */
  readonly pluginDirs?: readonly string[];
  /** Reload a plugin when its files change. */
  readonly watch?: boolean;
}

export interface CallOptions {
  /** Abort it to cancel the call. */
  readonly signal?: AbortSignal;
  /** Receipts that this call follows from. */
  readonly parents?: readonly { readonly digest: Digest; readonly role: string }[];
}

/**
 * One organisation's kernel: the parts put together. `store()` and `log()` open PostgreSQL on their first call (and once only), so
 * that work which leaves no receipt never starts it. `log()` gives a log whose `append` also tells `events`.
 */
export interface Kernel {
  readonly org: string;
  readonly home: string;
  readonly projectDir: string;
  readonly logger: Logger;
  readonly events: Events;
  readonly artifacts: Artifacts;
  readonly host: Host;
  /** @throws HOME_LOCKED when another kernel holds the home. */
  store(): Promise<Store>;
  /** @throws HOME_LOCKED when another kernel holds the home. */
  log(): Promise<Log>;
  /** Calls a method of a plugin; settles when its receipt is durable. Emits `run` and `progress`. @throws the method's coded error */
  call(request: CallRequest, options?: CallOptions): Promise<CallOutcome>;
  /** Waits for running calls to end or be cancelled, then stops plugins, log and database. Safe to call twice. */
  close(): Promise<void>;
}

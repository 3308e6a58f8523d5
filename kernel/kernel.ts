import { join, resolve } from 'node:path';
import { pino, type Logger } from 'pino';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import { readCores } from './cores.ts';
import { createEvents, type Events } from './events.ts';
import { openHost } from './host/index.ts';
import type { CallOptions, CallStream, Host } from './host/types.ts';
import type { Log } from './log/types.ts';
import { createKeeper } from './keep.ts';
import { createRuns, type Runs } from './runs.ts';
import { openArtifacts, type Artifacts } from './store/artifacts.ts';
import type { Store } from './store/types.ts';
import { noteAuthority } from './timestamps.ts';
import { notePolicy, readWitnesses } from './witnesses.ts';

export interface KernelOptions {
  /** Folder with notebooks/, datasets/, plugins/, rules/. */
  readonly projectDir: string;
  /** Where the kernel keeps everything; `ASSAY_HOME` or `<projectDir>/.assay` unless given. */
  readonly home?: string;
  /** A team's PostgreSQL; `DATABASE_URL`, or the embedded server, unless given. */
  readonly databaseUrl?: string;
  readonly org?: string;
  /** Silent unless given. */
  readonly logger?: Logger;
  /** Folders whose folders are plugins; `<projectDir>/plugins` unless given. */
  readonly pluginDirs?: readonly string[];
  /** Take up a plugin's changes by itself. */
  readonly watch?: boolean;
  /** Workers that the parts of calls run on; `ASSAY_CORES`, or as many as the machine has cores and gigabytes of memory, unless given. No result depends on it. */
  readonly cores?: number;
  /** What a first start is waiting for, in words. */
  readonly onProgress?: (what: string) => void;
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
  readonly runs: Runs;
  /** @throws HOME_LOCKED when another kernel holds the home, and STORE_* codes. */
  store(): Promise<Store>;
  /** @throws HOME_LOCKED when another kernel holds the home, and STORE_* and LOG_* codes. */
  log(): Promise<Log>;
  /** Calls a method; settles when its receipt is durable. Emits `run` and `progress`. @throws the method's coded error, STOPPING */
  call(request: CallRequest, options?: CallOptions): Promise<CallOutcome>;
  /** Calls a method that streams. @throws METHOD_NOT_FOUND, STOPPING; while iterating, the method's coded error */
  stream(request: CallRequest, options?: CallOptions): CallStream;
  /** Resolves when the results of the calls answered so far are artifacts: small ones are kept, without the calls waiting for it. */
  kept(): Promise<void>;
  /** Gives running calls `grace` milliseconds (0 unless given), cancels the rest, stops plugins, log and database. Safe to call twice. */
  close(grace?: number): Promise<void>;
}

/** Reads the plugins' manifests; starts nothing. @throws USAGE for ASSAY_CORES, DISK_FULL and what the file system says of the home */
export async function openKernel(options: KernelOptions): Promise<Kernel> {
  const projectDir = resolve(options.projectDir);
  const home = resolve(options.home ?? (process.env['ASSAY_HOME'] || join(projectDir, '.assay')));
  const databaseUrl = options.databaseUrl ?? process.env['DATABASE_URL'];
  const org = options.org ?? 'local';
  const logger = options.logger ?? pino({ level: 'silent' });
  const cores = options.cores ?? (process.env['ASSAY_CORES'] ? readCores(process.env['ASSAY_CORES']) : undefined);
  const events = createEvents();
  const runs = createRuns();
  const artifacts = await openArtifacts(join(home, 'artifacts'));

  const store = once(async () => {
    const { openStore } = await import('./store/index.ts');
    return openStore({ home, databaseUrl, org, onProgress: options.onProgress });
  });
  const log = once(async () => {
    const [{ openLog }, opened] = await Promise.all([import('./log/index.ts'), store.get()]);
    const witnesses = await readWitnesses(home);
    const onWitnessFailure = (witness: string, err: unknown): void =>
      logger.warn({ witness, err }, 'a witness did not cosign');
    const own = tellingLog(await openLog({ store: opened, home, org, witnesses, onWitnessFailure }), events);
    try {
      await notePolicy(own, witnesses);
      await noteAuthority(own, home);
    } catch (error) {
      await own.close();
      throw error;
    }
    return own;
  });
  const host = await openHost({
    pluginDirs: options.pluginDirs ?? [join(projectDir, 'plugins')],
    projectDir,
    secret: [home],
    artifacts,
    watch: options.watch ?? false,
    limits: cores === undefined ? {} : { cores },
    onReceipt: async (draft) => (await log.get()).append(draft),
    onEvent: (event) => void events.emit(event),
    onLog: ({ level, message, ...more }) => logger[level](more, message),
  });

  const keeper = createKeeper(artifacts, (error) => logger.warn({ err: error }, 'a result could not be kept'));
  /** Errors that no plugin and no caller made must be found again in the log. */
  const noted = (method: string, error: unknown): unknown => {
    logger.debug({ method, err: error }, 'call failed');
    return error;
  };

  let closing: Promise<void> | undefined;
  return {
    org,
    home,
    projectDir,
    logger,
    events,
    artifacts,
    host,
    runs,
    store: store.get,
    log: log.get,
    async call(request, callOptions = {}) {
      const ticket = runs.begin(request.method, request.id, callOptions.signal);
      try {
        const onProgress = both(ticket.progress, callOptions.onProgress);
        const outcome = await host.call(
          { ...request, id: ticket.id },
          { ...callOptions, signal: ticket.signal, onProgress },
        );
        await keeper.keep(outcome.result);
        return outcome;
      } catch (error) {
        throw noted(request.method, error);
      } finally {
        ticket.end();
      }
    },
    stream(request, callOptions = {}) {
      const ticket = runs.begin(request.method, request.id, callOptions.signal);
      try {
        const stream = host.stream(
          { ...request, id: ticket.id },
          { ...callOptions, signal: ticket.signal, onProgress: both(ticket.progress, callOptions.onProgress) },
        );
        stream.outcome.catch((error: unknown) => noted(request.method, error)).finally(ticket.end);
        return stream;
      } catch (error) {
        ticket.end();
        throw error;
      }
    },
    kept: keeper.done,
    close: (grace = 0) =>
      (closing ??= (async () => {
        await runs.stop(grace);
        await host.close();
        await keeper.done();
        await (await log.opened())?.close();
        await (await store.opened())?.close();
      })()),
  };
}

interface Once<T> {
  /** Opens on the first call; tries again after a failure. */
  get(): Promise<T>;
  /** What was opened, or is being opened; null when it never was. */
  opened(): Promise<T | null>;
}

function once<T>(open: () => Promise<T>): Once<T> {
  let opening: Promise<T> | undefined;
  return {
    get() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    opened: async () => (await opening?.catch(() => null)) ?? null,
  };
}

/** The log, telling of what was appended. */
function tellingLog(log: Log, events: Events): Log {
  return {
    ...log,
    async append(draft) {
      const receipt = await log.append(draft);
      events.emit({ type: 'receipt', id: receipt.id, index: receipt.index, kind: draft.kind });
      return receipt;
    },
    async changeKeys(order) {
      const receipt = await log.changeKeys(order);
      events.emit({ type: 'receipt', id: receipt.id, index: receipt.index, kind: 'key' });
      return receipt;
    },
  };
}

type Progress = (done: number, total: number, note?: string) => void;

function both(first: Progress, second: Progress | undefined): Progress {
  if (second === undefined) return first;
  return (done, total, note) => {
    first(done, total, note);
    second(done, total, note);
  };
}

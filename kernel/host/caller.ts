import { nanoid } from 'nanoid';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import { ASSAY_VERSION, PluginChanged, type Catalog } from './catalog.ts';
import { createCores } from './cores.ts';
import { draftReceipt, writtenIn } from './draft.ts';
import { execute } from './execute.ts';
import { createPartRuns } from './part-runs.ts';
import { prepareCall, type PreparedCall } from './prepare.ts';
import { cancelled, checkChain, checkOutput, inMethod } from './outcome.ts';
import { createServices } from './services.ts';
import type { Started } from './started.ts';
import { collect, runStream } from './stream.ts';
import { told } from './told.ts';
import type { CallOptions, CallStream, HostOptions, Limits, LogLine } from './types.ts';
import type { PluginWorker } from './worker.ts';

export interface Caller {
  /** @param chain methods that this call is part of, outermost first */
  call(request: CallRequest, options: CallOptions, chain: readonly string[]): Promise<CallOutcome>;
  stream(request: CallRequest, options: CallOptions): CallStream;
  /** Cancels what is running and refuses the rest. */
  close(): void;
}

/** Why a method's own calls stop when it has ended; made once, for its stack says nothing and costs a call 2 µs. */
const ENDED = new AssayError('CANCELLED', 'The call that made this one has ended.');

/** Puts a call together: preparation, a worker, execution, the check of what came out, the receipt. */
export function createCaller(options: HostOptions, limits: Limits, catalog: Catalog): Caller {
  const closing = new AbortController();
  const cores = createCores(limits.cores);
  const onLog = (line: LogLine): void => options.onLog?.(line);
  const now = options.now ?? Date.now;
  const project = { projectDir: options.projectDir, secret: options.secret ?? [] };

  const begin = async (
    request: CallRequest & { readonly id: string },
    callOptions: CallOptions,
    chain: readonly string[],
    signal: AbortSignal,
    onChunk: (value: unknown, call: PreparedCall) => void,
  ): Promise<Started> => {
    if (signal.aborted) throw cancelled(signal.reason, request.method);
    const call = await prepareCall(
      {
        find: catalog.find,
        project,
        artifacts: options.artifacts,
        now,
        read: (input, inner) => nested('datasets.read', input, inner.request, inner.options, inner.chain, signal),
      },
      request,
      callOptions,
      chain,
    );
    checkChain(call, limits);
    let worker: PluginWorker;
    const pool = catalog.pool(call.plugin);
    try {
      worker = await pool.take(chain.length > 0, signal);
    } catch (error) {
      if (error instanceof PluginChanged) {
        catalog.adopt(error.plugin);
        return begin(request, callOptions, chain, signal, onChunk);
      }
      throw signal.aborted ? cancelled(signal.reason, call.method) : inMethod(error, call.method);
    }
    const inner = new AbortController();
    const either = AbortSignal.any([signal, inner.signal]);
    const end = (): void => {
      inner.abort(ENDED);
      services.close();
    };
    const services = createServices(
      {
        project,
        artifacts: options.artifacts,
        call: (method, input) =>
          nested(
            method,
            input,
            { ...request, seed: call.seed },
            { ...callOptions, now: call.now },
            [...chain, call.method],
            either,
          ),
        stream: (method, input) =>
          stream(
            nestedRequest(method, input, { ...request, seed: call.seed }),
            nestedOptions({ ...callOptions, now: call.now }, either),
            [...chain, call.method],
          ),
        parts: createPartRuns({ call, pool, cores, onLog }),
      },
      call,
    );
    const run = execute(call, {
      worker,
      services,
      signal,
      timeout: call.checked.manifest.timeout ?? limits.timeout,
      onChunk: (value) => onChunk(value, call),
      onLog,
      onFree() {
        end();
        pool.give(worker);
      },
    });
    run.result.catch(end);
    return { call, services, run };
  };

  const nested = async (
    method: string,
    input: unknown,
    request: CallRequest,
    callOptions: CallOptions,
    chain: readonly string[],
    signal: AbortSignal,
  ): Promise<{ result: unknown; receipt: Digest }> => {
    const { result, receipt } = await caller.call(
      nestedRequest(method, input, request),
      nestedOptions(callOptions, signal),
      chain,
    );
    return { result, receipt: receipt.id };
  };

  const conclude = async (
    { call, services }: Started,
    result: unknown,
    subject: Digest,
    about: Record<string, number | boolean>,
  ): Promise<CallOutcome> => {
    const receipt = await options.onReceipt(
      draftReceipt(
        {
          ...call,
          method: call.name,
          result: subject,
          about,
          parents: services.parents,
          materials: services.materials,
          written: writtenIn(result, services.written),
        },
        ASSAY_VERSION,
      ),
    );
    return { id: call.id, result, receipt };
  };

  const watched = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);

  /** Calls that a method made are its own affair. */
  const emit = (chain: readonly string[]): HostOptions['onEvent'] => (chain.length > 0 ? undefined : options.onEvent);

  const caller: Caller = {
    async call(request, callOptions, chain) {
      const id = request.id ?? nanoid();
      const { manifest } = catalog.find(request.method).checked;
      if (manifest.stream === true) return collect(stream({ ...request, id }, callOptions, chain));
      return told(emit(chain), { ...request, id }, callOptions, async (onProgress) => {
        const signal = watched(callOptions.signal);
        const started = await begin({ ...request, id }, { ...callOptions, onProgress }, chain, signal, () => {});
        const result = await started.run.result;
        return conclude(started, result, checkOutput(started.call, result), {});
      });
    },
    stream: (request, callOptions) => stream(request, callOptions, []),
    close: () => closing.abort(new AssayError('CANCELLED', 'The kernel is closing.')),
  };

  const stream = (request: CallRequest, callOptions: CallOptions, chain: readonly string[]): CallStream =>
    runStream({ ...request, id: request.id ?? nanoid() }, catalog.find(request.method), {
      begin: (named, onProgress, onChunk) =>
        begin(named, { ...callOptions, onProgress }, chain, watched(callOptions.signal), onChunk),
      conclude,
      tell: (named, make) => told(emit(chain), named, callOptions, make),
    });
  return caller;
}

/** A call that is part of another one is of its stream and seed. */
const nestedRequest = (method: string, input: unknown, { stream, seed }: CallRequest): CallRequest => ({
  method,
  input,
  ...(stream === undefined ? {} : { stream }),
  ...(seed === undefined ? {} : { seed }),
});

const nestedOptions = ({ base, now }: CallOptions, signal: AbortSignal): CallOptions => ({
  signal,
  ...(base === undefined ? {} : { base }),
  ...(now === undefined ? {} : { now }),
});

import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { resolveInput, type InputSource } from '#common/json/input.ts';
import type { CallRequest } from '#common/protocol.ts';
import type { Parent } from '#common/receipt/types.ts';
import { digestValue } from '#common/value/value.ts';
import { ORG_STREAM } from './draft.ts';
import { readNamed, streamNamed, type Project } from './files.ts';
import type { FoundPlugin } from './find.ts';
import type { CheckedMethod } from './manifest.ts';
import { misfit, sentence } from './schema.ts';
import type { CallOptions } from './types.ts';

/** A call whose input is resolved and fits. */
export interface PreparedCall {
  readonly id: string;
  readonly plugin: FoundPlugin;
  /** Name inside the plugin, and `plugin.method`. */
  readonly name: string;
  readonly method: string;
  readonly checked: CheckedMethod;
  /** As the caller gave it, and as the method gets it. */
  readonly given: unknown;
  readonly input: unknown;
  readonly params: Digest;
  readonly seed: number;
  readonly now: number;
  readonly stream: string;
  readonly parents: readonly Parent[];
  readonly materials: ReadonlyMap<string, Digest>;
  /** `plugin.method` of the calls that this one is part of. */
  readonly chain: readonly string[];
  readonly options: CallOptions;
}

export interface Preparer {
  find(method: string): { readonly plugin: FoundPlugin; readonly name: string; readonly checked: CheckedMethod };
  readonly project: Project;
  readonly artifacts: {
    get(digest: Digest): Promise<Uint8Array>;
    put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Digest>;
  };
  /** Calls `datasets.read` as part of the call that is being prepared. */
  read(
    input: unknown,
    call: { readonly request: CallRequest; readonly options: CallOptions; readonly chain: readonly string[] },
  ): Promise<{
    readonly result: unknown;
    readonly receipt: Digest;
  }>;
  now(): number;
}

/** @throws METHOD_NOT_FOUND, INPUT_INVALID, and what reading named files throws */
export async function prepareCall(
  host: Preparer,
  request: CallRequest & { readonly id: string },
  options: CallOptions,
  chain: readonly string[],
): Promise<PreparedCall> {
  const { plugin, name, checked } = host.find(request.method);
  const method = `${plugin.manifest.name}.${name}`;
  const seed = request.seed ?? 0;
  if (!Number.isSafeInteger(seed))
    throw new AssayError('INPUT_INVALID', `The seed must be an integer within ±2^53; got ${seed}.`, { where: 'seed' });
  const parents: Parent[] = [...(options.parents ?? [])];
  const materials = new Map<string, Digest>();
  const source: InputSource = {
    file: (path) => readNamed(path, options.base ?? null, host.project),
    keepFile: async (path) => host.artifacts.put(await streamNamed(path, options.base ?? null, host.project)),
    artifact: (digest) => host.artifacts.get(digest),
    keep: (bytes) => host.artifacts.put(bytes),
    async table(of) {
      const { result, receipt } = await host.read(of, { request, options, chain: [...chain, method] });
      parents.push({ digest: receipt, role: 'dataset' });
      return result as Awaited<ReturnType<InputSource['table']>>;
    },
    uses: (at, digest) => void materials.set(at, digest),
  };
  const given = request.input ?? {};
  const input = await inMethod(method, () => resolveInput(checked.manifest.input, given, source));
  const wrong = misfit(checked.input, input);
  if (wrong !== null)
    throw new AssayError('INPUT_INVALID', `${method}: ${sentence(wrong)}`, {
      where: wrong.path,
      details: { method, ...wrong },
    });
  options.onInput?.(input);
  return {
    id: request.id,
    plugin,
    name,
    method,
    checked,
    given,
    input,
    params: digestInput(input, method),
    seed,
    now: options.now ?? host.now(),
    stream: request.stream ?? ORG_STREAM,
    parents,
    materials,
    chain,
    options,
  };
}

async function inMethod<T>(method: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof AssayError) || error.details !== undefined) throw error;
    const where = error.where === undefined ? {} : { where: error.where };
    throw new AssayError(error.code, `${method}: ${error.message}`, {
      ...where,
      details: { method, path: error.where ?? '' },
      cause: error,
    });
  }
}

function digestInput(input: unknown, method: string): Digest {
  try {
    return digestValue(input);
  } catch (error) {
    const { message, where = '' } = AssayError.from(error);
    throw new AssayError('INPUT_INVALID', `${method}: ${message}`, {
      where,
      cause: error,
      details: { method, path: where },
    });
  }
}

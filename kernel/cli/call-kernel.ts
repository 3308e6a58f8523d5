/** Two ways to call a method from the command line: in a kernel of one's own, or in the one that runs on the home already. */
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { isDigest } from '../common/bytes.ts';
import { shipInput } from '../common/json/input.ts';
import type { CallOutcome, CallRequest } from '../common/protocol.ts';
import { readNamed, streamNamed } from '../host/files.ts';
import { openArtifacts } from '../store/artifacts.ts';
import type { RemoteKernel } from './remote.ts';

/** Milliseconds between two looks at a running kernel's calls. */
const LOOK_EVERY = 250;

export interface CommandCall {
  readonly request: CallRequest;
  readonly base: readonly string[];
  readonly home: string;
  readonly projectDir: string;
  /** Of a kernel of one's own; one that runs already has its own. */
  readonly cores?: number | undefined;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number, note?: string): void;
}

/** @throws HOME_LOCKED, STORE_* and the method's coded error */
export async function callHere({
  request,
  base,
  home,
  projectDir,
  cores,
  ...options
}: CommandCall): Promise<CallOutcome> {
  const { openKernel } = await import('../kernel.ts');
  const kernel = await openKernel({ projectDir, home, ...(cores === undefined ? {} : { cores }) });
  try {
    return await kernel.call(request, { ...options, base });
  } finally {
    await kernel.close();
  }
}

/**
 * Files go as artifacts, because a running kernel reads none that a request names outside its project. They are written beside it:
 * artifacts are plain files that no process owns.
 *
 * @throws KERNEL_GONE and the method's coded error
 */
export async function callThere(remote: RemoteKernel, call: CommandCall): Promise<CallOutcome> {
  const { request, base, home, projectDir, signal } = call;
  const project = { projectDir, secret: [] };
  const schema = await schemaOf(remote, request.method, signal);
  if (schema === null) return remote.call(request, signal);
  const artifacts = await openArtifacts(join(home, 'artifacts'));
  const input = await shipInput(schema, request.input, {
    file: (path) => readNamed(path, base, project),
    keep: (bytes) => artifacts.put(bytes),
    keepFile: async (path) => artifacts.put(await streamNamed(path, base, project)),
  });
  const id = nanoid();
  const progress = followProgress(remote, id, call);
  try {
    return await remote.call({ ...request, id, input: await modelAsDigest(input) }, signal);
  } finally {
    progress.end();
  }

  /** A `model` is a path or a digest even where the schema says only that it is text. */
  async function modelAsDigest(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null || !('model' in value)) return value;
    const { model } = value;
    if (typeof model !== 'string' || isDigest(model)) return value;
    return { ...value, model: await artifacts.put(await readNamed(model, base, project)) };
  }
}

/** Asks now and then how far the call is, for people who watch. */
function followProgress(remote: RemoteKernel, id: string, { onProgress, signal }: CommandCall): { end(): void } {
  if (!process.stderr.isTTY) return { end: () => {} };
  const look = async (): Promise<void> => {
    const runs = (await remote.json('/runs', signal)) as { id: string; progress?: Parameters<typeof progressOf>[0] }[];
    const { progress } = runs.find((run) => run.id === id) ?? {};
    if (progress !== undefined) onProgress(...progressOf(progress));
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY);
  return { end: () => clearInterval(timer) };
}

function progressOf({ done, total, note }: { done: number; total: number; note?: string }): [number, number, string?] {
  return note === undefined ? [done, total] : [done, total, note];
}

/** The method's input schema as the kernel has it; null when it knows no such method, which it then says itself. */
async function schemaOf(
  remote: RemoteKernel,
  method: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  const [plugin = '', name = ''] = method.split('.');
  const listed = (await remote.json('/plugins', signal)) as {
    name: string;
    methods: Record<string, { input: object }>;
  }[];
  const found = listed.find((one) => one.name === plugin)?.methods[name];
  return found === undefined ? null : { ...found.input };
}

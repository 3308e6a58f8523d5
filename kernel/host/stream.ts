import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CallOutcome, CallRequest } from '#common/protocol.ts';
import type { Catalog } from './catalog.ts';
import { createChunks } from './chunks.ts';
import { digestChunks } from './draft.ts';
import { checkOutput } from './outcome.ts';
import type { Started } from './started.ts';
import type { CallOptions, CallStream } from './types.ts';

type Named = CallRequest & { readonly id: string };
type OnProgress = NonNullable<CallOptions['onProgress']>;

/** What a stream needs of the caller that runs it. */
interface StreamParts {
  begin(
    request: Named,
    onProgress: OnProgress,
    onChunk: (value: unknown, call: Started['call']) => void,
  ): Promise<Started>;
  conclude(
    started: Started,
    result: unknown,
    subject: Digest,
    about: Record<string, number | boolean>,
  ): Promise<CallOutcome>;
  tell(request: Named, make: (onProgress: OnProgress) => Promise<CallOutcome>): Promise<CallOutcome>;
}

/** Starts a method that streams. A reader who leaves early ends it; the receipt then says that it is not complete. @throws INPUT_INVALID */
export function runStream(
  request: Named,
  { plugin, name, checked }: ReturnType<Catalog['find']>,
  { begin, conclude, tell }: StreamParts,
): CallStream {
  if (checked.manifest.stream !== true)
    throw new AssayError('INPUT_INVALID', `${plugin.manifest.name}.${name} is not a stream.`, {
      where: request.method,
    });
  const digests: Digest[] = [];
  const chunks = createChunks();
  const left = new AbortController();
  const take = (value: unknown, call: Started['call']): void => {
    try {
      digests.push(checkOutput(call, value));
      chunks.put(value);
    } catch (error) {
      chunks.fail(error);
      left.abort();
    }
  };
  const run = async (onProgress: OnProgress): Promise<CallOutcome> => {
    const started = await begin(request, onProgress, take);
    chunks.onTaken(started.run.taken);
    left.signal.addEventListener('abort', started.run.enough, { once: true });
    if (left.signal.aborted) started.run.enough();
    await started.run.result;
    chunks.check();
    const about = { chunks: digests.length, complete: !left.signal.aborted };
    return conclude(started, digests.length, digestChunks(digests), about);
  };
  const outcome = tell(request, run);
  outcome.then(chunks.end, chunks.fail);
  return {
    id: request.id,
    outcome,
    async *[Symbol.asyncIterator]() {
      try {
        yield* chunks.read();
      } finally {
        left.abort();
      }
    },
  };
}

/** A stream as one call: all its chunks. */
export async function collect(stream: CallStream): Promise<CallOutcome> {
  const result: unknown[] = [];
  for await (const chunk of stream) result.push(chunk);
  return { ...(await stream.outcome), result };
}

import type { MethodContext, Part, PartContext, Parts } from '#common/plugin.ts';
import { parcel } from '../transfer.ts';
import type { AskKernel } from './asking.ts';

interface PartsDeps {
  /** What the plugin names under `parts`. */
  readonly parts: Parts;
  readonly ask: AskKernel;
  readonly signal: AbortSignal;
  /** Throws when the call was stopped. */
  check(): void;
  readonly log: MethodContext['log'];
}

/** A part that was asked for and whose result was not taken yet. */
interface Waiting {
  readonly result: Promise<unknown>;
  done: number;
}

/** `ctx.parts`: a single part runs here, as all do where the kernel has one core; else the kernel runs them on other workers. */
export function createParts({ parts, ask, signal, check, log }: PartsDeps): MethodContext['parts'] {
  async function* here(part: Erased, source: AsyncIterator<unknown>, shared: unknown, tell: Tell): Results {
    for (let finished = 0; ; finished++) {
      const next = await source.next();
      if (next.done === true) return;
      check();
      const progress = (done: number, total: number): void => {
        check();
        tell(finished + (total > 0 ? done / total : 0));
      };
      const result = await part(next.value, { shared, signal, log, progress });
      tell(finished + 1);
      yield result;
    }
  }

  async function* elsewhere(part: string, source: AsyncIterator<unknown>, { run, room }: Opened, tell: Tell): Results {
    const waiting: Waiting[] = [];
    let finished = 0;
    let failed: { readonly error: unknown } | null = null;
    // Called between this function's steps, where nobody would catch what the plugin throws.
    const told = (): void => {
      try {
        tell(waiting.reduce((sum, { done }) => sum + done, finished));
      } catch (error) {
        failed ??= { error };
      }
    };
    const begin = (input: unknown): void => {
      const { value, transfer } = parcel(input);
      const onShare = (done: number): void => {
        one.done = done;
        told();
      };
      const result = ask({ to: 'parts.run', run, part, input: value }, { transfer, onShare });
      const one: Waiting = { result, done: 0 };
      result.then(
        () => onShare(1),
        () => {},
      );
      waiting.push(one);
    };
    try {
      for (let more = true; ;) {
        while (more && waiting.length < room) {
          const next = await source.next();
          if (next.done === true) more = false;
          else begin(next.value);
        }
        const [first] = waiting;
        if (first === undefined) return;
        const result = await first.result;
        waiting.shift();
        finished++;
        if (failed !== null) throw (failed as { readonly error: unknown }).error;
        yield result;
      }
    } finally {
      await ask({ to: 'parts.close', run }).catch(() => {});
    }
  }

  async function* all(part: Erased, inputs: Inputs, shared: unknown, tell: Tell): Results {
    const name = Object.keys(parts).find((key) => (parts[key] as Erased | undefined) === part);
    if (name === undefined) throw new TypeError('ctx.parts takes a function that definePlugin names under `parts`.');
    const source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
    try {
      const first = [await source.next(), await source.next()];
      const rest = chained(first, source);
      const opened = first[1]!.done === true ? null : ((await ask({ to: 'parts.open', shared })) as Opened | null);
      yield* opened === null ? here(part, rest, shared, tell) : elsewhere(name, rest, opened, tell);
    } finally {
      await source.return?.();
    }
  }
  return ((part: Erased, inputs: Inputs, { shared, progress }: { shared: unknown; progress?: Tell }) =>
    all(part, inputs, shared, (done) => progress?.(done))) as MethodContext['parts'];
}

type Erased = Part<unknown, unknown, unknown> & ((input: unknown, ctx: PartContext<unknown>) => unknown);
type Inputs = Iterable<unknown> | AsyncIterable<unknown>;
type Results = AsyncGenerator<unknown, void, undefined>;
type Tell = (done: number) => void;

/** The kernel's answer to `parts.open`: how many parts may be asked for ahead. */
interface Opened {
  readonly run: number;
  readonly room: number;
}

async function* chained(
  first: readonly IteratorResult<unknown>[],
  rest: Iterator<unknown> | AsyncIterator<unknown>,
): Results {
  for (const { done, value } of first) {
    if (done === true) return;
    yield value;
  }
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

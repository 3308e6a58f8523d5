import type { Feature } from '#common/onnx/features.ts';
import { type Known, type Opaque, recognise } from '#common/onnx/known.ts';
import { type OnnxModel, readModel } from '#common/onnx/model.ts';
import type { Runtime } from '#common/onnx/session.ts';
import type { Answer, Input } from './answer.ts';
import { byEnumeration } from './by-enumeration.ts';
import { type Allowed, bySampling, type SamplingWish } from './by-sampling.ts';
import { byScores } from './by-scores.ts';
import { type Choice, isSampler } from './choose.ts';
import { keepForParts } from './kept-models.ts';

/** What all parts of an explanation have in common: it goes to each worker once. */
export interface Shared {
  /** Of the model. */
  readonly bytes: Uint8Array;
  /** Columns of the data, for a model that leaves its width open. */
  readonly width: number;
  readonly features: readonly Feature[];
  readonly choice: Choice;
  /** (backgroundRows × features) */
  readonly background: Float64Array | null;
  readonly backgroundRows: number;
  readonly wanted: number | undefined;
  readonly interactions: boolean;
  /** Rows of all parts. */
  readonly planned: number;
  readonly sample: { readonly wish: SamplingWish; readonly allowed: Allowed } | null;
}

/** Some of the rows. */
export interface Rows {
  /** (rows × features) */
  readonly x: Float64Array;
  readonly rows: number;
  readonly first: number;
}

/** Explains rows part by part, in order. @param progress hears how many parts are done, with fractions; throws to stop */
export type InParts = (
  shared: Shared,
  parts: Iterable<Rows> | AsyncIterable<Rows>,
  progress: (done: number) => void,
) => AsyncIterable<Answer>;

/** What a worker has made of what parts share. */
const made = new WeakMap<Shared, Map<string, unknown>>();

function keeper(shared: Shared): Input['keep'] {
  const known = made.get(shared) ?? new Map<string, unknown>();
  made.set(shared, known);
  return <T>(what: string, make: () => T): T => {
    if (!known.has(what)) known.set(what, make());
    return known.get(what) as T;
  };
}

interface Read {
  readonly model: OnnxModel;
  readonly known: Known | Opaque;
}

/** Says what the model is, so that it is not read again here. */
export function modelIsRead(shared: Shared, read: Read): void {
  keeper(shared)('model', () => read);
}

/** @throws what `explain` throws about rows */
export function explainPart(
  runtime: Runtime,
  { x, rows, first }: Rows,
  shared: Shared,
  progress: Input['progress'],
): Promise<Answer> {
  const { choice, sample, background, backgroundRows, features, interactions, planned, wanted } = shared;
  const keep = keeper(shared);
  const { model, known } = keep('model', (): Read => {
    const model = readModel(shared.bytes);
    return { model, known: recognise(model, shared.width) };
  });
  if (rows < planned) keepForParts(model);
  const input = { runtime, model, x, rows, first, background, backgroundRows, features, interactions, planned, wanted };
  const { method, space, covers } = choice;
  let last: readonly [number, number] = [0, 1];
  const all: Input = {
    ...input,
    keep,
    progress: (done, total) => progress(...(last = [done, total])),
    check: () => progress(...last),
  };
  if (method === 'exact') return byEnumeration(known, space, all);
  if (isSampler(method)) return bySampling(known, method, space, sample!.wish, sample!.allowed, all);
  return byScores(known as Known, method, space, covers, all);
}

/** One part after the other, here. */
export const oneByOne = (runtime: Runtime): InParts =>
  async function* oneByOne(shared, parts, progress) {
    let done = 0;
    for await (const part of parts) {
      yield await explainPart(runtime, part, shared, (some, total) => progress(done + some / total));
      done++;
      progress(done);
    }
  };

/** @param x (rows × features) */
export function* cut(x: Float64Array, rows: number, features: number, size: number): Generator<Rows> {
  if (rows <= size) return yield { x, rows, first: 0 };
  for (let first = 0; first < rows; first += size) {
    const last = Math.min(rows, first + size);
    yield { x: x.slice(first * features, last * features), rows: last - first, first };
  }
}

/** What is the same of every part, and what adds up; the numbers of rows themselves are elsewhere. */
export type Facts = Omit<Answer, 'values' | 'interactions' | 'standardErrors'>;

/** Facts of the parts before, and of the next: each row of the background counts once, however many workers asked for it. */
export function joinFacts(before: Facts | null, next: Facts): Facts {
  if (before === null) return next;
  const { sampling: one } = before;
  const { sampling: other } = next;
  return {
    ...before,
    evaluations: before.evaluations + next.evaluations - next.backgroundRowsUsed - probesOf(next),
    additivityError: Math.max(before.additivityError, next.additivityError),
    runtimeDifference:
      before.runtimeDifference === null || next.runtimeDifference === null
        ? null
        : Math.max(before.runtimeDifference, next.runtimeDifference),
    ...(before.exact === undefined ? {} : { exact: before.exact && next.exact === true }),
    ...(one === undefined || other === undefined
      ? {}
      : {
          sampling: {
            ...one,
            coalitions: Math.max(one.coalitions, other.coalitions),
            largestSE: Math.max(one.largestSE, other.largestSE),
          },
        }),
    notes: [...new Set([...before.notes, ...next.notes])],
  };
}

/** A sample through the runtime asks for one row more, to see how many outputs there are. */
const probesOf = ({ engine, sampling }: Facts): number => (engine === 'onnxruntime' && sampling !== undefined ? 1 : 0);

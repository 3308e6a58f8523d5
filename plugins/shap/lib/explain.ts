import type { TableData, Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import {
  describedFeatures,
  type Feature,
  featuresFor,
  inputMatrix,
  METADATA,
  selectFeatures,
} from '#common/onnx/features.ts';
import { featuresOf, type Known, type Opaque } from '#common/onnx/known.ts';
import type { OnnxModel } from '#common/onnx/model.ts';
import type { Runtime } from '#common/onnx/session.ts';
import { type Answer, limitInteractions, limitValues, type Sampling } from './answer.ts';
import { allowSampling, samplingNotes } from './by-sampling.ts';
import { type Choice, choose, isSampler, type Method, type Space } from './choose.ts';
import { rowsOfPart } from './cut.ts';
import { cut, type Facts, type InParts, joinFacts, modelIsRead, oneByOne, type Shared } from './in-parts.ts';
import { recogniseOnce } from './kept-models.ts';

export interface Question {
  readonly model: OnnxModel;
  readonly data: TableData;
  readonly background?: TableData | undefined;
  readonly method: Method | 'auto';
  readonly space?: Space | undefined;
  readonly output?: number | undefined;
  /** Most evaluations of the model, for methods that sample. */
  readonly budget?: number | undefined;
  /** Standard error at which a sample is large enough. */
  readonly targetSE?: number | undefined;
  /** Features by group, or groups within groups: for Owen values. */
  readonly groups?: object | undefined;
  /** Of the sample; 0 unless given. */
  readonly seed?: number | undefined;
  /** Whether interaction values are wanted too. */
  readonly interactions?: boolean | undefined;
}

export interface Explanation {
  /** [rows, features], or [rows, features, outputs] when there are several. */
  readonly values: Tensor<Float64Array>;
  /** Of each value, where they are estimates; of the same shape. */
  readonly standardErrors?: Tensor<Float64Array>;
  /** [rows, features, features], or with outputs as the last axis; when asked for. */
  readonly interactions?: Tensor<Float64Array>;
  /** A number, or one for each output. */
  readonly base: number | readonly number[];
  /** The explained rows: the model's features in its order, as they were given. */
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: Meta;
}

export interface Meta extends Omit<
  Answer,
  'values' | 'interactions' | 'interactionAlgorithm' | 'base' | 'outputs' | 'notes' | 'standardErrors' | 'sampling'
> {
  readonly interactionAlgorithm?: Answer['interactionAlgorithm'];
  readonly method: Method;
  readonly exact: boolean;
  /** How estimates were drawn; null for methods that draw nothing. */
  readonly sampling: Sampling | null;
  readonly space: Space;
  /** What stands between margin and output; null when Assay can't read the model. */
  readonly link: string | null;
  readonly covers: 'model' | 'background' | null;
  readonly features: readonly Feature[];
  readonly target: string | null;
  /** Unit of what a regressor puts out, when the model says so. */
  readonly unit: string | null;
  readonly notes: readonly string[];
}

/**
 * @param progress hears how much is done, and of how much; called often; throws to stop
 * @param inParts runs the parts that many rows are cut into; how they are cut follows from the question, so who runs them changes no bit
 * @throws COLUMNS_MISMATCH, COLUMN_UNFIT, INPUT_INVALID, SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING, VALUE_MISSING, DATA_TOO_LARGE, BUDGET_TOO_SMALL, MODEL_*,
 *   ADDITIVITY_VIOLATED
 */
export async function explain(
  runtime: Runtime,
  question: Question,
  progress: (done: number, total: number) => void,
  inParts: InParts = oneByOne(runtime),
): Promise<Explanation> {
  const { model, background } = question;
  const width = question.data.columns.length;
  const known = recogniseOnce(model, describedFeatures(model)?.length ?? width);
  const tables = background === undefined ? [question.data] : [question.data, background];
  const features = featuresFor(model, tables, known.kind === 'other' ? null : featuresOf(known));
  const data = selectFeatures(question.data, features);
  const { rows } = data;
  const choice = choiceFor(known, question, features.length, rows);
  const outputs = outputsOf(known);
  limitValues(rows, features.length, outputs);
  if (question.interactions === true && known.kind !== 'other')
    limitInteractions(rows, features.length, question.output === undefined ? outputs : 1);
  const x = inputMatrix(model, data, features);
  const shared = share(runtime, { question, known, choice, features, planned: rows, width }, x);
  const size = sizeOfPart(shared, known, outputs);
  const total = Math.max(1, Math.ceil(rows / size));
  const parts = inParts(shared, cut(x, rows, features.length, size), (done) => progress(done, total));
  const found = await together(parts, rows, features.length);
  return explanation(question, known, shared, data, found);
}

/** @throws SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING, INPUT_INVALID */
export function choiceFor(known: Known | Opaque, question: Asked, features: number, rows: number): Choice {
  const { background } = question;
  const choice = choose(known, {
    method: question.method,
    space: question.space,
    background: background !== undefined,
    features,
    pairs: rows * (background?.rows ?? 0),
    budget: question.budget,
    groups: question.groups !== undefined,
    estimates: question.interactions !== true,
  });
  if (background?.rows === 0)
    throw new AssayError('BACKGROUND_MISSING', 'The background has no rows.', { where: '/background' });
  return choice;
}

/** A question without its rows. */
export type Asked = Omit<Question, 'data'>;

/** What is known when the first row is explained. */
export interface Settled {
  readonly question: Asked;
  readonly known: Known | Opaque;
  readonly choice: Choice;
  readonly features: readonly Feature[];
  /** Rows in all. */
  readonly planned: number;
  /** Columns of the data. */
  readonly width: number;
}

/** Outputs or scores of a row, whichever are more; of a model that can only be asked at least one. */
export const outputsOf = (known: Known | Opaque): number =>
  known.kind === 'other' ? 1 : Math.max(known.link.outputs, known.link.scores);

/** What the parts need to know. @param x all rows, for methods that estimate; else none are looked at */
export function share(runtime: Runtime, settled: Settled, x: Float64Array | null): Shared {
  const { question, known, choice, features, planned, width } = settled;
  const { model, background, budget, targetSE, groups, seed = 0 } = question;
  const { method, space } = choice;
  const backgroundRows = background?.rows ?? 0;
  const all = {
    features,
    background: background === undefined ? null : inputMatrix(model, selectFeatures(background, features), features),
    backgroundRows,
    wanted: question.output,
    interactions: question.interactions === true,
    planned,
  };
  const wish = { budget, targetSE, groups, seed };
  const look = { ...all, runtime, model, x: x!, rows: planned, first: 0, progress: () => {}, check: () => {} };
  const sample = isSampler(method)
    ? { wish, allowed: allowSampling(known, method, space, wish, { ...look, keep: (_, make) => make() }) }
    : null;
  const shared: Shared = {
    bytes: model.bytes,
    width: describedFeatures(model)?.length ?? width,
    choice,
    sample,
    ...all,
  };
  modelIsRead(shared, { model, known });
  return shared;
}

export const sizeOfPart = (shared: Shared, known: Known | Opaque, outputs: number): number =>
  rowsOfPart({
    known,
    outputs,
    choice: shared.choice,
    features: shared.features.length,
    backgroundRows: shared.backgroundRows,
    interactions: shared.interactions,
    planned: shared.planned,
    coalitions: shared.sample?.allowed.coalitions,
  });

type Numbers = Pick<Answer, 'values' | 'interactions' | 'standardErrors'>;

/** Parts, in order, as one answer. A single one is taken as it is. */
async function together(parts: AsyncIterable<Answer>, rows: number, features: number): Promise<Numbers & Facts> {
  let facts: Facts | null = null;
  let whole: Numbers | null = null;
  let first = 0;
  for await (const { values, interactions, standardErrors, ...more } of parts) {
    const part = { values, interactions, ...(standardErrors === undefined ? {} : { standardErrors }) };
    facts = joinFacts(facts, more);
    limitValues(rows, features, more.outputs.length);
    const count = values.length / features / more.outputs.length;
    if (count === rows || features === 0) return { ...part, ...facts };
    whole ??= roomFor(part, rows / count);
    for (const key of ['values', 'interactions', 'standardErrors'] as const)
      whole[key]?.set(part[key]!, (part[key]!.length / count) * first);
    first += count;
  }
  return { ...whole!, ...facts! };
}

const roomFor = (part: Numbers, times: number): Numbers => {
  const room = (like: Float64Array): Float64Array => new Float64Array(Math.round(like.length * times));
  return {
    values: room(part.values),
    interactions: part.interactions === null ? null : room(part.interactions),
    ...(part.standardErrors === undefined ? {} : { standardErrors: room(part.standardErrors) }),
  };
};

function explanation(
  question: Question,
  known: Known | Opaque,
  shared: Shared,
  data: TableData,
  { values, interactions, standardErrors, ...facts }: Numbers & Facts,
): Explanation {
  const { rows } = data;
  const { features } = shared;
  const { base, outputs } = facts;
  const count = outputs.length;
  const tensor = (numbers: Float64Array, ...axes: readonly number[]): Tensor<Float64Array> => ({
    $: 'tensor',
    shape: count === 1 ? axes : [...axes, count],
    data: numbers,
  });
  return {
    values: tensor(values, rows, features.length),
    ...(interactions === null ? {} : { interactions: tensor(interactions, rows, features.length, features.length) }),
    ...(standardErrors === undefined ? {} : { standardErrors: tensor(standardErrors, rows, features.length) }),
    base: count === 1 ? base[0]! : [...base],
    data,
    names: features.map(({ name }) => name),
    outputs,
    meta: metaOf(question, known, shared, facts),
  };
}

export function metaOf(question: Asked, known: Known | Opaque, shared: Shared, facts: Facts): Meta {
  const { choice, features, interactions, sample } = shared;
  const { base: _base, outputs: _outputs, interactionAlgorithm, notes, ...more } = facts;
  const { metadata } = question.model;
  return {
    exact: true,
    sampling: null,
    ...more,
    ...(interactions ? { interactionAlgorithm } : {}),
    method: choice.method,
    space: choice.space,
    link: known.kind === 'other' ? (known.margin?.link ?? null) : known.link.name,
    covers: choice.covers,
    features,
    target: metadata[METADATA.target] ?? null,
    unit: metadata[METADATA.unit] ?? null,
    notes: [...choice.notes, ...(sample?.allowed.notes ?? []), ...samplingNotes(facts, question.targetSE), ...notes],
  };
}

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
import { type Answer, type Input, limitInteractions, MOST_VALUES, type Sampling } from './answer.ts';
import { byEnumeration } from './by-enumeration.ts';
import { bySampling } from './by-sampling.ts';
import { byScores } from './by-scores.ts';
import { type Choice, choose, isSampler, type Method, type Space } from './choose.ts';
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

interface Meta extends Omit<
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
 * @param progress called often; throws to stop
 * @throws COLUMNS_MISMATCH, COLUMN_UNFIT, INPUT_INVALID, SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING, VALUE_MISSING, DATA_TOO_LARGE, BUDGET_TOO_SMALL, MODEL_*,
 *   ADDITIVITY_VIOLATED
 */
export async function explain(
  runtime: Runtime,
  question: Question,
  progress: (done: number, total: number) => void,
): Promise<Explanation> {
  const { model, background } = question;
  const known = recogniseOnce(model, describedFeatures(model)?.length ?? question.data.columns.length);
  const tables = background === undefined ? [question.data] : [question.data, background];
  const features = featuresFor(model, tables, known.kind === 'other' ? null : featuresOf(known));
  const data = selectFeatures(question.data, features);
  const choice = choose(known, {
    method: question.method,
    space: question.space,
    background: background !== undefined,
    features: features.length,
    pairs: data.rows * (background?.rows ?? 0),
    budget: question.budget,
    groups: question.groups !== undefined,
    estimates: question.interactions !== true,
  });
  if (background?.rows === 0)
    throw new AssayError('BACKGROUND_MISSING', 'The background has no rows.', { where: '/background' });
  const { rows } = data;
  const most = known.kind === 'other' ? 1 : Math.max(known.link.outputs, known.link.scores);
  if (rows * features.length * most > MOST_VALUES)
    throw new AssayError(
      'DATA_TOO_LARGE',
      `${rows} rows × ${features.length} features × ${most} outputs are more than ${MOST_VALUES} values.`,
    );
  if (question.interactions === true && known.kind !== 'other')
    limitInteractions(rows, features.length, question.output === undefined ? most : 1);
  const input: Input = {
    runtime,
    model,
    features,
    x: inputMatrix(model, data, features),
    rows,
    background: background === undefined ? null : inputMatrix(model, selectFeatures(background, features), features),
    backgroundRows: background?.rows ?? 0,
    wanted: question.output,
    interactions: question.interactions === true,
    progress,
  };
  const { values, interactions, interactionAlgorithm, base, outputs, notes, standardErrors, ...facts } = await answer(
    known,
    choice,
    question,
    input,
  );
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
    meta: {
      exact: true,
      sampling: null,
      ...facts,
      ...(interactions === null ? {} : { interactionAlgorithm }),
      method: choice.method,
      space: choice.space,
      link: known.kind === 'other' ? (known.margin?.link ?? null) : known.link.name,
      covers: choice.covers,
      features,
      target: model.metadata[METADATA.target] ?? null,
      unit: model.metadata[METADATA.unit] ?? null,
      notes: [...choice.notes, ...notes],
    },
  };
}

function answer(known: Known | Opaque, choice: Choice, question: Question, input: Input): Promise<Answer> {
  const { method, space, covers } = choice;
  const { budget, targetSE, groups, seed = 0 } = question;
  if (method === 'exact') return byEnumeration(known, space, input);
  if (isSampler(method)) return bySampling(known, method, space, { budget, targetSE, groups, seed }, input);
  return byScores(known as Known, method, space, covers, input);
}

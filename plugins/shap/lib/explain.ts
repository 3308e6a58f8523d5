import type { TableData, Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { type Feature, featuresFor, feedsOf, matrixOf, METADATA, selectFeatures } from '#common/onnx/features.ts';
import { featuresOf, type Known, type Opaque, outputsOf, recognise, scoresOf } from '#common/onnx/known.ts';
import { applyLink } from '#common/onnx/link.ts';
import type { OnnxModel } from '#common/onnx/model.ts';
import { openSession, type Runtime } from '#common/onnx/session.ts';
import { withCovers } from '#common/onnx/trees.ts';
import { checkAdditivity, checkRuntime } from './check.ts';
import { choose, type Method, type Space } from './choose.ts';
import { pick, project, scoreColumns } from './columns.ts';
import { enumerate, type Evaluate } from './enumerate.ts';
import { interventional } from './interventional.ts';
import { linearShap } from './linear.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';

export interface Question {
  readonly model: OnnxModel;
  readonly data: TableData;
  readonly background?: TableData | undefined;
  readonly method: Method | 'auto';
  readonly space?: Space | undefined;
  readonly output?: number | undefined;
}

export interface Meta {
  readonly method: Method;
  /** Always true here: estimates are another plugin version's. */
  readonly exact: boolean;
  /** Rows that a model was asked for, by Assay's evaluation or the runtime. */
  readonly evaluations: number;
  /** Largest |base + Σ values − output| over all rows, against the float64 evaluation. */
  readonly additivityError: number;
  readonly backgroundRowsUsed: number;
  readonly engine: 'float64' | 'onnxruntime';
  readonly space: Space;
  /** What stands between margin and output; null when Assay can't read the model. */
  readonly link: string | null;
  /** Largest difference between Assay's evaluation and onnxruntime's float32; null when the runtime itself was asked. */
  readonly runtimeDifference: number | null;
  readonly covers: 'model' | 'background' | null;
  readonly features: readonly Feature[];
  readonly target: string | null;
  /** Unit of what a regressor puts out, when the model says so. */
  readonly unit: string | null;
  readonly notes: readonly string[];
}

export interface Explanation {
  /** [rows, features], or [rows, features, outputs] when there are several. */
  readonly values: Tensor<Float64Array>;
  /** A number, or one for each output. */
  readonly base: number | readonly number[];
  /** The explained rows: the model's features in its order, as they were given. */
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: Meta;
}

/** Rows that go through the runtime at once. */
const BATCH = 4096;
/** Numbers in one explanation. */
const MOST_VALUES = 100_000_000;

/**
 * @param progress called often; throws to stop
 * @throws COLUMNS_MISMATCH, COLUMN_UNFIT, INPUT_INVALID, SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING, VALUE_MISSING, DATA_TOO_LARGE, MODEL_*,
 *   ADDITIVITY_VIOLATED
 */
export async function explain(
  runtime: Runtime,
  question: Question,
  progress: (done: number, total: number) => void,
): Promise<Explanation> {
  const { model } = question;
  const known = recognise(model);
  const given = question.background === undefined ? [question.data] : [question.data, question.background];
  const features = featuresFor(model, given, known.kind === 'other' ? null : featuresOf(known));
  const double = known.kind === 'other' ? model.inputs.every(({ type }) => type === 'float64') : known.double;
  const data = selectFeatures(question.data, features);
  const x = matrixOf(data, features, double);
  const background =
    question.background === undefined
      ? null
      : matrixOf(selectFeatures(question.background, features), features, double);
  if (question.background?.rows === 0)
    throw new AssayError('BACKGROUND_MISSING', 'The background has no rows.', { where: '/background' });
  const { rows } = data;
  const choice = choose(known, {
    method: question.method,
    space: question.space,
    background: background !== null,
    features: features.length,
  });
  const outputs = known.kind === 'other' ? 1 : Math.max(known.link.outputs, known.link.scores);
  if (rows * features.length * outputs > MOST_VALUES)
    throw new AssayError(
      'DATA_TOO_LARGE',
      `${rows} rows × ${features.length} features × ${outputs} outputs are more than ${MOST_VALUES} values.`,
    );
  const input: Input = {
    runtime,
    model,
    features,
    x,
    rows,
    background,
    backgroundRows: question.background?.rows ?? 0,
    wanted: question.output,
    progress,
  };
  const answer =
    choice.method === 'exact'
      ? await byEnumeration(known, choice.space, input)
      : await byScores(known as Known, choice.method, choice.space, choice.covers, input);
  const count = answer.outputs.length;
  return {
    values: {
      $: 'tensor',
      shape: count === 1 ? [rows, features.length] : [rows, features.length, count],
      data: answer.values,
    },
    base: count === 1 ? answer.base[0]! : [...answer.base],
    data,
    names: features.map(({ name }) => name),
    outputs: answer.outputs,
    meta: {
      method: choice.method,
      exact: true,
      evaluations: answer.evaluations,
      additivityError: answer.additivityError,
      backgroundRowsUsed: answer.backgroundRowsUsed,
      engine: answer.engine,
      space: choice.space,
      link: known.kind === 'other' ? null : known.link.name,
      runtimeDifference: answer.runtimeDifference,
      covers: choice.covers,
      features,
      target: model.metadata[METADATA.target] ?? null,
      unit: model.metadata[METADATA.unit] ?? null,
      notes: choice.notes,
    },
  };
}

interface Input {
  readonly runtime: Runtime;
  readonly model: OnnxModel;
  readonly features: readonly Feature[];
  readonly x: Float64Array;
  readonly rows: number;
  readonly background: Float64Array | null;
  readonly backgroundRows: number;
  readonly wanted: number | undefined;
  progress(done: number, total: number): void;
}

interface Answer
  extends
    Attribution,
    Pick<Meta, 'evaluations' | 'additivityError' | 'backgroundRowsUsed' | 'engine' | 'runtimeDifference'> {
  readonly outputs: readonly string[];
}

/** Trees and linear models: exact on the scores, then carried through an affine link. */
async function byScores(
  known: Known,
  method: Exclude<Method, 'exact'>,
  space: Space,
  covers: Meta['covers'],
  input: Input,
): Promise<Answer> {
  const { x, rows, features, background, backgroundRows, progress } = input;
  const columns = scoreColumns(known, space, outputNames(known, input.model), input.wanted);
  const attribution = attribute(known, method, covers, input);
  const scores = scoresOf(known, x, rows);
  const values = project(attribution.values, known.link.scores, columns, false);
  const base = project(attribution.base, known.link.scores, columns, true);
  const additivityError = checkAdditivity(
    values,
    base,
    project(scores, known.link.scores, columns, true),
    features.length,
  );
  const runtimeDifference =
    known.link.name === 'unknown'
      ? null
      : checkRuntime(known, applyLink(known.link, scores), await ask(input, known.output, x, rows));
  progress(1, 1);
  const used =
    background !== null && (method !== 'tree-path-dependent' || covers === 'background') ? backgroundRows : 0;
  return {
    values,
    base,
    outputs: columns.map(({ name }) => name),
    evaluations: rows + used,
    additivityError,
    backgroundRowsUsed: used,
    engine: 'float64',
    runtimeDifference,
  };
}

function attribute(known: Known, method: Exclude<Method, 'exact'>, covers: Meta['covers'], input: Input): Attribution {
  const { x, rows, background, backgroundRows, features, progress } = input;
  if (known.kind === 'linear')
    return linearShap(
      known.linear,
      x,
      rows,
      background!,
      backgroundRows,
      features.map(({ name }) => name),
    );
  const { ensemble } = known;
  const onTree = (done: number): void => progress(done, ensemble.trees.length + 1);
  if (method === 'tree-interventional') return interventional(ensemble, x, rows, background!, backgroundRows, onTree);
  return pathDependent(
    covers === 'background' ? withCovers(ensemble, background!, backgroundRows) : ensemble,
    x,
    rows,
    onTree,
  );
}

/** Any model: all coalitions. Models that Assay reads are evaluated in float64, others by the runtime. */
async function byEnumeration(known: Known | Opaque, space: Space, input: Input): Promise<Answer> {
  const { x, rows, features, background, backgroundRows, progress } = input;
  const own = known.kind !== 'other' && (space === 'margin' || known.link.name !== 'unknown') ? known : null;
  const session = own === null ? await openSession(input.runtime, input.model) : null;
  try {
    const port = session?.outputs.find(({ name, type }) =>
      known.kind === 'other' ? type.startsWith('float') : name === known.output,
    );
    if (session !== null && port === undefined)
      throw new AssayError('MODEL_UNSUPPORTED', 'The model puts out no float numbers.');
    const columns =
      own !== null && space === 'margin'
        ? scoreColumns(own, 'margin', outputNames(own, input.model), input.wanted)
        : null;
    const all: Evaluate =
      own !== null
        ? async (values, count) => (space === 'margin' ? scoresOf(own, values, count) : outputsOf(own, values, count))
        : async (values, count) =>
            finite(
              (await session!.run(feedsOf(input.model, features, values, count), count, port!.name)).data,
              port!.name,
            );
    const probe = await all(background!.subarray(0, features.length), 1);
    const names =
      columns?.map(({ name }) => name) ??
      pick(
        known.kind === 'other' ? opaqueNames(input.model, port!.name, probe.length) : outputNames(known, input.model),
        input.wanted,
      );
    const evaluate: Evaluate = async (values, count) => {
      const every = await all(values, count);
      if (columns !== null) return project(every, own!.link.scores, columns, true);
      if (input.wanted === undefined) return every;
      return Float64Array.from({ length: count }, (_, row) => every[row * probe.length + input.wanted!]!);
    };
    if (rows * features.length * names.length > MOST_VALUES) throw new AssayError('DATA_TOO_LARGE');
    const found = await enumerate(
      evaluate,
      features.length,
      names.length,
      x,
      rows,
      background!,
      backgroundRows,
      progress,
    );
    return {
      values: found.values,
      base: found.base,
      outputs: names,
      evaluations: found.evaluations,
      additivityError: checkAdditivity(found.values, found.base, found.outputs, features.length),
      backgroundRowsUsed: backgroundRows,
      engine: own === null ? 'onnxruntime' : 'float64',
      runtimeDifference:
        own === null || own.link.name === 'unknown'
          ? null
          : checkRuntime(own, outputsOf(own, x, rows), await ask(input, own.output, x, rows)),
    };
  } finally {
    await session?.close();
  }
}

/** What the runtime puts out. @returns (rows × outputs) */
async function ask(
  { runtime, model, features }: Input,
  output: string,
  x: Float64Array,
  rows: number,
): Promise<Float64Array> {
  const session = await openSession(runtime, model);
  try {
    const parts: number[][] = [];
    for (let start = 0; start < rows; start += BATCH) {
      const count = Math.min(BATCH, rows - start);
      const part = x.subarray(start * features.length, (start + count) * features.length);
      parts.push(Array.from((await session.run(feedsOf(model, features, part, count), count, output)).data, Number));
    }
    return Float64Array.from(parts.flat());
  } finally {
    await session.close();
  }
}

function finite(data: Float64Array | readonly string[], output: string): Float64Array {
  if (!(data instanceof Float64Array)) throw new AssayError('MODEL_UNSUPPORTED', `The output “${output}” holds text.`);
  if (!data.every(Number.isFinite))
    throw new AssayError(
      'VALUE_MISSING',
      `The output “${output}” is not a finite number for some rows: is a value missing or out of range?`,
    );
  return data;
}

function outputNames(known: Known, { metadata }: OnnxModel): readonly string[] {
  if (known.labels !== null) return known.labels;
  const count = known.link.outputs;
  const target = metadata[METADATA.target] ?? known.output;
  return count === 1 ? [target] : Array.from({ length: count }, (_, k) => `${target}[${k}]`);
}

function opaqueNames({ metadata }: OnnxModel, output: string, count: number): readonly string[] {
  return count === 1
    ? [metadata[METADATA.target] ?? output]
    : Array.from({ length: count }, (_, k) => `${output}[${k}]`);
}

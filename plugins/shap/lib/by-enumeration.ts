import { AssayError } from '#common/errors.ts';
import { feedsOf, METADATA } from '#common/onnx/features.ts';
import { type Known, type Opaque, outputsOf, scoresOf } from '#common/onnx/known.ts';
import { openSession, type Output } from '#common/onnx/session.ts';
import {
  type Answer,
  compareWithRuntime,
  type Input,
  limitInteractions,
  limitValues,
  numbered,
  outputNames,
} from './answer.ts';
import { checkAdditivity } from './check.ts';
import type { Space } from './choose.ts';
import { pick, project, scoreColumns } from './columns.ts';
import { enumerate, type Evaluate } from './enumerate.ts';

/** A model as a function of rows, and the names of what it gives. */
interface Asked {
  readonly evaluate: Evaluate;
  readonly names: readonly string[];
  close(): Promise<void>;
}

/** Whether Assay evaluates the model, or the runtime. */
interface Asking extends Asked {
  /** The model, where Assay's evaluation of it can be compared with the runtime's. */
  readonly compared: Known | null;
  /** Rows that the runtime was asked for already. */
  readonly probes: number;
}

/** Models that Assay can read are evaluated in float64, others by the runtime. */
export async function asFunction(known: Known | Opaque, space: Space, input: Input): Promise<Asking> {
  const { own, ...how } = asking(known, space);
  return { ...(own === null ? await asked(known, space, input) : evaluated(own, space, input)), ...how };
}

/** Who will evaluate the model; `own` when it is Assay. */
export function asking(
  known: Known | Opaque,
  space: Space,
): Pick<Asking, 'compared' | 'probes'> & { readonly own: Known | null } {
  const readable = known.kind !== 'other' && known.link.name !== 'unknown';
  if (known.kind !== 'other' && (readable || space === 'margin'))
    return { own: known, compared: readable ? known : null, probes: 0 };
  return { own: null, compared: null, probes: 1 };
}

/** Any model: all coalitions. */
export async function byEnumeration(known: Known | Opaque, space: Space, input: Input): Promise<Answer> {
  const { x, rows, first, planned, features, background, backgroundRows, progress } = input;
  const { evaluate, names, close, compared, probes } = await asFunction(known, space, input);
  try {
    limitValues(planned, features.length, names.length);
    if (input.interactions) limitInteractions(planned, features.length, names.length);
    const found = await enumerate(
      evaluate,
      features.length,
      names.length,
      x,
      rows,
      background!,
      backgroundRows,
      progress,
      input.interactions,
      planned,
    );
    return {
      values: found.values,
      base: found.base,
      interactions: found.interactions,
      interactionAlgorithm: input.interactions ? 'enumeration' : null,
      outputs: names,
      evaluations: found.evaluations,
      additivityError: checkAdditivity(found.values, found.base, found.outputs, features.length, first),
      backgroundRowsUsed: backgroundRows,
      engine: probes > 0 ? 'onnxruntime' : 'float64',
      algorithm: 'enumeration',
      ...(compared === null
        ? { runtimeDifference: null, notes: [] }
        : await compareWithRuntime(compared, outputsOf(compared, x, rows), input)),
    };
  } finally {
    await close();
  }
}

const close = async (): Promise<void> => {};

function evaluated(known: Known, space: Space, { model, wanted }: Input): Asked {
  const all = outputNames(known, model);
  if (space === 'margin') {
    const columns = scoreColumns(known, 'margin', all, wanted);
    const evaluate: Evaluate = async (x, rows) => project(scoresOf(known, x, rows), known.link.scores, columns, true);
    return { evaluate, names: columns.map(({ name }) => name), close };
  }
  return {
    evaluate: async (x, rows) => column(outputsOf(known, x, rows), rows, wanted),
    names: pick(all, wanted),
    close,
  };
}

async function asked(
  known: Known | Opaque,
  space: Space,
  { runtime, model, features, background, wanted }: Input,
): Promise<Asked> {
  const margin = space === 'margin' && known.kind === 'other' ? known.margin?.tensor : undefined;
  const session = await openSession(runtime, model, margin);
  const release = (): Promise<void> => session.close();
  try {
    const wishes = (name: string, type: string): boolean =>
      known.kind === 'other' ? type.startsWith('float') : name === known.output;
    const port = session.outputs.find(({ name, type }) => wishes(name, type));
    if (port === undefined)
      throw new AssayError(
        'MODEL_UNSUPPORTED',
        `The model puts out no numbers that can be explained, only ${model.outputs.map((output) => `${output.name} (${output.type})`).join(', ')}: export it with its scores or probabilities.`,
      );
    const tensor = margin ?? port.name;
    const all: Evaluate = async (x, rows) =>
      finite(await session.run(feedsOf(model, features, x, rows), rows, tensor), tensor, rows);
    // How many numbers it gives for a row is seen only by asking.
    const probe = await all(background!.subarray(0, features.length), 1);
    const names =
      known.kind === 'other' ? opaqueNames(known, model, port.name, probe.length) : outputNames(known, model);
    return {
      evaluate: async (x, rows) => column(await all(x, rows), rows, wanted),
      names: pick(names, wanted),
      close: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Classes where the graph names them; of two that share one margin, the second. */
function opaqueNames(
  { labels, margin }: Opaque,
  model: Input['model'],
  output: string,
  count: number,
): readonly string[] {
  if (labels?.length === count) return labels;
  if (labels?.length === 2 && count === 1 && margin?.link === 'logistic-pair') return [labels[1]!];
  return numbered(model.metadata[METADATA.target] ?? output, count);
}

/** One column of (rows × outputs), or all. */
function column(every: Float64Array, rows: number, wanted: number | undefined): Float64Array {
  if (wanted === undefined) return every;
  const outputs = every.length / rows;
  return Float64Array.from({ length: rows }, (_, row) => every[row * outputs + wanted]!);
}

function finite({ data }: Output, output: string, rows: number): Float64Array {
  if (!(data instanceof Float64Array)) throw new AssayError('MODEL_UNSUPPORTED', `The output “${output}” holds text.`);
  if (data.length % rows !== 0)
    throw new AssayError('MODEL_UNSUPPORTED', `The output “${output}” gave ${data.length} numbers for ${rows} rows.`);
  if (!data.every(Number.isFinite))
    throw new AssayError(
      'VALUE_MISSING',
      `The output “${output}” is not a finite number for some rows: is a value missing or out of range?`,
    );
  return data;
}

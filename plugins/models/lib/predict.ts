import type { TableData, Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import {
  describedFeatures,
  featuresFor,
  feedsOf,
  inputMatrix,
  METADATA,
  selectFeatures,
} from '#common/onnx/features.ts';
import { featuresOf, outputsOf, recognise } from '#common/onnx/known.ts';
import { type OnnxModel, type Port } from '#common/onnx/model.ts';
import { openSession, type Runtime } from '#common/onnx/session.ts';
import { runnable } from '#common/onnx/surgery.ts';

export interface Predictions {
  /** [rows] for one number a row, else [rows, numbers]. */
  readonly values: Tensor<Float64Array>;
  /** What the numbers are: class labels, or the target's name. */
  readonly outputs: readonly string[];
  /** Most probable class of each row; null for a regressor. */
  readonly labels: readonly string[] | null;
  /** The graph's output that was read. */
  readonly output: string;
  readonly engine: 'onnxruntime' | 'float64';
}

/** Rows that go through the runtime at once. */
const BATCH = 4096;

/**
 * Puts a table through a model.
 *
 * @param wanted a graph output by name; the first of float numbers when absent
 * @param engine `float64` sums trees and linear models itself, with the same bits on every machine
 * @throws COLUMNS_MISMATCH, COLUMN_UNFIT, MODEL_UNSUPPORTED, MODEL_FAILED, INPUT_INVALID
 */
export async function predict(
  runtime: Runtime,
  model: OnnxModel,
  table: TableData,
  wanted: string | undefined,
  engine: 'onnxruntime' | 'float64',
  onBatch: (done: number) => void,
): Promise<Predictions> {
  const known = recognise(model, describedFeatures(model)?.length ?? table.columns.length);
  const features = featuresFor(model, [table], known.kind === 'other' ? null : featuresOf(known));
  const x = inputMatrix(model, selectFeatures(table, features), features);
  const { rows } = table;
  const result = (data: Float64Array, count: number, output: string): Predictions => {
    const named = known.kind === 'other' ? numbersOf(model) : known.output;
    const names = output === named && known.labels?.length === count ? known.labels : null;
    return {
      values: { $: 'tensor', shape: count === 1 ? [rows] : [rows, count], data },
      outputs: names ?? nameOutputs(model, output, count),
      labels:
        names === null ? null : Array.from({ length: rows }, (_, row) => names[largest(data, row * count, count)]!),
      output,
      engine,
    };
  };
  if (engine === 'float64') {
    if (known.kind === 'other' || known.link.name === 'unknown')
      throw new AssayError(
        'MODEL_UNSUPPORTED',
        `The float64 engine can’t evaluate this model: ${known.kind === 'other' ? known.reason : 'its link is unknown'}.`,
      );
    if (wanted !== undefined && wanted !== known.output)
      throw new AssayError('INPUT_INVALID', `The float64 engine gives the output “${known.output}” only.`, {
        where: '/output',
      });
    return result(outputsOf(known, x, rows), known.link.outputs, known.output);
  }
  const session = await openSession(runtime, model).catch((error: unknown) => {
    if (known.kind === 'other' || known.link.name === 'unknown' || !(error instanceof AssayError)) throw error;
    throw new AssayError('MODEL_FAILED', `${error.message} The engine "float64" can evaluate this model.`, {
      cause: error,
    });
  });
  try {
    const port = choose(session.outputs, wanted, known.kind === 'other' ? undefined : known.output);
    const parts: Float64Array[] = [];
    for (let start = 0; start < rows; start += BATCH) {
      const some = Math.min(BATCH, rows - start);
      const part = x.subarray(start * features.length, (start + some) * features.length);
      const { data } = await session.run(feedsOf(model, features, part, some), some, port.name);
      if (!(data instanceof Float64Array))
        throw new AssayError('INPUT_INVALID', `The output “${port.name}” holds text; choose one of numbers.`, {
          where: '/output',
        });
      if (data.length % some !== 0)
        throw new AssayError(
          'MODEL_UNSUPPORTED',
          `The output “${port.name}” gave ${data.length} numbers for ${some} rows.`,
        );
      parts.push(data);
      onBatch(start + some);
    }
    const count = rows === 0 ? (port.shape[1] ?? 1) : parts[0]!.length / Math.min(BATCH, rows);
    return result(join(parts), count, port.name);
  } finally {
    await session.close();
  }
}

/** The output of numbers that comes first, by the name that a session gives it. */
const numbersOf = (model: OnnxModel): string | undefined =>
  runnable(model).outputs.find(({ type }) => type.startsWith('float'))?.name;

function choose(ports: readonly Port[], wanted: string | undefined, natural: string | undefined): Port {
  const name = wanted ?? natural;
  const port =
    name === undefined
      ? (ports.find(({ type }) => type.startsWith('float')) ?? ports[0])
      : ports.find((p) => p.name === name);
  if (port === undefined)
    throw new AssayError(
      'INPUT_INVALID',
      `There is no output “${name}”; the model has ${ports.map((p) => p.name).join(', ')}.`,
      { where: '/output' },
    );
  return port;
}

function nameOutputs({ metadata }: OnnxModel, output: string, count: number): readonly string[] {
  if (count === 1) return [metadata[METADATA.target] ?? output];
  return Array.from({ length: count }, (_, k) => `${output}[${k}]`);
}

function join(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function largest(data: Float64Array, start: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++) if (data[start + k]! > data[start + best]!) best = k;
  return best;
}

import { AssayError } from '#common/errors.ts';
import { attributesOf } from './attributes.ts';
import type { OnnxModel, Port } from './model.ts';
import { runnable, withOutput } from './surgery.ts';

/** The part of onnxruntime (Node's or the browser's) that Assay uses. */
export interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<RuntimeSession>;
  };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
}
interface RuntimeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  dispose?(): void;
}
interface RuntimeSession {
  run(
    feeds: Readonly<Record<string, unknown>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** Values of one graph input: numbers (rows × width) or text (rows). */
export type Feed =
  | { readonly numbers: Float64Array; readonly width: number }
  | { readonly texts: readonly string[]; readonly width: number };

export interface Output {
  readonly dims: readonly number[];
  readonly data: Float64Array | readonly string[];
}

/** A model loaded into the runtime, on one thread: sums come in one order. */
export interface Session {
  readonly outputs: readonly Port[];
  /** @throws MODEL_FAILED with what the runtime says */
  run(feeds: readonly Feed[], rows: number, output: string): Promise<Output>;
  close(): Promise<void>;
}

/**
 * @param inner a tensor inside the graph that can be read as well
 * @throws MODEL_FAILED with what the runtime says; its details say `loading`
 */
export async function openSession(runtime: Runtime, model: OnnxModel, inner?: string): Promise<Session> {
  refuseCrashes(model);
  refuseParts(model);
  const { bytes: plain, inputs, outputs, fetched } = runnable(model);
  const bytes = inner === undefined || outputs.some(({ name }) => name === inner) ? plain : withOutput(plain, inner);
  const session = await load(runtime, bytes);
  return {
    outputs,
    async run(feeds, rows, wanted) {
      const output = fetched(wanted);
      const [only] = model.inputs;
      const width = feeds[0]?.width ?? 1;
      // One list of numbers, and no axis for rows: each row by itself.
      const vector = model.inputs.length === 1 && only?.shape.length === 1 && only.shape[0] === width && width > 1;
      const size = vector
        ? 1
        : (model.inputs.find(({ shape }) => shape.length > 0 && shape[0] !== null)?.shape[0] ?? rows);
      if (size === rows || rows === 0) return once(runtime, session, inputs, feeds, rows, output);
      const parts: Output[] = [];
      for (let start = 0; start < rows; start += size) {
        const part = await once(
          runtime,
          session,
          inputs,
          feeds.map((feed) => cut(feed, start, size)),
          size,
          output,
        );
        parts.push(part);
      }
      return glued(parts, rows, size);
    },
    close: () => session.release(),
  };
}

/** Some of the runtime's own rewritings name operators that it has for float32 only: such a graph loads as it stands. @throws MODEL_FAILED */
async function load(runtime: Runtime, bytes: Uint8Array): Promise<RuntimeSession> {
  const create = (more: Readonly<Record<string, unknown>>): Promise<RuntimeSession> =>
    runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
      ...more,
    });
  return said(
    () =>
      create({}).catch((first: unknown) =>
        create({ graphOptimizationLevel: 'basic' }).catch(() => {
          throw first;
        }),
      ),
    { loading: true },
  );
}

/** @throws MODEL_UNSUPPORTED when a part of the model lies in another file: the runtime gets bytes, and sees no folder */
function refuseParts({ proto }: OnnxModel): void {
  const part = proto.graph?.initializer?.find(({ external }) => (external?.length ?? 0) > 0);
  if (part === undefined) return;
  const file = part.external?.find(({ key }) => key === 'location')?.value ?? 'another file';
  throw new AssayError(
    'MODEL_UNSUPPORTED',
    `The model keeps “${part.name}” in ${file}. Save it as one file: onnx.save(onnx.load("model.onnx"), "whole.onnx") takes the parts in.`,
  );
}

/** Onnxruntime 1.30 ends the whole process over a TreeEnsembleClassifier with one label. @throws MODEL_UNSUPPORTED */
function refuseCrashes({ proto }: OnnxModel): void {
  for (const node of proto.graph?.node ?? []) {
    if (node.opType !== 'TreeEnsembleClassifier') continue;
    const { texts, ints } = attributesOf(node);
    const labels = texts('classlabels_strings') ?? ints('classlabels_int64s') ?? [];
    if (labels.length < 2)
      throw new AssayError(
        'MODEL_UNSUPPORTED',
        `A TreeEnsembleClassifier needs two or more class labels, and this one has ${labels.length}.`,
      );
  }
}

async function once(
  runtime: Runtime,
  session: RuntimeSession,
  inputs: readonly Port[],
  feeds: readonly Feed[],
  rows: number,
  output: string,
): Promise<Output> {
  const tensors = Object.fromEntries(inputs.map((port, i) => [port.name, feedTensor(runtime, port, feeds[i]!, rows)]));
  const result = (await said(() => session.run(tensors, [output])))[output];
  if (result === undefined) throw new AssayError('MODEL_FAILED', `The runtime gave no output “${output}”.`);
  const data = result.type === 'string' ? [...(result.data as readonly string[])] : doubles(result.data);
  const { dims } = result;
  for (const tensor of [...Object.values(tensors), result]) tensor.dispose?.();
  return { dims, data };
}

/** Rows from `start` on, for a model whose batch has a fixed size; past the end the last row is repeated. */
function cut(feed: Feed, start: number, size: number): Feed {
  const pick = <T>(from: ArrayLike<T>, width: number): T[] =>
    Array.from({ length: size * width }, (_, i) => {
      const row = Math.min(start + Math.floor(i / width), from.length / width - 1);
      return from[row * width + (i % width)]!;
    });
  const { width } = feed;
  return 'texts' in feed
    ? { texts: pick(feed.texts, width), width }
    : { numbers: Float64Array.from(pick(feed.numbers, width)), width };
}

function glued(parts: readonly Output[], rows: number, size: number): Output {
  const [first] = parts;
  const each = (first?.data.length ?? 0) / size;
  const all = parts.flatMap(({ data }) => [...data]).slice(0, rows * each);
  const texts = Array.isArray(first?.data);
  const data = texts ? all.map(String) : Float64Array.from(all, Number);
  return { dims: [rows, ...(first?.dims.slice(1) ?? [])], data };
}

function doubles(data: unknown): Float64Array {
  if (data instanceof Float64Array) return data;
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)
    return new Float64Array(data);
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

const ARRAYS: Readonly<Record<string, (numbers: Float64Array) => unknown>> = {
  float32: (numbers) => new Float32Array(numbers),
  float64: (numbers) => numbers,
  int64: (numbers) => BigInt64Array.from(numbers, (value) => BigInt(Math.trunc(value))),
  int32: (numbers) => Int32Array.from(numbers),
  int16: (numbers) => Int16Array.from(numbers),
  int8: (numbers) => Int8Array.from(numbers),
  uint64: (numbers) => BigUint64Array.from(numbers, (value) => BigInt(Math.trunc(value))),
  uint32: (numbers) => Uint32Array.from(numbers),
  uint16: (numbers) => Uint16Array.from(numbers),
  uint8: (numbers) => Uint8Array.from(numbers),
  bool: (numbers) => Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1)),
};

function feedTensor(runtime: Runtime, port: Port, feed: Feed, rows: number): RuntimeTensor {
  const flat = port.shape.length === 1;
  if (flat && feed.width > 1 && !(rows === 1 && port.shape[0] === feed.width))
    throw new AssayError(
      'COLUMNS_MISMATCH',
      `The input “${port.name}” takes ${port.shape[0] === null ? 'one number of each row' : `a list of ${port.shape[0]} numbers`}, and the table has ${feed.width} columns.`,
      { where: port.name },
    );
  if ('texts' in feed) return new runtime.Tensor('string', feed.texts, flat ? [rows * feed.width] : [rows, feed.width]);
  const make = ARRAYS[port.type];
  if (make === undefined)
    throw new AssayError('MODEL_UNSUPPORTED', `The input “${port.name}” takes ${port.type}, which Assay doesn’t feed.`);
  if (!port.type.startsWith('float') && feed.numbers.some(Number.isNaN))
    throw new AssayError('VALUE_MISSING', `The input “${port.name}” takes ${port.type}: a value is missing.`, {
      where: port.name,
    });
  return new runtime.Tensor(
    port.type,
    make(feed.numbers),
    flat ? [rows * feed.width] : [rows, ...axesOf(port, feed.width)],
  );
}

/** The axes after the first that so many columns fill: where an input has more than one, its last columns vary fastest. @throws COLUMNS_MISMATCH */
function axesOf({ name, shape }: Port, width: number): readonly number[] {
  if (shape.length <= 2) return [width];
  const [, ...axes] = shape;
  const known = axes.reduce<number>((size, axis) => size * (axis ?? 1), 1);
  const open = axes.filter((axis) => axis === null).length;
  const whole = axes.map((axis) => axis ?? width / known);
  if (open > 1 || whole.reduce((size, axis) => size * axis, 1) !== width || !whole.every(Number.isInteger))
    throw new AssayError(
      'COLUMNS_MISMATCH',
      `The input “${name}” takes rows of ${axes.map((axis) => axis ?? '?').join(' × ')} numbers, and ${width} columns don’t fill them.`,
      { where: name },
    );
  return whole;
}

async function said<T>(run: () => Promise<T>, details?: Readonly<Record<string, unknown>>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    const text = (cause instanceof Error ? cause.message : String(cause))
      .replaceAll(/\/onnxruntime_src\/\S+:\d+ ?/g, '')
      .replace(/^\w+ onnxruntime::.*\) (?=[A-Z])/su, '')
      .replace(/onnxruntime::\S*Status .* was false\. /su, '')
      .slice(0, 400)
      .trim();
    throw new AssayError('MODEL_FAILED', `onnxruntime says: ${text}`, {
      cause,
      ...(details === undefined ? {} : { details }),
    });
  }
}

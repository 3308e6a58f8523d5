import { AssayError } from '../errors.ts';
import type { OnnxModel, Port } from './model.ts';
import { FIELD, NODE, VALUE_INFO } from './schema.ts';
import { FLOAT32, valueInfo } from './build.ts';
import { bytesField, decode, encode, rawFields, type RawField } from './wire.ts';

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
export type Feed = { readonly numbers: Float64Array; readonly width: number } | { readonly texts: readonly string[] };

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

/** @throws MODEL_FAILED with what the runtime says */
export async function openSession(runtime: Runtime, model: OnnxModel): Promise<Session> {
  const { bytes, outputs } = withoutZipMap(model);
  const session = await said(() =>
    runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
    }),
  );
  return {
    outputs,
    async run(feeds, rows, output) {
      const tensors = Object.fromEntries(
        model.inputs.map((port, i) => [port.name, feedTensor(runtime, port, feeds[i]!, rows)]),
      );
      const result = (await said(() => session.run(tensors, [output])))[output];
      if (result === undefined) throw new AssayError('MODEL_FAILED', `The runtime gave no output “${output}”.`);
      const data = result.type === 'string' ? [...(result.data as readonly string[])] : doubles(result.data);
      const { dims } = result;
      for (const tensor of [...Object.values(tensors), result]) tensor.dispose?.();
      return { dims, data };
    },
    close: () => session.release(),
  };
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
  uint8: (numbers) => Uint8Array.from(numbers),
  bool: (numbers) => Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1)),
};

function feedTensor(runtime: Runtime, port: Port, feed: Feed, rows: number): RuntimeTensor {
  const flat = port.shape.length === 1;
  if ('texts' in feed) return new runtime.Tensor('string', feed.texts, flat ? [rows] : [rows, 1]);
  const make = ARRAYS[port.type];
  if (make === undefined)
    throw new AssayError('MODEL_UNSUPPORTED', `The input “${port.name}” takes ${port.type}, which Assay doesn’t feed.`);
  if (!port.type.startsWith('float') && feed.numbers.some(Number.isNaN))
    throw new AssayError('VALUE_MISSING', `The input “${port.name}” takes ${port.type}: a value is missing.`, {
      where: port.name,
    });
  return new runtime.Tensor(port.type, make(feed.numbers), flat ? [rows] : [rows, feed.width]);
}

async function said<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    const text = (cause instanceof Error ? cause.message : String(cause))
      .replaceAll(/\/onnxruntime_src\/\S+:\d+ ?/g, '')
      .slice(0, 400);
    throw new AssayError('MODEL_FAILED', `onnxruntime says: ${text}`, { cause });
  }
}

/**
 * A ZipMap turns probabilities into a list of dictionaries, which the runtime can't hand to JavaScript: it is taken out and its input made
 * the output. All other bytes of the file stay as they are.
 */
function withoutZipMap(model: OnnxModel): { bytes: Uint8Array; outputs: readonly Port[] } {
  const zips = new Map<string, string>();
  for (const { opType, input, output } of model.proto.graph?.node ?? [])
    if (opType === 'ZipMap') zips.set(output?.[0] ?? '', input?.[0] ?? '');
  if (zips.size === 0) return { bytes: model.bytes, outputs: model.outputs };
  const graph = (bytes: Uint8Array): Uint8Array =>
    concat(
      rawFields(bytes).flatMap(({ field, raw, body }) => {
        if (field === FIELD.graphNode && body !== null && decode(NODE, body).opType === 'ZipMap') return [];
        if (field !== FIELD.graphOutput || body === null) return [raw];
        const source = zips.get(decode(VALUE_INFO, body).name ?? '');
        return [
          source === undefined
            ? raw
            : bytesField(field, encode(VALUE_INFO, valueInfo(source, FLOAT32, ['rows', 'classes']))),
        ];
      }),
    );
  const swap = ({ field, raw, body }: RawField): Uint8Array =>
    field === FIELD.modelGraph && body !== null ? bytesField(field, graph(body)) : raw;
  const outputs = model.outputs.map((port) => {
    const source = zips.get(port.name);
    return source === undefined ? port : { name: source, type: 'float32', shape: [null, null] };
  });
  return { bytes: concat(rawFields(model.bytes).map(swap)), outputs };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

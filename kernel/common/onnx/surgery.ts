import { concatBytes } from '#common/bytes.ts';
import { FLOAT32, node, valueInfo } from './build.ts';
import type { OnnxModel, Port } from './model.ts';
import { FIELD, NODE, VALUE_INFO } from './schema.ts';
import { bytesField, changed, decode, encode, rawFields } from './wire.ts';

/** A model as the runtime can take it from JavaScript and hand back what it gives. */
interface Runnable {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  /** By the names that the file has. */
  readonly outputs: readonly Port[];
  /** What an output is called in `bytes`. */
  fetched(output: string): string;
}

/**
 * A ZipMap turns probabilities into a list of dictionaries, which the runtime can't hand to JavaScript: it is taken out and its input made
 * the output. Numbers of 16 bits can't be handed over either: they go in and out as float32, through a Cast. All other bytes of the file stay as they are.
 */
export function runnable(model: OnnxModel): Runnable {
  const zips = new Map<string, string>();
  for (const { opType, input, output } of model.proto.graph?.node ?? [])
    if (opType === 'ZipMap') zips.set(output?.[0] ?? '', input?.[0] ?? '');
  const wide = (port: Port): Port =>
    port.type === 'float16' ? { ...port, name: wideName(port.name), type: 'float32' } : port;
  const inputs = model.inputs.map(wide);
  const outputs = model.outputs.map((port) => {
    const source = zips.get(port.name);
    return source === undefined
      ? { ...wide(port), name: port.name }
      : { name: source, type: 'float32', shape: [null, null] };
  });
  const narrow = (ports: readonly Port[]): readonly Port[] => ports.filter(({ type }) => type === 'float16');
  const [takes, gives] = [narrow(model.inputs), narrow(model.outputs)];
  if (zips.size === 0 && takes.length + gives.length === 0)
    return { bytes: model.bytes, inputs, outputs, fetched: (output) => output };
  const casts = [
    ...takes.map(({ name }) => node('Cast', [wideName(name)], [name], { to: { i: FLOAT16 } })),
    ...gives.map(({ name }) => node('Cast', [name], [wideName(name)], { to: { i: FLOAT32 } })),
  ].map((cast) => bytesField(FIELD.graphNode, encode(NODE, cast)));
  const ports = new Map<string, Port>([...takes, ...gives].map((port) => [port.name, wide(port)]));
  const graph = (bytes: Uint8Array): Uint8Array => {
    const fields = rawFields(bytes).flatMap(({ field, raw, body }) => {
      if (body === null) return [raw];
      if (field === FIELD.graphNode && decode(NODE, body).opType === 'ZipMap') return [];
      if (field !== FIELD.graphOutput && field !== FIELD.graphInput) return [raw];
      const { name = '' } = decode(VALUE_INFO, body);
      const source = field === FIELD.graphOutput ? zips.get(name) : undefined;
      if (source !== undefined) return [portField(field, { name: source, shape: [null, null] })];
      const port = ports.get(name);
      return [port === undefined ? raw : portField(field, port)];
    });
    return concatBytes([...casts.slice(0, takes.length), ...fields, ...casts.slice(takes.length)]);
  };
  const fetched = (output: string): string => (gives.some(({ name }) => name === output) ? wideName(output) : output);
  return { bytes: changed(model.bytes, FIELD.modelGraph, graph), inputs, outputs, fetched };
}

const FLOAT16 = 10;
const wideName = (name: string): string => `${name}:float32`;

const portField = (field: number, { name, shape }: Pick<Port, 'name' | 'shape'>): Uint8Array =>
  bytesField(
    field,
    encode(
      VALUE_INFO,
      valueInfo(
        name,
        FLOAT32,
        shape.map((size, axis) => size ?? `axis${axis}`),
      ),
    ),
  );

/** Makes a tensor inside the graph one of its outputs. */
export function withOutput(bytes: Uint8Array, name: string): Uint8Array {
  const output = bytesField(FIELD.graphOutput, encode(VALUE_INFO, { name }));
  return changed(bytes, FIELD.modelGraph, (graph) => concatBytes([graph, output]));
}

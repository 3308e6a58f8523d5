import {
  ATTRIBUTE_TYPE,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
  MODEL,
} from './schema.ts';
import { encode } from './wire.ts';

export interface ModelParts {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly initializers?: readonly TensorProto[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Versions by domain; '' is ai.onnx. */
  readonly opsets?: Readonly<Record<string, number>>;
  readonly producer?: { readonly name: string; readonly version: string };
}

const OPSETS = { '': 21, 'ai.onnx.ml': 3 };

/** An ONNX file. The same parts give the same bytes. */
export function buildModel(parts: ModelParts): Uint8Array {
  return encode(MODEL, {
    irVersion: 10,
    ...(parts.producer === undefined
      ? {}
      : { producerName: parts.producer.name, producerVersion: parts.producer.version }),
    graph: {
      node: parts.nodes,
      name: parts.name,
      initializer: parts.initializers ?? [],
      input: parts.inputs,
      output: parts.outputs,
    },
    opsetImport: Object.entries(parts.opsets ?? OPSETS).map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(parts.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
}

/** What an attribute may hold: text, whole numbers, float32s (as Float32Array), tensors. */
export type AttributeValue =
  | string
  | { readonly i: number }
  | { readonly f: number }
  | TensorProto
  | readonly string[]
  | Float32Array
  | Int32Array
  | readonly number[];

/** A node with its attributes by name: arrays of numbers are ints, Float32Array floats. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto {
  return {
    input,
    output,
    name: `${opType}_${output[0]}`,
    opType,
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    domain,
  };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'string') return { name, s: utf8(value), type: ATTRIBUTE_TYPE.s };
  if (value instanceof Float32Array) return { name, floats: [...value], type: ATTRIBUTE_TYPE.floats };
  if (value instanceof Int32Array) return { name, ints: [...value], type: ATTRIBUTE_TYPE.ints };
  if ('i' in value) return { name, i: value.i, type: ATTRIBUTE_TYPE.i };
  if ('f' in value) return { name, f: value.f, type: ATTRIBUTE_TYPE.f };
  if (!Array.isArray(value)) return { name, t: value as TensorProto, type: ATTRIBUTE_TYPE.t };
  if (typeof value[0] === 'string')
    return { name, strings: value.map((text) => utf8(String(text))), type: ATTRIBUTE_TYPE.strings };
  return { name, ints: value as readonly number[], type: ATTRIBUTE_TYPE.ints };
}

/** TensorProto.DataType numbers of the tensors that Assay writes. */
export const FLOAT32 = 1;
export const INT64 = 7;
export const STRING = 8;
export const FLOAT64 = 11;

/** A graph input or output; a dimension by name is left open. */
export function valueInfo(name: string, elemType: number, dims: readonly (number | string)[]): ValueInfoProto {
  const shape = { dims: dims.map((dim) => (typeof dim === 'number' ? { value: dim } : { param: dim })) };
  return { name, type: { tensor: { elemType, shape } } };
}

/** A float32 constant of the graph. */
export function floatTensor(name: string, dims: readonly number[], values: Iterable<number>): TensorProto {
  return { name, dims, dataType: FLOAT32, floats: [...values] };
}

export function doubleTensor(name: string, dims: readonly number[], values: Iterable<number>): TensorProto {
  return { name, dims, dataType: FLOAT64, doubles: [...values] };
}

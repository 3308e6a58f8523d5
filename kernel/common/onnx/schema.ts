import type { Message } from './wire.ts';

/**
 * The messages of onnx.proto that Assay reads and writes: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Subgraphs, training
 * information and functions are left out: they are skipped when read.
 */
const ENTRY = { key: [1, 'string'], value: [2, 'string'] } as const;
const DIM = { value: [1, 'int'], param: [2, 'string'] } as const;
const SHAPE = { dims: [1, [DIM]] } as const;
const TENSOR_TYPE = { elemType: [1, 'int'], shape: [2, SHAPE] } as const;
const OTHER_TYPE = {} as const;
const TYPE = { tensor: [1, TENSOR_TYPE], sequence: [4, OTHER_TYPE], map: [5, OTHER_TYPE] } as const;
const VALUE_INFO = { name: [1, 'string'], type: [2, TYPE], doc: [3, 'string'] } as const;

const TENSOR = {
  dims: [1, 'ints'],
  dataType: [2, 'int'],
  floats: [4, 'floats'],
  int32s: [5, 'ints'],
  strings: [6, 'blobs'],
  int64s: [7, 'ints'],
  name: [8, 'string'],
  raw: [9, 'bytes'],
  doubles: [10, 'doubles'],
  external: [13, [ENTRY]],
} as const;

const ATTRIBUTE = {
  name: [1, 'string'],
  f: [2, 'float'],
  i: [3, 'int'],
  s: [4, 'bytes'],
  t: [5, TENSOR],
  floats: [7, 'floats'],
  ints: [8, 'ints'],
  strings: [9, 'blobs'],
  type: [20, 'int'],
} as const;

const NODE = {
  input: [1, 'strings'],
  output: [2, 'strings'],
  name: [3, 'string'],
  opType: [4, 'string'],
  attribute: [5, [ATTRIBUTE]],
  domain: [7, 'string'],
} as const;

const GRAPH = {
  node: [1, [NODE]],
  name: [2, 'string'],
  initializer: [5, [TENSOR]],
  doc: [10, 'string'],
  input: [11, [VALUE_INFO]],
  output: [12, [VALUE_INFO]],
} as const;

export const MODEL = {
  irVersion: [1, 'int'],
  producerName: [2, 'string'],
  producerVersion: [3, 'string'],
  domain: [4, 'string'],
  modelVersion: [5, 'int'],
  doc: [6, 'string'],
  graph: [7, GRAPH],
  opsetImport: [8, [{ domain: [1, 'string'], version: [2, 'int'] }]],
  metadataProps: [14, [ENTRY]],
} as const;

export type ModelProto = Message<typeof MODEL>;
export type NodeProto = Message<typeof NODE>;
export type AttributeProto = Message<typeof ATTRIBUTE>;
export type TensorProto = Message<typeof TENSOR>;
export type ValueInfoProto = Message<typeof VALUE_INFO>;

/** Field numbers that graph surgery needs. */
export const FIELD = { modelGraph: 7, graphNode: 1, graphInitializer: 5, graphInput: 11, graphOutput: 12 } as const;
export { NODE, TENSOR, VALUE_INFO };

/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7, strings: 8 } as const;

/** TensorProto.DataType, by number. */
export const ELEMENT_TYPES = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
} as const;

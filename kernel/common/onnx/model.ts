import { AssayError } from '#common/errors.ts';
import { ELEMENT_TYPES, MODEL, type ModelProto, type ValueInfoProto } from './schema.ts';
import { decode } from './wire.ts';

/** A graph input or output. */
export interface Port {
  readonly name: string;
  /** Element type of a tensor, else `sequence` or `map`. */
  readonly type: string;
  /** Dimensions; null where the file leaves one open. */
  readonly shape: readonly (number | null)[];
}

/** Columns that an input takes, when it is one of several: more axes than two are filled in order. */
export const widthOf = ({ shape }: Port): number =>
  shape.slice(1).reduce<number>((size, axis) => size * (axis ?? 1), 1);

export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly proto: ModelProto;
  /** Inputs that a caller gives: initializers are not among them. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws MODEL_INVALID when the bytes are no ONNX model */
export function readModel(bytes: Uint8Array): OnnxModel {
  let proto: ModelProto;
  try {
    proto = decode(MODEL, bytes);
  } catch (cause) {
    throw new AssayError('MODEL_INVALID', `These ${bytes.length} bytes are no ONNX model.`, { cause });
  }
  const { graph } = proto;
  if (graph === undefined || (graph.node?.length ?? 0) === 0 || (graph.output?.length ?? 0) === 0)
    throw new AssayError('MODEL_INVALID', `These ${bytes.length} bytes hold no ONNX graph.`);
  const constants = new Set(graph.initializer?.map(({ name }) => name));
  return {
    bytes,
    proto,
    inputs: (graph.input ?? []).filter(({ name }) => !constants.has(name)).map(portOf),
    outputs: (graph.output ?? []).map(portOf),
    metadata: Object.fromEntries((proto.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
  };
}

function portOf({ name, type }: ValueInfoProto): Port {
  const tensor = type?.tensor;
  if (tensor === undefined)
    return {
      name: name ?? '',
      type: type?.map !== undefined ? 'map' : type?.sequence !== undefined ? 'sequence' : 'unknown',
      shape: [],
    };
  const known = ELEMENT_TYPES[(tensor.elemType ?? 0) as keyof typeof ELEMENT_TYPES];
  return {
    name: name ?? '',
    type: known ?? `type ${tensor.elemType}`,
    shape: tensor.shape?.dims?.map(({ value }) => (value === undefined || value <= 0 ? null : value)) ?? [],
  };
}

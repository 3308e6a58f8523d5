import { AssayError } from '#common/errors.ts';
import { ATTRIBUTE_TYPE, type AttributeProto, ELEMENT_TYPES, type NodeProto, type TensorProto } from './schema.ts';

/** Typed access to a node's attributes; what is absent reads as undefined. */
export interface Attributes {
  text(name: string): string | undefined;
  int(name: string): number | undefined;
  float(name: string): number | undefined;
  ints(name: string): readonly number[] | undefined;
  texts(name: string): readonly string[] | undefined;
  /** Numbers from `name_as_tensor` or a tensor `name` (any numeric type), else from the float32s in `name`. */
  numbers(name: string): readonly number[] | undefined;
  /** The element type of a tensor of numbers; null when there is none. */
  tensorType(name: string): string | null;
}

export function attributesOf(node: NodeProto): Attributes {
  const byName = new Map(node.attribute?.map((attribute) => [attribute.name, attribute]));
  const utf8 = new TextDecoder();
  return {
    text: (name) => {
      const value = byName.get(name)?.s;
      return value === undefined ? undefined : utf8.decode(value);
    },
    int: (name) => byName.get(name)?.i ?? zero(byName.get(name), ATTRIBUTE_TYPE.i),
    float: (name) => byName.get(name)?.f ?? zero(byName.get(name), ATTRIBUTE_TYPE.f),
    ints: (name) => byName.get(name)?.ints ?? tensorOf(byName.get(name)?.t),
    texts: (name) => byName.get(name)?.strings?.map(decoder()),
    numbers: (name) =>
      tensorOf(byName.get(`${name}_as_tensor`)?.t) ?? tensorOf(byName.get(name)?.t) ?? byName.get(name)?.floats,
    tensorType: (name) => {
      const tensor = byName.get(name)?.t;
      if (tensor === undefined || !readable(tensor)) return null;
      return ELEMENT_TYPES[tensor.dataType as keyof typeof ELEMENT_TYPES];
    },
  };
}

/** Texts alike are one array of bytes (wire.ts): each is decoded once. */
function decoder(): (bytes: Uint8Array) => string {
  const utf8 = new TextDecoder();
  const known = new Map<Uint8Array, string>();
  return (bytes) => {
    const text = known.get(bytes) ?? utf8.decode(bytes);
    known.set(bytes, text);
    return text;
  };
}

/** Writers may leave a number out that is 0. */
const zero = (attribute: AttributeProto | undefined, type: number): 0 | undefined =>
  attribute?.type === type ? 0 : undefined;

/**
 * A tensor's numbers, whichever of its fields holds them.
 *
 * @throws MODEL_UNSUPPORTED when they lie in another file or are of a type without numbers
 */
export function tensorOf(tensor: TensorProto | undefined): readonly number[] | undefined {
  if (tensor === undefined) return undefined;
  const where = tensor.name ?? '';
  if ((tensor.external?.length ?? 0) > 0)
    throw new AssayError(
      'MODEL_UNSUPPORTED',
      `The tensor “${where}” lies in another file; save the model as one file.`,
    );
  if (tensor.raw !== undefined) return rawNumbers(tensor.raw, tensor.dataType ?? 0, where);
  return tensor.floats ?? tensor.doubles ?? tensor.int64s ?? tensor.int32s ?? [];
}

/** Whether `tensorOf` can read a tensor of this type. Numbers of 16 bits it can't: who reckons with those rounds as the runtime does. */
export const readable = ({ dataType }: TensorProto): boolean =>
  ELEMENT_TYPES[dataType as keyof typeof ELEMENT_TYPES] in READERS;

const READERS: Readonly<Record<string, readonly [number, (view: DataView, at: number) => number]>> = {
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float64: [8, (view, at) => view.getFloat64(at, true)],
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  int32: [4, (view, at) => view.getInt32(at, true)],
  int16: [2, (view, at) => view.getInt16(at, true)],
  int8: [1, (view, at) => view.getInt8(at)],
  uint64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  uint32: [4, (view, at) => view.getUint32(at, true)],
  uint16: [2, (view, at) => view.getUint16(at, true)],
  uint8: [1, (view, at) => view.getUint8(at)],
  bool: [1, (view, at) => view.getUint8(at)],
};

function rawNumbers(raw: Uint8Array, dataType: number, where: string): number[] {
  const name = ELEMENT_TYPES[dataType as keyof typeof ELEMENT_TYPES];
  const reader = READERS[name];
  if (reader === undefined)
    throw new AssayError(
      'MODEL_UNSUPPORTED',
      `The tensor “${where}” holds ${name ?? `type ${dataType}`}, which Assay doesn’t read.`,
    );
  const [size, read] = reader;
  if (raw.length % size !== 0) throw new AssayError('MODEL_INVALID', `The tensor “${where}” is cut.`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from({ length: raw.length / size }, (_, i) => read(view, i * size));
}

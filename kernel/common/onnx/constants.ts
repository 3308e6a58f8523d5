import { attributesOf, readable, tensorOf } from './attributes.ts';
import { graphOf } from './graph.ts';
import type { OnnxModel } from './model.ts';
import type { NodeProto } from './schema.ts';

/** A tensor that the file itself holds. */
export interface Constant {
  readonly dims: readonly number[];
  readonly data: readonly number[];
  readonly double: boolean;
}

const FLOAT64 = 11;

/** The numbers behind a name: an initializer's or a Constant node's; null when it is neither, or holds no numbers. */
export function constantOf(model: OnnxModel, name: string | undefined): Constant | null {
  if (name === undefined) return null;
  const { initializers, makers } = graphOf(model);
  const maker = makers.get(name);
  const tensor =
    initializers.get(name) ??
    (maker?.opType === 'Constant' ? maker.attribute?.find((item) => item.name === 'value')?.t : undefined);
  if (tensor === undefined || (tensor.external?.length ?? 0) > 0 || !readable(tensor)) return null;
  const data = tensorOf(tensor) ?? [];
  const dims = tensor.dims ?? [];
  if (data.length !== dims.reduce((size, dim) => size * dim, 1)) return null;
  return { dims, data, double: tensor.dataType === FLOAT64 };
}

/** A constant that acts on each column of (rows × columns) alike for all rows: one number for each column, or one for all; else null. */
export function perColumn({ dims, data }: Constant): ((column: number) => number) | null {
  if (data.length === 1) return () => data[0]!;
  if (dims.slice(0, -1).some((dim) => dim !== 1)) return null;
  return (column) => data[column] ?? NaN;
}

/** The columns that an ArrayFeatureExtractor, Gather or Slice takes out of (rows × columns), by number from 0; null for other nodes. */
export function chosenOf(node: NodeProto, model: OnnxModel): readonly number[] | null {
  const attributes = attributesOf(node);
  const input = (at: number): readonly number[] | undefined => constantOf(model, node.input?.[at])?.data;
  switch (node.opType) {
    case 'ArrayFeatureExtractor':
      return input(1) ?? null;
    case 'Gather':
      return [1, -1].includes(attributes.int('axis') ?? 0) ? (input(1)?.every((k) => k >= 0) ? input(1)! : null) : null;
    case 'Slice': {
      const list = (name: string, at: number): readonly number[] | undefined => attributes.ints(name) ?? input(at);
      const [starts, ends, axes, steps] = [
        list('starts', 1),
        list('ends', 2),
        list('axes', 3),
        list('steps', 4) ?? [1],
      ];
      if (starts?.length !== 1 || ends?.length !== 1 || axes?.length !== 1 || steps.some((step) => step !== 1))
        return null;
      const [start, end] = [starts[0]!, ends[0]!];
      if (![1, -1].includes(axes[0]!) || start < 0 || end < start || end - start > 4096) return null;
      return Array.from({ length: end - start }, (_, k) => start + k);
    }
    default:
      return null;
  }
}

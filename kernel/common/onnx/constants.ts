import { tensorOf } from './attributes.ts';
import type { OnnxModel } from './model.ts';

/** A tensor that the file itself holds. */
export interface Constant {
  readonly dims: readonly number[];
  readonly data: readonly number[];
  readonly double: boolean;
}

const FLOAT64 = 11;

/** The numbers behind a name: an initializer's or a Constant node's; null when it is neither, or holds no numbers. */
export function constantOf({ proto }: OnnxModel, name: string | undefined): Constant | null {
  const maker = proto.graph?.node?.find(({ opType, output }) => opType === 'Constant' && output?.[0] === name);
  const tensor =
    proto.graph?.initializer?.find((item) => item.name === name) ??
    maker?.attribute?.find((item) => item.name === 'value')?.t;
  if (tensor === undefined || (tensor.external?.length ?? 0) > 0) return null;
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

import { attributesOf } from './attributes.ts';
import { type Constant, perColumn } from './constants.ts';
import type { NodeProto } from './schema.ts';
import { type Source, type Step, through } from './source.ts';

/** Towards zero; what is no whole number of 64 bits becomes the least of them, as the processors of most machines have it. */
const whole: Step = (value) => (Math.abs(value) < 2 ** 63 ? Math.trunc(value) : -(2 ** 63));

const FLOATS: Readonly<Record<number, string>> = { 1: 'float32', 11: 'float64' };

/** Steps that make a number of a number, column by column, as the runtime makes it; null for all others. */
export function stepOf(node: NodeProto, input: Source, constants: readonly (Constant | null)[]): Source | null {
  const attributes = attributesOf(node);
  const each = (name: string): ((j: number) => number) | null => {
    const list = attributes.numbers(name);
    return list === undefined ? null : (j) => list[list.length === 1 ? 0 : j] ?? NaN;
  };
  const unary = UNARY[node.opType ?? ''];
  if (unary !== undefined && input.type.startsWith('float')) {
    const round = input.type === 'float64' ? (value: number): number => value : Math.fround;
    return through(input, input.type, () => (v) => round(unary(v)));
  }
  switch (node.opType) {
    case 'Cast': {
      if ([6, 7].includes(attributes.int('to') ?? 0)) return through(input, 'int64', () => whole);
      const type = FLOATS[attributes.int('to') ?? 0];
      if (type === undefined) return null;
      return type === 'float64' || input.type === 'float32'
        ? { ...input, type }
        : through(input, type, () => Math.fround);
    }
    case 'Scaler': {
      const [offset, scale] = [each('offset'), each('scale')];
      if (offset === null || scale === null) return null;
      const round = input.type === 'float64' ? (value: number): number => value : Math.fround;
      return through(input, 'float32', (j) => (v) => Math.fround(round(round(v) - offset(j)) * scale(j)));
    }
    case 'Imputer': {
      const fill = each('imputed_value_floats') ?? each('imputed_value_int64s');
      const absent = attributes.float('replaced_value_float') ?? attributes.int('replaced_value_int64') ?? 0;
      if (fill === null || attributes.texts('imputed_value_strings') !== undefined) return null;
      const missing = (v: number): boolean => (Number.isNaN(absent) ? Number.isNaN(v) : v === absent);
      return through(input, input.type, (j) => (v) => (missing(v) ? fill(j) : v));
    }
    case 'Clip': {
      const bound = (at: number, name: string, open: number): number | undefined =>
        node.input?.[at] ? constants[at]?.data[0] : (attributes.float(name) ?? open);
      const [low, high] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
      if (low === undefined || high === undefined || !input.type.startsWith('float')) return null;
      return through(input, input.type, () => (v) => Math.min(Math.max(v, low), high));
    }
    case 'Binarizer': {
      const threshold = attributes.float('threshold') ?? 0;
      return through(input, input.type, () => (v) => (v > threshold ? 1 : 0));
    }
    default:
      return arithmetic(node, input, constants);
  }
}

/** Steps that every runtime rounds alike; of others the last bit may differ, and a threshold with it. */
const UNARY: Readonly<Record<string, Step>> = {
  Neg: (v) => -v,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sqrt: Math.sqrt,
  Reciprocal: (v) => 1 / v,
};

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

function arithmetic(node: NodeProto, input: Source, [first, second]: readonly (Constant | null)[]): Source | null {
  const operation = OPERATIONS[node.opType ?? ''];
  const constant = first ?? second;
  if (operation === undefined || constant == null || !input.type.startsWith('float')) return null;
  // A constant of more axes would make its own of the rows.
  const number = constant.dims.length > input.rank ? null : perColumn(constant);
  if (number === null || (constant.data.length > 1 && input.width !== null && constant.data.length !== input.width))
    return null;
  const round = input.type === 'float64' ? (value: number): number => value : Math.fround;
  const step = first == null ? operation : (a: number, b: number): number => operation(b, a);
  return through(input, input.type, (j) => (v) => round(step(v, number(j))));
}

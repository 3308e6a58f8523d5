import { type Attributes, attributesOf } from './attributes.ts';
import { type Constant, constantOf, perColumn } from './constants.ts';
import type { OnnxModel } from './model.ts';
import type { NodeProto } from './schema.ts';

type Step = (value: number) => number;

/** One column that a model takes: a column of the graph's inputs, sent through steps that look at nothing else. */
export interface Column {
  readonly from: number;
  readonly steps: readonly Step[];
}

/** A tensor (rows × width) made from the graph's inputs column by column. */
export interface Source {
  /** null where the file leaves it open. */
  readonly width: number | null;
  readonly type: string;
  column(j: number): Column;
}

/**
 * How the graph's inputs become what a model takes, when each column stays a column: Cast, Scaler, Imputer, Clip, Concat, Split, a choice of columns,
 * and arithmetic on one column. Such steps change no feature's share of a prediction, so trees and linear models behind them stay
 * explained exactly. Steps in float32 are rounded as the runtime rounds them.
 *
 * @param name the tensor
 * @param width columns of the data, for an input whose width the file leaves open
 * @returns a text saying why not
 */
export function sourceOf(name: string, model: OnnxModel, width: number | null): Source | string {
  const at = model.inputs.findIndex((input) => input.name === name);
  if (at >= 0) return portSource(model, at, width);
  const maker = model.proto.graph?.node?.find(({ output }) => output?.includes(name));
  if (maker === undefined) return 'nothing prepares its input';
  const says = `${maker.opType} prepares its input`;
  if (maker.opType === 'Concat' || maker.opType === 'FeatureVectorizer') return joined(maker, model, width);
  const [first, second] = maker.input ?? [];
  const constants = (maker.input ?? []).map((input) => constantOf(model, input));
  if (maker.opType === 'Split') return split(maker, name, model, width) ?? says;
  const input = sourceOf((constants[0] === null ? first : second) ?? '', model, width);
  if (typeof input === 'string') return input;
  return stepOf(maker, input, constants) ?? says;
}

function portSource(model: OnnxModel, at: number, width: number | null): Source | string {
  const port = model.inputs[at]!;
  if (port.type === 'string' || port.shape.length > 2) return 'its input is no matrix of numbers';
  const wide = (item: (typeof model.inputs)[number]): number => item.shape[1] ?? 1;
  const start = model.inputs.slice(0, at).reduce((sum, item) => sum + wide(item), 0);
  const own = model.inputs.length > 1 ? wide(port) : ((port.shape.length === 2 ? port.shape[1] : null) ?? width);
  return { width: own, type: port.type, column: (j) => ({ from: start + j, steps: [] }) };
}

function joined(node: NodeProto, model: OnnxModel, width: number | null): Source | string {
  const axis = attributesOf(node).int('axis');
  if (node.opType === 'Concat' && axis !== 1 && axis !== -1) return 'a Concat puts rows together';
  const parts: Source[] = [];
  for (const name of node.input ?? []) {
    const part = sourceOf(name, model, width);
    if (typeof part === 'string') return part;
    if (part.width === null) return 'a Concat joins inputs of open width';
    parts.push(part);
  }
  const round = node.opType === 'FeatureVectorizer' && parts.some(({ type }) => type !== 'float32');
  const columns = parts.flatMap((part) => Array.from({ length: part.width! }, (_, j) => part.column(j)));
  const whole = { width: columns.length, column: (j: number) => columns[j]! };
  return round
    ? through(whole, 'float32', () => Math.fround)
    : { ...whole, type: node.opType === 'FeatureVectorizer' ? 'float32' : (parts[0]?.type ?? 'float32') };
}

const through = (input: Omit<Source, 'type'>, type: string, step: (j: number) => Step): Source => ({
  width: input.width,
  type,
  column: (j) => {
    const { from, steps } = input.column(j);
    return { from, steps: [...steps, step(j)] };
  },
});

const FLOATS: Readonly<Record<number, string>> = { 1: 'float32', 11: 'float64' };

function stepOf(node: NodeProto, input: Source, constants: readonly (Constant | null)[]): Source | null {
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
    case 'Identity':
    case 'Dropout':
      return input;
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Flatten':
      return input.width === 1 ? input : null;
    case 'Cast': {
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
    case 'LabelEncoder':
      return encoded(input, attributes);
    case 'Slice':
      return sliced(input, attributes, constants);
    case 'ArrayFeatureExtractor':
    case 'Gather': {
      const chosen = constants[1]?.data;
      if (chosen === undefined || (node.opType === 'Gather' && attributes.int('axis') !== 1)) return null;
      if (node.opType === 'Gather' && constants[1]!.dims.length !== 1) return null;
      return { width: chosen.length, type: input.type, column: (j) => input.column(chosen[j] ?? -1) };
    }
    default:
      return arithmetic(node, input, constants);
  }
}

/** Numbers for numbers. Texts are no matrix of numbers, and whether NaN is a key depends on the version: both go through the runtime. */
function encoded(input: Source, attributes: Attributes): Source | null {
  const keys = attributes.numbers('keys_floats') ?? attributes.ints('keys_int64s');
  const floats = attributes.numbers('values_floats');
  const values = floats ?? attributes.ints('values_int64s');
  if (keys === undefined || values?.length !== keys.length || keys.some(Number.isNaN)) return null;
  const absent =
    floats === undefined ? (attributes.int('default_int64') ?? -1) : (attributes.float('default_float') ?? -0);
  const of = new Map(keys.map((key, i) => [key, values[i]!]));
  return through(input, floats === undefined ? 'int64' : 'float32', () => (v) => of.get(v) ?? absent);
}

/** Columns from one to another. Counted from the end where negative; the standard has numbers past the end mean the end. */
function sliced(input: Source, attributes: Attributes, constants: readonly (Constant | null)[]): Source | null {
  const list = (name: string, at: number): readonly number[] | undefined =>
    attributes.ints(name) ?? constants[at]?.data;
  const [starts, ends] = [list('starts', 1), list('ends', 2)];
  const [axes, steps] = [list('axes', 3) ?? [0], list('steps', 4) ?? [1]];
  if (input.width === null || starts?.length !== 1 || ends?.length !== 1) return null;
  if (axes.length !== 1 || ![1, -1].includes(axes[0]!) || steps.some((step) => step !== 1)) return null;
  const { width } = input;
  const place = (at: number): number => Math.max(0, Math.min(width, at < 0 ? at + width : at));
  const [start, end] = [place(starts[0]!), place(ends[0]!)];
  return { width: Math.max(0, end - start), type: input.type, column: (j) => input.column(start + j) };
}

function split(node: NodeProto, name: string, model: OnnxModel, width: number | null): Source | null {
  const attributes = attributesOf(node);
  const input = sourceOf(node.input?.[0] ?? '', model, width);
  const count = node.output?.length ?? 0;
  if (typeof input === 'string' || input.width === null || ![1, -1].includes(attributes.int('axis') ?? 0)) return null;
  const each = Math.ceil(input.width / count);
  const sizes = attributes.ints('split') ?? constantOf(model, node.input?.[1])?.data;
  const at = node.output!.indexOf(name);
  const start = sizes === undefined ? at * each : sizes.slice(0, at).reduce((a, b) => a + b, 0);
  const own = sizes === undefined ? Math.min(each, input.width - start) : sizes[at];
  if (own === undefined || (node.input?.[1] && sizes === undefined)) return null;
  return { width: own, type: input.type, column: (j) => input.column(start + j) };
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
  const number = perColumn(constant);
  if (number === null || (constant.data.length > 1 && input.width !== null && constant.data.length !== input.width))
    return null;
  const round = input.type === 'float64' ? (value: number): number => value : Math.fround;
  const step = first == null ? operation : (a: number, b: number): number => operation(b, a);
  return through(input, input.type, (j) => (v) => round(step(v, number(j))));
}

/** @param x (rows × width) @returns (rows × columns) */
export function prepared(columns: readonly Column[], width: number, x: Float64Array, rows: number): Float64Array {
  if (columns.length === width && columns.every(({ from, steps }, j) => from === j && steps.length === 0)) return x;
  const out = new Float64Array(rows * columns.length);
  columns.forEach(({ from, steps }, j) => {
    for (let row = 0; row < rows; row++)
      out[row * columns.length + j] = steps.reduce((value, step) => step(value), x[row * width + from]!);
  });
  return out;
}

import { attributesOf } from './attributes.ts';
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
 * How the graph's inputs become what a model takes, when each column stays a column: Cast, Scaler, Imputer, Concat, a choice of columns, and
 * arithmetic with one constant a column. Such steps change no feature's share of a prediction, so trees and linear models behind them stay
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
  const constants = [first, second].map((input) => constantOf(model, input));
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
  switch (node.opType) {
    case 'Identity':
      return input;
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

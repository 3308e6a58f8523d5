import { attributesOf } from './attributes.ts';
import { constantOf } from './constants.ts';
import { keysOf, labelled, oneHot, type Vocabulary } from './encoders.ts';
import { formed } from './forms.ts';
import { graphOf } from './graph.ts';
import { type OnnxModel, widthOf } from './model.ts';
import type { NodeProto } from './schema.ts';
import { type Column, type Source, through } from './source.ts';
import { stepOf } from './steps.ts';

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
  const byName = sources.get(model) ?? new Map<string, Source | string>();
  sources.set(model, byName);
  const key = `${width} ${name}`;
  const known = byName.get(key);
  if (known !== undefined) return known;
  const found = sourceFrom(name, model, width);
  const source = typeof found === 'string' ? found : remembering(found);
  byName.set(key, source);
  return source;
}

const vocabularies = new WeakMap<OnnxModel, Map<number | null, Vocabulary>>();

/** The texts that a model's own encoders list, for each column of text. @param width columns of the data, where the file leaves them open */
export function vocabularyOf(model: OnnxModel, width: number | null): Vocabulary {
  const byWidth = vocabularies.get(model) ?? new Map<number | null, Vocabulary>();
  vocabularies.set(model, byWidth);
  const known = byWidth.get(width);
  if (known !== undefined) return known;
  const found = new Map<number, Set<string>>();
  for (const node of graphOf(model).live) {
    const texts = keysOf(node);
    const source = texts === null ? 'no text' : sourceOf(node.input?.[0] ?? '', model, width);
    if (texts === null || typeof source === 'string' || source.type !== 'string') continue;
    for (let j = 0; j < (source.width ?? 0); j++) {
      const { from } = source.column(j);
      found.set(from, new Set([...(found.get(from) ?? []), ...texts]));
    }
  }
  const vocabulary = new Map(Array.from(found, ([from, texts]) => [from, [...texts]] as const));
  byWidth.set(width, vocabulary);
  return vocabulary;
}

/** What was found once is given again, so that columns prepared alike are seen to be: their steps are the same functions. */
const sources = new WeakMap<OnnxModel, Map<string, Source | string>>();

function remembering(source: Source): Source {
  const columns = new Map<number, Column>();
  return {
    ...source,
    column: (j) => {
      const column = columns.get(j) ?? source.column(j);
      columns.set(j, column);
      return column;
    },
  };
}

function sourceFrom(name: string, model: OnnxModel, width: number | null): Source | string {
  const at = model.inputs.findIndex((input) => input.name === name);
  if (at >= 0) return portSource(model, at, width);
  const maker = graphOf(model).makers.get(name);
  if (maker === undefined) return 'nothing prepares its input';
  const says = `${maker.opType} prepares its input`;
  if (maker.opType === 'Concat' || maker.opType === 'FeatureVectorizer') return joined(maker, model, width);
  const [first, second] = maker.input ?? [];
  const constants = (maker.input ?? []).map((input) => constantOf(model, input));
  if (maker.opType === 'Split') return split(maker, name, model, width) ?? says;
  const input = sourceOf((constants[0] === null ? first : second) ?? '', model, width);
  if (typeof input === 'string') return input;
  const encode = maker.opType === 'OneHotEncoder' ? oneHot : maker.opType === 'LabelEncoder' ? labelled : null;
  const made = encode?.(maker, input, vocabularyOf(model, width)) ?? formed(maker, input, constants);
  return made ?? (input.rank > 2 || input.type === 'string' ? null : stepOf(maker, input, constants)) ?? says;
}

function portSource(model: OnnxModel, at: number, width: number | null): Source | string {
  const port = model.inputs[at]!;
  if (port.shape.length > 2) return 'its input is no matrix';
  const start = model.inputs.slice(0, at).reduce((sum, input) => sum + widthOf(input), 0);
  const own = model.inputs.length > 1 ? widthOf(port) : ((port.shape.length === 2 ? port.shape[1] : null) ?? width);
  const rank = port.shape.length === 1 ? 1 : 2;
  return { width: own, type: port.type, rank, depth: 1, column: (j) => ({ from: start + j, steps: [] }) };
}

function joined(node: NodeProto, model: OnnxModel, width: number | null): Source | string {
  const axis = attributesOf(node).int('axis');
  const parts: Source[] = [];
  for (const name of node.input ?? []) {
    const part = sourceOf(name, model, width);
    if (typeof part === 'string') return part;
    if (part.width === null) return 'a Concat joins inputs of open width';
    parts.push(part);
  }
  const rank = parts[0]?.rank ?? 2;
  const last = node.opType === 'FeatureVectorizer' || axis === -1 || axis === rank - 1;
  if (!last || parts.some((part) => part.rank !== rank || part.depth > 1) || rank === 1)
    return 'a Concat puts rows together';
  if (parts.some(({ type }) => (type === 'string') !== (parts[0]?.type === 'string')))
    return 'a Concat mixes text and numbers';
  const round = node.opType === 'FeatureVectorizer' && parts.some(({ type }) => type !== 'float32');
  const columns = parts.flatMap((part) => Array.from({ length: part.width! }, (_, j) => part.column(j)));
  const whole = { width: columns.length, rank, depth: 1, column: (j: number) => columns[j]! };
  return round
    ? through(whole, 'float32', () => Math.fround)
    : { ...whole, type: node.opType === 'FeatureVectorizer' ? 'float32' : (parts[0]?.type ?? 'float32') };
}

function split(node: NodeProto, name: string, model: OnnxModel, width: number | null): Source | null {
  const attributes = attributesOf(node);
  const input = sourceOf(node.input?.[0] ?? '', model, width);
  const count = node.output?.length ?? 0;
  if (
    typeof input === 'string' ||
    input.width === null ||
    input.rank !== 2 ||
    ![1, -1].includes(attributes.int('axis') ?? 0)
  )
    return null;
  const each = Math.ceil(input.width / count);
  const sizes = attributes.ints('split') ?? constantOf(model, node.input?.[1])?.data;
  const at = node.output!.indexOf(name);
  const start = sizes === undefined ? at * each : sizes.slice(0, at).reduce((a, b) => a + b, 0);
  const own = sizes === undefined ? Math.min(each, input.width - start) : sizes[at];
  if (own === undefined || (node.input?.[1] && sizes === undefined)) return null;
  return { ...input, width: own, column: (j) => input.column(start + j) };
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

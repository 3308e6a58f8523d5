import { type Chain, composed, followLinear, layerOf, startsChain } from './affine.ts';
import { attributesOf } from './attributes.ts';
import { graphOf } from './graph.ts';
import { type Linear, readLinear, scoreLinear } from './linear.ts';
import { applyLink, type Link, link, type LinkName } from './link.ts';
import { type OnnxModel, widthOf } from './model.ts';
import { follow, join, labelsOf, marginOf, mirrored, sumsToOne } from './outcome.ts';
import { prepared, sourceOf } from './prepare.ts';
import { type ReadTrees, readTrees } from './read-trees.ts';
import { readTrees5 } from './read-trees5.ts';
import type { NodeProto } from './schema.ts';
import { scoreTrees } from './score-trees.ts';
import type { Column, Source } from './source.ts';
import { type Part, sumOf } from './sums.ts';
import type { Ensemble } from './trees.ts';

/** What Assay can read out of a graph and evaluate itself, in float64. */
export type Known = {
  readonly link: Link;
  /** Class labels as text; null for a regressor. */
  readonly labels: readonly string[] | null;
  /** The graph's tensor that holds the outputs. */
  readonly output: string;
  /** Columns of the graph's inputs. */
  readonly features: number;
  /** Where each column that the model takes comes from: several may come from the same. */
  readonly columns: readonly Column[];
} & ({ readonly kind: 'trees'; readonly ensemble: Ensemble } | { readonly kind: 'linear'; readonly linear: Linear });

/** Why a graph can only be asked through the runtime. */
export interface Opaque {
  readonly kind: 'other';
  readonly reason: string;
  /** Names of the classes, where the graph says them. */
  readonly labels: readonly string[] | null;
  /** The tensor before the last step, where that is a link; the output itself where a linear layer comes last. Absent when it can't be told. */
  readonly margin?: { readonly tensor: string; readonly link: LinkName };
}

const CORES = new Set([
  'TreeEnsemble',
  'TreeEnsembleRegressor',
  'TreeEnsembleClassifier',
  'LinearRegressor',
  'LinearClassifier',
]);

/**
 * Recognises a graph that is one tree ensemble or linear model: inputs → steps on single columns (prepare.ts) → model → (Identity, Cast, ZipMap,
 * Sigmoid, Softmax, Exp, a Normalizer) → output. A linear model may also be a chain of MatMul, Gemm and arithmetic; several ensembles may be added
 * or stand side by side (sums.ts). Anything else is `other`.
 *
 * @param width columns of the data, for a graph whose input leaves its width open
 * @throws MODEL_INVALID, MODEL_UNSUPPORTED when the ensemble itself is damaged
 */
export function recognise(model: OnnxModel, width: number | null = null): Known | Opaque {
  const known = read(model, width);
  if (known.kind !== 'other') return known;
  const margin = marginOf(model);
  return { ...known, labels: labelsOf(model), ...(margin === null ? {} : { margin }) };
}

function read(model: OnnxModel, width: number | null): Known | Opaque {
  const nodes = graphOf(model).live;
  const cores = nodes.filter(({ opType }) => CORES.has(opType ?? ''));
  const core = cores[0] ?? nodes.find(startsChain);
  if (core === undefined) return other('it is no tree ensemble and no linear model');
  if (cores.length > 1) return sum(cores, model, width, 'it joins several models');
  const source = sourceOf(core.input?.[0] ?? '', model, width);
  if (startsChain(core)) {
    const chain = typeof source === 'string' ? null : linear(core, source, model);
    return chain === null || chain.kind === 'other' ? other('it is no tree ensemble and no linear model') : chain;
  }
  if (typeof source === 'string') return projected(core, model, width) ?? other(source);
  if (core.opType?.startsWith('Tree') !== true) return linear(core, source, model);
  const alone = trees(core, source, model);
  return alone.kind === 'other' ? sum([core], model, width, alone.reason) : alone;
}

/** Several ensembles, or one and arithmetic, as one. @param reason why it is not simpler */
function sum(cores: readonly NodeProto[], model: OnnxModel, width: number | null, reason: string): Known | Opaque {
  const parts = new Map<NodeProto, Part>();
  let features = 0;
  let labels: readonly string[] | null = null;
  for (const core of cores) {
    if (core.opType === 'LinearClassifier') labels = readLinear(core).labels;
    // A linear model may take what the others put out.
    if (core.opType?.startsWith('Linear') === true) continue;
    const source = sourceOf(core.input?.[0] ?? '', model, width);
    if (typeof source === 'string') return other(reason);
    const part = readOne(core, source);
    if (typeof part === 'string') return other(part);
    const from = columnsOf(source, part.ensemble.features, model);
    if (typeof from === 'string') return other(from);
    parts.set(core, { ...part, columns: from.columns });
    features = Math.max(features, from.features);
  }
  const zips = graphOf(model).live.filter(({ opType }) => opType === 'ZipMap');
  const outputs = [...model.outputs.map(({ name }) => name), ...zips.map(({ input }) => input?.[0] ?? '')];
  const found = sumOf(model, outputs, parts);
  if (found === null) return other(reason);
  const zipped = zips
    .map((node) => attributesOf(node))
    .map(({ texts, ints }) => texts('classlabels_strings') ?? ints('classlabels_int64s')?.map(String));
  labels ??= zipped[0] ?? [...parts.values()].find((part) => part.labels !== null)?.labels ?? null;
  const named = labels?.length === found.link.outputs ? labels : null;
  return { kind: 'trees', labels: named, features, ...found };
}

const readOne = (core: NodeProto, { width }: Source): ReadTrees | string =>
  core.opType === 'TreeEnsemble' ? readTrees5(core, width) : readTrees(core, width);

/** A linear model of linear functions of the columns, as after a principal component analysis. */
function projected(core: NodeProto, model: OnnxModel, width: number | null): Known | Opaque | null {
  const first = graphOf(model).live.find(startsChain);
  const layer = first === undefined ? null : layerOf(first, model);
  if (layer === null || core.opType?.startsWith('Linear') !== true) return null;
  const chain = followLinear({ linear: layer, end: first?.output?.[0] ?? '' }, model);
  const source = sourceOf(first?.input?.[0] ?? '', model, width);
  if (chain.end !== core.input?.[0] || typeof source === 'string') return null;
  return linear(core, source, model, chain.linear);
}

/** @param below linear functions of the columns that a LinearRegressor or LinearClassifier takes */
function linear(core: NodeProto, source: Source, model: OnnxModel, below: Linear | null = null): Known | Opaque {
  const chained = startsChain(core);
  const layer = chained ? layerOf(core, model) : null;
  if (chained && layer === null) return other('it is no tree ensemble and no linear model');
  const read = layer === null ? readLinear(core) : { linear: layer, link: link('none', layer.scores), labels: null };
  const name = core.output?.[core.opType === 'LinearClassifier' ? 1 : 0] ?? '';
  if (below !== null && below.scores !== read.linear.features) return other('its projection does not fit');
  const start: Chain = { linear: below === null ? read.linear : composed(below, read.linear), end: name };
  const chain = read.link.name === 'none' ? followLinear(start, model) : start;
  const labels = chain.end === name ? read.labels : null;
  const after = follow(chain.end, model);
  if (typeof after === 'string') return other(after);
  const { scores, features } = chain.linear;
  const own = scores === read.link.scores ? read.link : link('none', scores);
  const joined = join(own, after.steps, mirrored(chain.linear, own));
  if (joined === null) return other(`the steps after ${core.opType} change its output`);
  const from = columnsOf(source, features, model);
  if (typeof from === 'string') return other(from);
  return { kind: 'linear', linear: chain.linear, link: joined, labels, output: after.output, ...from };
}

function trees(core: NodeProto, source: Source, model: OnnxModel): Known | Opaque {
  const after = follow(core.output?.[core.opType === 'TreeEnsembleClassifier' ? 1 : 0] ?? '', model);
  if (typeof after === 'string') return other(after);
  const read = readOne(core, source);
  if (typeof read === 'string') return other(read);
  const { ensemble, labels } = read;
  const joined = join(read.link, after.steps, sumsToOne(ensemble, read.link));
  if (joined === null) return other(`the steps after ${core.opType} change its output`);
  const from = columnsOf(source, ensemble.features, model);
  if (typeof from === 'string') return other(from);
  return { kind: 'trees', ensemble, link: joined, labels, output: after.output, ...from };
}

/** The columns that a model of so many takes. The runtime compares and adds in float32 unless they are float64. */
function columnsOf(
  source: Source,
  count: number,
  model: OnnxModel,
): { columns: readonly Column[]; features: number } | string {
  if (source.width !== null && source.width !== count) return `it takes ${count} of ${source.width} columns`;
  const exact = source.type.startsWith('float');
  const columns = Array.from({ length: count }, (_, j): Column => {
    const { from, steps } = source.column(j);
    return { from, steps: exact ? steps : [...steps, Math.fround] };
  });
  const [port] = model.inputs;
  const features =
    model.inputs.length > 1
      ? model.inputs.reduce((sum, input) => sum + widthOf(input), 0)
      : (port?.shape[1] ?? columns.reduce((most, { from }) => Math.max(most, from + 1), 0));
  return { columns, features };
}

const other = (reason: string): Opaque => ({ kind: 'other', reason, labels: null });

/** What the model itself takes of these rows. @param x (rows × features) @returns (rows × columns) */
export const preparedRows = ({ columns, features }: Known, x: Float64Array, rows: number): Float64Array =>
  prepared(columns, features, x, rows);

/** @param x (rows × features) @returns scores before the link (rows × scores) */
export function scoresOf(known: Known, x: Float64Array, rows: number): Float64Array {
  const taken = preparedRows(known, x, rows);
  return known.kind === 'trees' ? scoreTrees(known.ensemble, taken, rows) : scoreLinear(known.linear, taken, rows);
}

/** @returns the model's outputs (rows × link.outputs) */
export function outputsOf(known: Known, x: Float64Array, rows: number): Float64Array {
  return applyLink(known.link, scoresOf(known, x, rows));
}

/** Columns of the graph's inputs. */
export const featuresOf = ({ features }: Known): number => features;

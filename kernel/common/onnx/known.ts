import { type Linear, readLinear, scoreLinear } from './linear.ts';
import { applyLink, type Link, link, type LinkName } from './link.ts';
import type { OnnxModel } from './model.ts';
import { readTrees } from './read-trees.ts';
import { readTrees5 } from './read-trees5.ts';
import type { NodeProto } from './schema.ts';
import { type Ensemble, scoreTrees } from './trees.ts';

/** What Assay can read out of a graph and evaluate itself, in float64. */
export type Known = {
  readonly link: Link;
  /** Class labels as text; null for a regressor. */
  readonly labels: readonly string[] | null;
  /** The graph's tensor that holds the outputs. */
  readonly output: string;
  /** The input is float64, so values are not rounded to float32 before they are compared. */
  readonly double: boolean;
} & ({ readonly kind: 'trees'; readonly ensemble: Ensemble } | { readonly kind: 'linear'; readonly linear: Linear });

/** Why a graph can only be asked through the runtime. */
export interface Opaque {
  readonly kind: 'other';
  readonly reason: string;
}

const CORES = new Set([
  'TreeEnsemble',
  'TreeEnsembleRegressor',
  'TreeEnsembleClassifier',
  'LinearRegressor',
  'LinearClassifier',
]);

/**
 * Recognises a graph that is one tree ensemble or linear model: input → (Identity, Cast) → model → (Identity, Cast, ZipMap, Sigmoid, Softmax,
 * a Normalizer that changes nothing) → output. Anything else is `other`.
 *
 * @throws MODEL_INVALID, MODEL_UNSUPPORTED when the ensemble itself is damaged
 */
export function recognise(model: OnnxModel): Known | Opaque {
  const nodes = model.proto.graph?.node ?? [];
  const cores = nodes.filter(({ opType }) => CORES.has(opType ?? ''));
  const core = cores[0];
  if (core === undefined || cores.length > 1)
    return other(cores.length > 1 ? 'it joins several models' : 'it is no tree ensemble and no linear model');
  const before = inputOf(core.input?.[0] ?? '', nodes, model);
  if (typeof before === 'string') return other(before);
  const classifier = core.opType?.endsWith('Classifier') === true;
  const after = follow(core.output?.[classifier ? 1 : 0] ?? '', nodes, model);
  if (typeof after === 'string') return other(after);
  const { double, features } = before;
  const { output } = after;
  if (core.opType?.startsWith('Linear') === true) {
    const { linear, link: own, labels } = readLinear(core);
    const joined = join(own, after.steps, false);
    return joined === null
      ? other(`the steps after ${core.opType} change its output`)
      : { kind: 'linear', linear, link: joined, labels, output, double };
  }
  const read = core.opType === 'TreeEnsemble' ? readTrees5(core, features) : readTrees(core, features);
  if (read === null) return other('it takes the minimum or maximum of its trees, which is no sum');
  const joined = join(read.link, after.steps, sumsToOne(read.ensemble));
  if (joined === null) return other(`the steps after ${core.opType} change its output`);
  return { kind: 'trees', ensemble: read.ensemble, link: joined, labels: read.labels, output, double };
}

const other = (reason: string): Opaque => ({ kind: 'other', reason });

/** @param x (rows × features) @returns scores before the link (rows × scores) */
export function scoresOf(known: Known, x: Float64Array, rows: number): Float64Array {
  return known.kind === 'trees' ? scoreTrees(known.ensemble, x, rows) : scoreLinear(known.linear, x, rows);
}

/** @returns the model's outputs (rows × link.outputs) */
export function outputsOf(known: Known, x: Float64Array, rows: number): Float64Array {
  return applyLink(known.link, scoresOf(known, x, rows));
}

export const featuresOf = (known: Known): number =>
  known.kind === 'trees' ? known.ensemble.features : known.linear.features;

/** Back from the model to a graph input. A text says why not. */
function inputOf(
  name: string,
  nodes: readonly NodeProto[],
  model: OnnxModel,
): { double: boolean; features: number | null } | string {
  let float32 = false;
  for (let at = name; ;) {
    const port = model.inputs.find((input) => input.name === at);
    if (port !== undefined) {
      if (model.inputs.length !== 1) return `it has ${model.inputs.length} inputs`;
      return { double: port.type === 'float64' && !float32, features: port.shape.length === 2 ? port.shape[1]! : null };
    }
    const maker = nodes.find(({ output }) => output?.includes(at));
    if (maker === undefined || !['Identity', 'Cast'].includes(maker.opType ?? ''))
      return `${maker?.opType ?? 'nothing'} prepares its input`;
    const to = maker.attribute?.find((attribute) => attribute.name === 'to')?.i;
    if (maker.opType === 'Cast' && to !== 1 && to !== 11) return 'a Cast rounds its input';
    if (to === 1) float32 = true;
    at = maker.input?.[0] ?? '';
  }
}

/** Forward from the model's scores to the graph's output: the steps on the way, or why it can't be told. */
function follow(
  name: string,
  nodes: readonly NodeProto[],
  model: OnnxModel,
): { output: string; steps: readonly NodeProto[] } | string {
  const steps: NodeProto[] = [];
  for (let at = name; ;) {
    if (model.outputs.some((output) => output.name === at)) return { output: at, steps };
    const users = nodes.filter(({ input }) => input?.includes(at));
    const next = users[0];
    if (next === undefined || users.length > 1)
      return users.length > 1 ? 'several steps use its scores' : 'its scores are no output';
    if (next.opType === 'ZipMap') return { output: at, steps };
    steps.push(next);
    at = next.output?.[0] ?? '';
  }
}

/** The link that a model's own and the steps after it make together; null when Assay can't say. */
function join(own: Link, steps: readonly NodeProto[], sums: boolean): Link | null {
  let name: LinkName = own.name;
  for (const { opType, attribute } of steps) {
    const probabilities =
      name === 'softmax' ||
      name === 'logistic-pair' ||
      (name === 'complement-pair' && sums) ||
      (name === 'none' && sums);
    if (
      opType === 'Identity' ||
      (opType === 'Cast' && [1, 11].includes(attribute?.find((a) => a.name === 'to')?.i ?? 0))
    )
      continue;
    if (opType === 'Normalizer' && probabilities) continue;
    if (opType === 'Sigmoid' && name === 'none') name = 'logistic';
    else if (opType === 'Softmax' && name === 'none' && own.scores > 1) name = 'softmax';
    else return null;
  }
  return name === own.name ? own : link(name, own.scores);
}

/** Whether a forest's outputs are shares of one, so that normalising them changes nothing but the last bits. */
function sumsToOne({ trees, scores, base }: Ensemble): boolean {
  let total = base.reduce((sum, value) => sum + value, 0);
  for (const { feature, value } of trees) {
    let least = Infinity;
    let most = -Infinity;
    for (let node = 0; node < feature.length; node++) {
      if (feature[node]! >= 0) continue;
      let sum = 0;
      for (let k = 0; k < scores; k++) {
        if (value[node * scores + k]! < 0) return false;
        sum += value[node * scores + k]!;
      }
      least = Math.min(least, sum);
      most = Math.max(most, sum);
    }
    if (most - least > 1e-6) return false;
    total += most;
  }
  return Math.abs(total - 1) < 1e-5;
}

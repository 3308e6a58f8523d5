import { attributesOf } from './attributes.ts';
import { constantOf } from './constants.ts';
import { graphOf } from './graph.ts';
import { type Link, link, type LinkName } from './link.ts';
import type { Linear } from './linear.ts';
import type { OnnxModel } from './model.ts';
import type { NodeProto } from './schema.ts';
import type { Ensemble } from './trees.ts';

/** Forward from the model's scores to the graph's output: the steps on the way, or why it can't be told. */
export function follow(name: string, model: OnnxModel): { output: string; steps: readonly NodeProto[] } | string {
  const steps: NodeProto[] = [];
  for (let at = name; ;) {
    if (model.outputs.some((output) => output.name === at)) return { output: at, steps };
    const users = graphOf(model).users.get(at) ?? [];
    const share = users.length > 1 ? shareOf(at, users, model) : null;
    const next = share ?? users[0];
    if (next === undefined || (users.length > 1 && share === null))
      return users.length > 1 ? 'several steps use its scores' : 'its scores are no output';
    if (next.opType === 'ZipMap') return { output: at, steps };
    steps.push(next);
    at = next.output?.[0] ?? '';
  }
}

/** A Normalizer (L1) spelled out: x divided by the sum of |x|, as exporters write it for float64. Null when it isn't that. */
function shareOf(name: string, users: readonly NodeProto[], model: OnnxModel): NodeProto | null {
  const { makers } = graphOf(model);
  const divided = users.find(({ opType, input }) => opType === 'Div' && input?.[0] === name);
  const sum = makers.get(divided?.input?.[1] ?? '');
  if (divided === undefined || sum?.opType !== 'ReduceSum' || users.length !== 2) return null;
  const axes = attributesOf(sum).ints('axes') ?? constantOf(model, sum.input?.[1])?.data;
  if (axes?.length !== 1 || ![1, -1].includes(axes[0]!) || attributesOf(sum).int('keepdims') === 0) return null;
  const size = makers.get(sum.input?.[0] ?? '');
  if (sum.input?.[0] !== name && (size?.opType !== 'Abs' || size.input?.[0] !== name)) return null;
  return {
    opType: 'Normalizer',
    attribute: [{ name: 'norm', s: new TextEncoder().encode('L1') }],
    ...(divided.output === undefined ? {} : { output: divided.output }),
  };
}

/**
 * The link that a model's own and the steps after it make together; null when Assay can't say.
 *
 * @param sums the model's own outputs are shares of one
 */
export function join(own: Link, steps: readonly NodeProto[], sums: boolean): Link | null {
  let name: LinkName = own.name;
  for (const { opType, attribute } of steps) {
    const number = (key: string): number | undefined => attribute?.find((a) => a.name === key)?.i;
    const probabilities = name === 'softmax' || name === 'logistic-pair' || name === 'logistic-shares' || sums;
    if (opType === 'Identity' || (opType === 'Cast' && [1, 11].includes(number('to') ?? 0))) continue;
    if (opType === 'Reshape' && own.outputs === 1) continue;
    const norm = opType === 'Normalizer' ? new TextDecoder().decode(attribute?.find((a) => a.name === 'norm')?.s) : '';
    if (norm === 'L1' && probabilities) continue;
    if (norm === 'L1' && name === 'logistic' && own.scores > 1) name = 'logistic-shares';
    else if (opType === 'Sigmoid' && name === 'none') name = 'logistic';
    else if (opType === 'Exp' && name === 'none') name = 'exp';
    else if (opType === 'Softmax' && name === 'none' && own.scores > 1 && [undefined, 1, -1].includes(number('axis')))
      name = 'softmax';
    else return null;
  }
  return name === own.name ? own : link(name, own.scores);
}

const LINKS: Readonly<Record<string, LinkName>> = {
  Sigmoid: 'logistic',
  Softmax: 'softmax',
  Exp: 'exp',
  Gemm: 'none',
  MatMul: 'none',
  Add: 'none',
};

/**
 * Where a network's margin lies: before the Sigmoid, Softmax or Exp that makes its first output of numbers. Where that is p beside 1 − p, one number
 * stands for both.
 */
export function marginOf(model: OnnxModel): { tensor: string; link: LinkName } | null {
  const { makers } = graphOf(model);
  const before = (tensor: string): NodeProto | undefined => {
    const maker = makers.get(tensor);
    const same = maker?.opType === 'Identity' || maker?.opType === 'ZipMap';
    return same ? before(maker.input?.[0] ?? '') : maker;
  };
  const output = model.outputs.find(({ type }) => type.startsWith('float') || type === 'sequence')?.name;
  const maker = output === undefined ? undefined : before(output);
  const name = LINKS[maker?.opType ?? ''];
  if (maker === undefined || output === undefined) return null;
  if (name !== undefined) return { tensor: (name === 'none' ? maker.output : maker.input)?.[0] ?? '', link: name };
  if (maker.opType !== 'Concat' || maker.input?.length !== 2) return null;
  const [first, second] = maker.input.map(before);
  if (first?.opType !== 'Sub' || second?.opType !== 'Sigmoid') return null;
  const one = constantOf(model, first.input?.[0]);
  const same = before(first.input?.[1] ?? '') === second;
  return same && one?.data.length === 1 && one.data[0] === 1
    ? { tensor: second.input?.[0] ?? '', link: 'logistic-pair' }
    : null;
}

/** What the classes are called: by a ZipMap, or by a classifier of any kind. Null when the graph says nothing, or different things. */
export function labelsOf(model: OnnxModel): readonly string[] | null {
  const { live } = graphOf(model);
  const named = (nodes: readonly NodeProto[]): readonly (readonly string[])[] =>
    nodes
      .map(attributesOf)
      .map(
        ({ texts, ints }) =>
          texts('classlabels_strings') ?? (ints('classlabels_int64s') ?? ints('classlabels_ints'))?.map(String) ?? [],
      )
      .filter((labels) => labels.length > 0);
  const zipped = named(live.filter(({ opType }) => opType === 'ZipMap'));
  const all = zipped.length > 0 ? zipped : named(live);
  return new Set(all.map((labels) => JSON.stringify(labels))).size === 1 ? all[0]! : null;
}

/** Whether two scores mirror each other, as the two classes of a logistic regression: their probabilities are shares of one. */
export function mirrored({ scores, features, weights, intercept }: Linear, { name }: Link): boolean {
  if (scores !== 2 || name !== 'logistic' || intercept[0] !== -intercept[1]!) return false;
  return weights.every((weight, i) => i >= features || weight === -weights[i + features]!);
}

/** Whether a forest's outputs are shares of one, so that normalising them changes nothing but the last bits. */
export function sumsToOne({ trees, scores, base }: Ensemble, { name }: Link): boolean {
  if (name !== 'none' && name !== 'complement-pair') return false;
  if (base.some((value) => value < 0)) return false;
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
    if (name === 'none' && most - least > 1e-6) return false;
    total += most;
  }
  return name === 'complement-pair' ? total < 1 + 1e-5 : Math.abs(total - 1) < 1e-5;
}

import { attributesOf } from './attributes.ts';
import { chosenOf, type Constant, constantOf, perColumn } from './constants.ts';
import { graphOf } from './graph.ts';
import type { Linear } from './linear.ts';
import type { OnnxModel } from './model.ts';
import type { NodeProto } from './schema.ts';

/** A linear function, and the graph's tensor that holds it. */
export interface Chain {
  readonly linear: Linear;
  readonly end: string;
}

/** The nodes that a chain of linear layers begins with. */
export const startsChain = ({ opType }: NodeProto): boolean => opType === 'MatMul' || opType === 'Gemm';

/** The linear function of one MatMul or Gemm with constants; null when it is none. */
export function layerOf(node: NodeProto, model: OnnxModel): Linear | null {
  const attributes = attributesOf(node);
  const weights = constantOf(model, node.input?.[1]);
  if (weights === null || weights.dims.length !== 2 || constantOf(model, node.input?.[0]) !== null) return null;
  const gemm = node.opType === 'Gemm';
  if (gemm && (attributes.int('transA') ?? 0) !== 0) return null;
  const flipped = gemm && (attributes.int('transB') ?? 0) !== 0;
  const [outer, inner] = weights.dims as [number, number];
  const [features, scores] = flipped ? [inner, outer] : [outer, inner];
  const alpha = gemm ? (attributes.float('alpha') ?? 1) : 1;
  const beta = attributes.float('beta') ?? 1;
  const bias = gemm && node.input?.[2] ? constantOf(model, node.input[2]) : ZERO;
  const shift = bias === null ? null : perColumn(bias);
  if (shift === null) return null;
  const at = (j: number, k: number): number => weights.data[flipped ? k * inner + j : j * inner + k]!;
  return {
    features,
    scores,
    weights: Float64Array.from(
      { length: scores * features },
      (_, i) => alpha * at(i % features, Math.floor(i / features)),
    ),
    intercept: Float64Array.from({ length: scores }, (_, k) => beta * shift(k)),
  };
}

const ZERO: Constant = { dims: [1], data: [0], double: true };

/** Follows a linear function through further layers and arithmetic with constants, as far as it stays linear. */
export function followLinear(start: Chain, model: OnnxModel): Chain {
  for (let chain = start; ;) {
    const users = graphOf(model).users.get(chain.end) ?? [];
    const next = users[0];
    if (next === undefined || users.length > 1 || model.outputs.some(({ name }) => name === chain.end)) return chain;
    const linear = startsChain(next) ? stacked(chain.linear, next, model) : moved(chain, next, model);
    if (linear === null) return chain;
    chain = { linear, end: next.output?.[0] ?? '' };
  }
}

function stacked(below: Linear, node: NodeProto, model: OnnxModel): Linear | null {
  const layer = layerOf(node, model);
  return layer === null || layer.features !== below.scores ? null : composed(below, layer);
}

/** One linear function of what another gives: its features are the other's scores. */
export function composed(below: Linear, layer: Linear): Linear {
  const { features } = below;
  const weights = new Float64Array(layer.scores * features);
  const intercept = Float64Array.from(layer.intercept);
  for (let k = 0; k < layer.scores; k++)
    for (let i = 0; i < below.scores; i++) {
      const weight = layer.weights[k * below.scores + i]!;
      intercept[k]! += weight * below.intercept[i]!;
      for (let j = 0; j < features; j++) weights[k * features + j]! += weight * below.weights[i * features + j]!;
    }
  return { features, scores: layer.scores, weights, intercept };
}

/** Scores after one node that adds, subtracts or scales each by a constant, or only changes the tensor's form. */
function moved({ linear, end }: Chain, node: NodeProto, model: OnnxModel): Linear | null {
  const { opType } = node;
  if (opType === 'Identity') return linear;
  if (linear.scores === 1 && ['Reshape', 'Flatten', 'Squeeze'].includes(opType ?? '')) return linear;
  if (opType === 'Neg')
    return scaled(
      linear,
      () => -1,
      () => 0,
    );
  const chosen = chosenOf(node, model);
  if (chosen !== null) return chosen.every((k) => k < linear.scores) ? picked(linear, chosen) : null;
  const first = node.input?.[0] === end;
  const constant = constantOf(model, node.input?.[first ? 1 : 0]);
  const number = constant === null ? null : perColumn(constant);
  if (constant === null || number === null || (constant.data.length > 1 && constant.data.length !== linear.scores))
    return null;
  if (opType === 'Add') return scaled(linear, () => 1, number);
  if (opType === 'Sub')
    return first
      ? scaled(
          linear,
          () => 1,
          (k) => -number(k),
        )
      : scaled(linear, () => -1, number);
  if (opType === 'Mul') return scaled(linear, number, () => 0);
  return opType === 'Div' && first
    ? scaled(
        linear,
        (k) => 1 / number(k),
        () => 0,
      )
    : null;
}

function picked({ features, weights, intercept }: Linear, scores: readonly number[]): Linear {
  const rows = scores.map((k) => weights.subarray(k * features, (k + 1) * features));
  return {
    features,
    scores: scores.length,
    weights: Float64Array.from(rows.flatMap((row) => [...row])),
    intercept: Float64Array.from(scores, (k) => intercept[k]!),
  };
}

function scaled(linear: Linear, by: (score: number) => number, shift: (score: number) => number): Linear {
  return {
    ...linear,
    weights: linear.weights.map((weight, i) => weight * by(Math.floor(i / linear.features))),
    intercept: linear.intercept.map((value, k) => value * by(k) + shift(k)),
  };
}

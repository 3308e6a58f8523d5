import { AssayError } from '#common/errors.ts';
import { attributesOf } from './attributes.ts';
import { link, type Link, postOf } from './link.ts';
import type { NodeProto } from './schema.ts';

/** Scores of a row x: intercept[k] + Σ weights[k × features + j] · x[j]. */
export interface Linear {
  readonly features: number;
  readonly scores: number;
  /** (scores × features) */
  readonly weights: Float64Array;
  readonly intercept: Float64Array;
}

export interface ReadLinear {
  readonly linear: Linear;
  readonly link: Link;
  readonly labels: readonly string[] | null;
}

/** Reads a LinearRegressor or LinearClassifier (ai.onnx.ml 1). @throws MODEL_INVALID */
export function readLinear(node: NodeProto): ReadLinear {
  const attributes = attributesOf(node);
  const coefficients = attributes.numbers('coefficients') ?? [];
  const intercepts = attributes.numbers('intercepts') ?? [];
  const classifier = node.opType === 'LinearClassifier';
  const labels = classifier
    ? (attributes.texts('classlabels_strings') ?? attributes.ints('classlabels_ints')?.map(String) ?? [])
    : null;
  const scores = classifier ? intercepts.length : (attributes.int('targets') ?? 1);
  const features = coefficients.length / scores;
  if (scores < 1 || !Number.isInteger(features) || (intercepts.length !== 0 && intercepts.length !== scores))
    throw new AssayError(
      'MODEL_INVALID',
      `${node.opType}: ${coefficients.length} coefficients and ${intercepts.length} intercepts don’t fit ${scores} scores.`,
    );
  const name = postOf(attributes.text('post_transform') ?? 'NONE');
  const pair = scores === 1 && labels !== null && name !== 'unknown';
  return {
    linear: {
      features,
      scores,
      weights: Float64Array.from(coefficients),
      intercept: Float64Array.from({ length: scores }, (_, k) => intercepts[k] ?? 0),
    },
    link: pair
      ? link(name === 'logistic' ? 'logistic-pair' : 'complement-pair', 1)
      : link(scores === 1 && name !== 'unknown' ? 'none' : name, scores),
    labels,
  };
}

/** @param x (rows × features) @returns (rows × scores) */
export function scoreLinear(
  { features, scores, weights, intercept }: Linear,
  x: Float64Array,
  rows: number,
): Float64Array {
  const out = new Float64Array(rows * scores);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < scores; k++) {
      let sum = intercept[k]!;
      for (let j = 0; j < features; j++) sum += weights[k * features + j]! * x[row * features + j]!;
      out[row * scores + k] = sum;
    }
  return out;
}

import exp from '@stdlib/math-base-special-exp';
import { AssayError } from '#common/errors.ts';

/**
 * What stands between a model's scores (its margin) and its outputs. `logistic-shares`: LOGISTIC, then shares of their sum (one-vs-rest). `pair`: one score s of the second class makes two outputs, from −s and s
 * (`complement`: 1 − s and s). `unknown`: a transform that only the runtime knows.
 */
export type LinkName =
  | 'none'
  | 'logistic'
  | 'logistic-shares'
  | 'exp'
  | 'softmax'
  | 'softmax-zero'
  | 'logistic-pair'
  | 'negate-pair'
  | 'complement-pair'
  | 'unknown';

export interface Link {
  readonly name: LinkName;
  readonly scores: number;
  readonly outputs: number;
}

export const link = (name: LinkName, scores: number): Link => ({
  name,
  scores,
  outputs: name.endsWith('-pair') ? 2 : scores,
});

/** A link that is affine: outputs = sign × score + shift, so that SHAP values pass through it exactly. */
export function affine({
  name,
  scores,
}: Link): readonly { readonly score: number; readonly sign: number; readonly shift: number }[] | null {
  if (name === 'none') return Array.from({ length: scores }, (_, score) => ({ score, sign: 1, shift: 0 }));
  const second = { score: 0, sign: 1, shift: 0 };
  if (name === 'negate-pair') return [{ score: 0, sign: -1, shift: 0 }, second];
  if (name === 'complement-pair') return [{ score: 0, sign: -1, shift: 1 }, second];
  return null;
}

/** @param scores (rows × link.scores) @returns (rows × link.outputs), with a pinned exp @throws MODEL_UNSUPPORTED when it is unknown */
export function applyLink({ name, scores: count, outputs }: Link, scores: Float64Array): Float64Array {
  const rows = scores.length / count;
  const out = new Float64Array(rows * outputs);
  if (name === 'unknown')
    throw new AssayError('MODEL_UNSUPPORTED', 'Assay does not know what follows the model’s scores.');
  for (let row = 0; row < rows; row++) {
    if (outputs === 2 && count === 1) {
      const s = scores[row]!;
      out[2 * row] = name === 'logistic-pair' ? sigmoid(-s) : name === 'negate-pair' ? -s : 1 - s;
      out[2 * row + 1] = name === 'logistic-pair' ? sigmoid(s) : s;
    } else if (name === 'softmax' || name === 'softmax-zero')
      softmax(scores, row * count, count, name === 'softmax-zero', out);
    else {
      const apply = name === 'exp' ? exp : name.startsWith('logistic') ? sigmoid : (s: number): number => s;
      for (let i = row * count; i < (row + 1) * count; i++) out[i] = apply(scores[i]!);
      if (name === 'logistic-shares') shares(out, row * count, count);
    }
  }
  return out;
}

export function sigmoid(s: number): number {
  return s >= 0 ? 1 / (1 + exp(-s)) : 1 - 1 / (1 + exp(s));
}

function shares(out: Float64Array, start: number, count: number): void {
  const sum = out.subarray(start, start + count).reduce((total, value) => total + value, 0);
  for (let i = start; i < start + count; i++) out[i]! /= sum;
}

/** SOFTMAX_ZERO leaves scores of zero at zero. */
function softmax(scores: Float64Array, start: number, count: number, keepZero: boolean, out: Float64Array): void {
  let most = -Infinity;
  for (let i = start; i < start + count; i++) most = Math.max(most, scores[i]!);
  let sum = 0;
  for (let i = start; i < start + count; i++) {
    const s = scores[i]!;
    out[i] = keepZero && Math.abs(s) <= 1e-7 ? s * exp(-most) : exp(s - most);
    sum += out[i]!;
  }
  for (let i = start; i < start + count; i++) out[i]! /= sum;
}

/** How leaf weights become scores: which column a weight adds to, with which sign. */
interface Scoring {
  readonly link: Link;
  readonly base: Float64Array;
  add(id: number, weight: number, into: Float64Array): void;
}

const POSTS: Readonly<Record<string, LinkName>> = {
  NONE: 'none',
  LOGISTIC: 'logistic',
  SOFTMAX: 'softmax',
  SOFTMAX_ZERO: 'softmax-zero',
  PROBIT: 'unknown',
};

export function postOf(name: string): LinkName {
  const known = POSTS[name];
  if (known === undefined) throw new AssayError('MODEL_INVALID', `There is no post_transform ${name}.`);
  return known;
}

/**
 * onnxruntime applies no LOGISTIC or SOFTMAX to a single target, and no base value to one of several that no leaf adds to (seen with 1.30): what it puts
 * out is what is explained.
 *
 * @param ids target of each weight
 */
export function regressorLink(post: string, targets: number, base: readonly number[], ids: readonly number[]): Scoring {
  if (base.length !== 0 && base.length !== targets)
    throw new AssayError('MODEL_UNSUPPORTED', `base_values has ${base.length} values for ${targets} targets.`);
  const name = postOf(post);
  return {
    link: link(targets === 1 && name !== 'unknown' ? 'none' : name, targets),
    base: Float64Array.from({ length: targets }, (_, k) => (targets === 1 || ids.includes(k) ? (base[k] ?? 0) : 0)),
    add(id, weight, into) {
      if (id < 0 || id >= targets) throw new AssayError('MODEL_INVALID', `A leaf adds to target ${id} of ${targets}.`);
      into[id]! += weight;
    },
  };
}

const plain: Scoring['add'] = (id, weight, into) => {
  into[id]! += weight;
};

export interface ClassWeights {
  readonly post: string;
  readonly classes: number;
  /** Class of each weight. */
  readonly ids: readonly number[];
  readonly weights: readonly number[];
  readonly base: readonly number[];
}

/**
 * Scores of a TreeEnsembleClassifier, as onnxruntime 1.30 makes them. With two classes the standard leaves much open, and the runtime decides
 * by which classes have weights and by how many base_values there are; each case below was measured against it (link.test.ts repeats that).
 */
export function classScores({ post, classes, ids, weights, base }: ClassWeights): Scoring {
  const name = postOf(post);
  if (classes < 2)
    throw new AssayError('MODEL_UNSUPPORTED', 'A TreeEnsembleClassifier needs two or more class labels.');
  if (ids.some((id) => id < 0 || id >= classes))
    throw new AssayError('MODEL_INVALID', 'A leaf adds to a class that has no label.');
  const at = (k: number): number => base[k] ?? 0;
  if (classes > 2) {
    if (base.length !== 0 && base.length !== classes)
      throw new AssayError('MODEL_UNSUPPORTED', `base_values has ${base.length} values for ${classes} classes.`);
    return { link: link(name, classes), base: Float64Array.from({ length: classes }, (_, k) => at(k)), add: plain };
  }
  const first = ids.includes(0);
  const second = ids.includes(1);
  if (base.length === 2) {
    const mirrored = first && second;
    const start = mirrored ? [-at(1), at(1)] : second ? [0, at(1)] : [at(0), 0];
    const add: Scoring['add'] = (id, weight, into) => {
      if (id !== 0) return;
      into[0]! += mirrored ? -weight : weight;
      if (mirrored) into[1]! += weight;
    };
    return { link: link(name, 2), base: Float64Array.from(start), add };
  }
  if (second) return { link: link(name, 2), base: Float64Array.of(first ? at(0) : 0, 0), add: plain };
  const positive = weights.every((weight) => weight >= 0);
  const pair: LinkName =
    name === 'unknown'
      ? 'unknown'
      : name === 'logistic'
        ? 'logistic-pair'
        : positive
          ? 'complement-pair'
          : 'negate-pair';
  return { link: link(pair, 1), base: Float64Array.of(at(0)), add: plain };
}

/**
 * TreeSHAP as it was published, which is what Python's shap runs in C++: Algorithm 2 of Lundberg et al. 2020 by covers, and its algorithm for one
 * background row at a time. One score, thresholds by ≤, typed arrays.
 */
import type { Ensemble, Tree } from '../../kernel/common/onnx/trees.ts';

const MOST = 66;
const SIZE = (MOST * (MOST + 1)) / 2 + MOST;
const feature = new Int32Array(SIZE);
const zero = new Float64Array(SIZE);
const one = new Float64Array(SIZE);
const weight = new Float64Array(SIZE);

/** Path-dependent values (rows × features). */
export function classicByCovers({ trees, features }: Ensemble, x: Float64Array, rows: number): Float64Array {
  const values = new Float64Array(rows * features);
  for (let row = 0; row < rows; row++)
    for (const tree of trees) follow(tree, x, row * features, values, 0, 0, 0, 1, 1, -1);
  return values;
}

/**
 * Path-dependent interaction values (rows × features × features) as shap finds them: TreeSHAP with each feature held present, and absent. Half the
 * difference is what the others share with it, and what then remains of its SHAP value stands on the diagonal.
 */
export function classicInteractions({ trees, features }: Ensemble, x: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows * features * features);
  const values = classicByCovers({ trees, features } as Ensemble, x, rows);
  const [present, absent] = [new Float64Array(features), new Float64Array(features)];
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < features; j++) {
      present.fill(0);
      absent.fill(0);
      for (const tree of trees) {
        follow(tree, x, row * features, present, 0, 0, 0, 1, 1, -1, { feature: j, sign: 1, into: 0 }, 1);
        follow(tree, x, row * features, absent, 0, 0, 0, 1, 1, -1, { feature: j, sign: -1, into: 0 }, 1);
      }
      const at = (row * features + j) * features;
      let rest = values[row * features + j]!;
      for (let i = 0; i < features; i++) {
        if (i === j) continue;
        out[at + i] = (present[i]! - absent[i]!) / 2;
        rest -= out[at + i]!;
      }
      out[at + j] = rest;
    }
  return out;
}

/** A feature that is held present (1) or absent (−1), and which row of the values is written to. */
interface Condition {
  readonly feature: number;
  readonly sign: 1 | -1;
  readonly into: number;
}

function follow(
  tree: Tree,
  x: Float64Array,
  row: number,
  values: Float64Array,
  node: number,
  length: number,
  parent: number,
  z: number,
  o: number,
  by: number,
  held: Condition | null = null,
  fraction = 1,
): void {
  if (fraction === 0) return;
  const into = held === null ? row : held.into;
  const at = parent + length + 1;
  for (let k = 0; k <= length; k++) {
    feature[at + k] = feature[parent + k]!;
    zero[at + k] = zero[parent + k]!;
    one[at + k] = one[parent + k]!;
    weight[at + k] = weight[parent + k]!;
  }
  if (held === null || held.feature !== by) extend(at, length, z, o, by);
  const own = tree.feature[node]!;
  if (own < 0) {
    for (let k = 1; k <= length; k++)
      values[into + feature[at + k]!]! +=
        unwoundSum(at, length, k) * (one[at + k]! - zero[at + k]!) * tree.value[node]! * fraction;
    return;
  }
  const passes = x[row + own]! <= tree.threshold[node]!;
  const hot = passes ? tree.yes[node]! : tree.no[node]!;
  const cold = passes ? tree.no[node]! : tree.yes[node]!;
  let [oldZero, oldOne, end] = [1, 1, length];
  let known = 1;
  while (known <= length && feature[at + known] !== own) known++;
  if (known <= length) {
    oldZero = zero[at + known]!;
    oldOne = one[at + known]!;
    unwind(at, length, known);
    end--;
  }
  const cover = tree.cover[node]!;
  const [here, there] = [tree.cover[hot]! / cover, tree.cover[cold]! / cover];
  let [first, second] = [fraction, fraction];
  if (held !== null && held.feature === own) {
    end--;
    if (held.sign > 0) second = 0;
    else [first, second] = [fraction * here, fraction * there];
  }
  follow(tree, x, row, values, hot, end + 1, at, oldZero * here, oldOne, own, held, first);
  follow(tree, x, row, values, cold, end + 1, at, oldZero * there, 0, own, held, second);
}

function extend(at: number, length: number, z: number, o: number, by: number): void {
  feature[at + length] = by;
  zero[at + length] = z;
  one[at + length] = o;
  weight[at + length] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i--) {
    weight[at + i + 1]! += (o * weight[at + i]! * (i + 1)) / (length + 1);
    weight[at + i] = (z * weight[at + i]! * (length - i)) / (length + 1);
  }
}

function unwind(at: number, length: number, k: number): void {
  const [o, z] = [one[at + k]!, zero[at + k]!];
  let next = weight[at + length]!;
  for (let i = length - 1; i >= 0; i--) {
    if (o === 0) weight[at + i] = (weight[at + i]! * (length + 1)) / (z * (length - i));
    else {
      const before = weight[at + i]!;
      weight[at + i] = (next * (length + 1)) / ((i + 1) * o);
      next = before - (weight[at + i]! * z * (length - i)) / (length + 1);
    }
  }
  for (let i = k; i < length; i++) {
    feature[at + i] = feature[at + i + 1]!;
    zero[at + i] = zero[at + i + 1]!;
    one[at + i] = one[at + i + 1]!;
  }
}

function unwoundSum(at: number, length: number, k: number): number {
  const [o, z] = [one[at + k]!, zero[at + k]!];
  let next = weight[at + length]!;
  let total = 0;
  for (let i = length - 1; i >= 0; i--) {
    if (o === 0) total += weight[at + i]! / (z * (length - i));
    else {
      const part = next / ((i + 1) * o);
      total += part;
      next = weight[at + i]! - part * z * (length - i);
    }
  }
  return total * (length + 1);
}

/** Interventional values (rows × features): every row against every background row. */
export function classicByBackground(
  { trees, features }: Ensemble,
  x: Float64Array,
  rows: number,
  background: Float64Array,
): Float64Array {
  const values = new Float64Array(rows * features);
  const others = background.length / features;
  // 0: undecided; 1: takes the row's value; 2: the background row's.
  const taken = new Uint8Array(features);
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++)
    for (let other = 0; other < others; other++)
      for (const tree of trees) compare(tree, 0, row * features, other * features);
  return values.map((value) => value / others);

  function compare(tree: Tree, node: number, row: number, other: number): void {
    const own = tree.feature[node]!;
    if (own < 0) {
      const [n, m] = [mine.length, theirs.length];
      const value = tree.value[node]!;
      for (const j of mine) values[row + j]! += value * share(n - 1, m);
      for (const j of theirs) values[row + j]! -= value * share(m - 1, n);
      return;
    }
    const next = (passes: boolean): number => (passes ? tree.yes[node]! : tree.no[node]!);
    const here = next(x[row + own]! <= tree.threshold[node]!);
    const there = next(background[other + own]! <= tree.threshold[node]!);
    if (here === there || taken[own] === 1) return compare(tree, here, row, other);
    if (taken[own] === 2) return compare(tree, there, row, other);
    taken[own] = 1;
    mine.push(own);
    compare(tree, here, row, other);
    mine.pop();
    taken[own] = 2;
    theirs.push(own);
    compare(tree, there, row, other);
    theirs.pop();
    taken[own] = 0;
  }
}

const shares: number[] = [];

/** a! b! / (a + b + 1)! */
function share(a: number, b: number): number {
  const at = a * 64 + b;
  if (shares[at] === undefined) {
    let value = 1 / (a + b + 1);
    for (let i = 1; i <= b; i++) value *= i / (a + i);
    shares[at] = value;
  }
  return shares[at];
}

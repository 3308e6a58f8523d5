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
): void {
  const at = parent + length + 1;
  for (let k = 0; k < length; k++) {
    feature[at + k] = feature[parent + k]!;
    zero[at + k] = zero[parent + k]!;
    one[at + k] = one[parent + k]!;
    weight[at + k] = weight[parent + k]!;
  }
  extend(at, length, z, o, by);
  const own = tree.feature[node]!;
  if (own < 0) {
    for (let k = 1; k <= length; k++)
      values[row + feature[at + k]!]! += unwoundSum(at, length, k) * (one[at + k]! - zero[at + k]!) * tree.value[node]!;
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
  follow(tree, x, row, values, hot, end + 1, at, (oldZero * tree.cover[hot]!) / cover, oldOne, own);
  follow(tree, x, row, values, cold, end + 1, at, (oldZero * tree.cover[cold]!) / cover, 0, own);
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

/**
 * One row down one tree: every branch is visited once, at all points of the quadrature side by side (lib/path-dependent.ts has the factors and gains).
 * Nothing is prepared, so this is the fastest way while rows are few.
 */
import { int, points, put, putReal, ratio, real, rule } from './tree.as';
import * as tree from './tree.as';

const MOST_LEVELS: usize = 66;
const MOST_POINTS: usize = 32;
const LEVEL: usize = 8 * MOST_POINTS;
/** Bytes of room. */
export const VISIT_BYTES: usize = (16 + 4 * LEVEL) * MOST_LEVELS + 2 * LEVEL;

/** By level: a feature, whether the row passes its decisions so far, and the product of their cover ratios. */
let feature: usize = 0;
let passes: usize = 0;
let z: usize = 0;
/** By level and point: product of factors, sum of what lies below, one over the feature's factor, and its gain. */
let product: usize = 0;
let below: usize = 0;
let inverse: usize = 0;
let gain: usize = 0;
/** Nodes and weights of the quadrature, an even number of them. */
let nodes: usize = 0;
let weights: usize = 0;
let bytes: usize = 0;

let taken: usize = 0;
let sums: usize = 0;
let score: i32 = 0;
let scores: i32 = 0;

export function setVisits(room: usize): void {
  product = room;
  below = product + LEVEL * MOST_LEVELS;
  inverse = below + LEVEL * MOST_LEVELS;
  gain = inverse + LEVEL * MOST_LEVELS;
  nodes = gain + LEVEL * MOST_LEVELS;
  weights = nodes + LEVEL;
  z = weights + LEVEL;
  feature = z + 8 * MOST_LEVELS;
  passes = feature + 4 * MOST_LEVELS;
}

/** Before the rows of a tree. */
export function prepareVisits(): void {
  bytes = (<usize>((points + 1) & ~1)) << 3;
  for (let q = 0; q < points; q++) {
    putReal(nodes, q, real(rule, q));
    putReal(weights, q, real(rule, points + q));
  }
  if (points % 2 == 1) {
    putReal(nodes, points, 0.5);
    putReal(weights, points, 0);
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(product + at, f64x2.splat(1));
    v128.store(inverse + at, f64x2.splat(1));
    v128.store(gain + at, f64x2.splat(0));
  }
  putReal(z, 0, 1);
  put(passes, 0, 1);
  put(feature, 0, -1);
}

/** @param decided by node, u8: whether its test holds @param to (features × scores): what the row gets of one score is added */
export function visit(decided: usize, ofScore: i32, ofScores: i32, to: usize): void {
  taken = decided;
  score = ofScore;
  scores = ofScores;
  sums = to;
  descend(0, 0);
}

function descend(node: i32, level: i32): void {
  const here = <usize>level * LEVEL;
  if (int(tree.column, node) < 0) {
    const value = f64x2.splat(tree.valueAt(node, score));
    for (let at = here; at < here + bytes; at += 16) v128.store(below + at, f64x2.mul(v128.load(product + at), value));
    return;
  }
  const own = int(tree.feature, node);
  let above = level;
  while (above > 0 && int(feature, above) != own) above--;
  const next = level + 1;
  const from = <usize>above * LEVEL;
  const to = here + LEVEL;
  const sum = sums + ((<usize>(own * scores + score)) << 3);
  for (let holds = 1; holds >= 0; holds--) {
    const branch = tree.child(node, holds != 0);
    const pass = int(passes, above) & i32(<i32>load<u8>(taken + <usize>node) == holds);
    const share = real(z, above) * ratio(node, branch);
    // Deeper levels wrote over what the first branch left.
    put(feature, next, own);
    put(passes, next, pass);
    putReal(z, next, share);
    const one = f64x2.splat(<f64>pass - share);
    const base = f64x2.splat(share);
    for (let at: usize = 0; at < bytes; at += 16) {
      const factor = f64x2.add(base, f64x2.mul(one, v128.load(nodes + at)));
      // A factor of 0 leaves nothing to share.
      const inverted = v128.and(f64x2.div(f64x2.splat(1), factor), f64x2.ne(factor, f64x2.splat(0)));
      v128.store(inverse + to + at, inverted);
      v128.store(gain + to + at, f64x2.mul(f64x2.mul(v128.load(weights + at), one), inverted));
      const before = f64x2.mul(v128.load(product + here + at), v128.load(inverse + from + at));
      v128.store(product + to + at, f64x2.mul(before, factor));
    }
    descend(branch, next);
    let all = f64x2.splat(0);
    // The first branch's sum waits where the node's own will be.
    for (let at: usize = 0; at < bytes; at += 16) {
      const amount = v128.load(below + to + at);
      const gained = f64x2.sub(v128.load(gain + to + at), v128.load(gain + from + at));
      all = f64x2.add(all, f64x2.mul(amount, gained));
      v128.store(below + here + at, holds != 0 ? amount : f64x2.add(v128.load(below + here + at), amount));
    }
    store<f64>(sum, load<f64>(sum) + (f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)));
  }
}

/** Fills in a cluster's tables leaf by leaf: each leaf's game (leaves.as.ts, interactions.as.ts) is spread over the indices of the cluster. */
import * as clusters from './clusters.as';
import { pairsByBackground, pairsByCovers } from './interactions.as';
import { byBackground, byCovers, gatherPatterns, spread } from './leaves.as';
import { meeting } from './meetings.as';
import { int, points, put, putReal, real, rule } from './tree.as';
import * as tree from './tree.as';

const MOST: usize = 16;

/** Pairs of features that meet on the path of some leaf of the cluster, by their places among its features. */
export let pairs: i32 = 0;
let first: usize = 0;
let second: usize = 0;
let met: usize = 0;

/** Of a leaf: its features, bits of an index that say whether each is passed and what they must be, product of its cover ratios. */
let own: usize = 0;
let bits: usize = 0;
let want: usize = 0;
let z: usize = 0;
let passed: usize = 0;
/** Tables of a leaf, by pattern of passed features. */
let table: usize = 0;
let bytes: usize = 0;

let score: i32 = 0;
let above: i32 = 0;
let size: i32 = 0;
let parts: i32 = 0;
let counts: usize = 0;
let order: i32 = 0;
let cells: usize = 0;
let place: i32 = 0;

/** Bytes of room for leaves of up to `most` features, whose parts are features or pairs of them. */
export function leafBytes(most: i32, parts: i32): i32 {
  return 20 * 16 + 12 * 16 * 16 + (parts + 6) * (8 << most);
}

export function setLeaves(room: usize, most: i32, parts: i32): void {
  bytes = 8 << most;
  z = room;
  table = z + 8 * MOST;
  passed = table + <usize>(parts + 5) * bytes;
  own = passed + bytes;
  bits = own + 4 * MOST;
  want = bits + 4 * MOST;
  met = want + 4 * MOST;
  first = met + 4 * MOST * MOST;
  second = first + 4 * MOST * MOST;
}

export function forgetPairs(): void {
  pairs = 0;
  memory.fill(met, 0, 4 * MOST * MOST);
}

export function pairSum(pair: i32): i32 {
  const one = int(clusters.features, int(first, pair));
  const other = int(clusters.features, int(second, pair));
  return meeting(one, other);
}

/** Finds pairs: all features above the cluster meet, and on the way to each leaf those that it decides on. */
export function meetPairs(root: i32, features: i32): void {
  join(root, (1 << features) - 1);
}

function join(node: i32, on: i32): void {
  if (int(tree.column, node) >= 0) {
    const more = on | (1 << position(int(tree.feature, node)));
    join(tree.child(node, true), more);
    join(tree.child(node, false), more);
    return;
  }
  for (let j = 1; j < clusters.known; j++)
    for (let i = 0; i < j; i++) {
      const at = j * <i32>MOST + i;
      if (((on >> i) & (on >> j) & 1) == 0 || int(met, at) != 0) continue;
      put(first, pairs, i);
      put(second, pairs, j);
      put(met, at, ++pairs);
    }
}

function position(feature: i32): i32 {
  let at = 0;
  while (int(clusters.features, at) != feature) at++;
  return at;
}

export function fillByLeaves(
  root: i32,
  ofScore: i32,
  decided: i32,
  level: i32,
  indices: i32,
  ofParts: i32,
  counted: usize,
  kind: i32,
  to: usize,
): void {
  score = ofScore;
  above = decided;
  size = indices;
  parts = ofParts;
  counts = counted;
  order = kind;
  cells = to;
  place = 0;
  descend(root, level);
}

function descend(node: i32, level: i32): void {
  if (int(tree.column, node) < 0) {
    const value = tree.valueAt(node, score);
    if (value != 0) leaf(value, level);
    return;
  }
  put(clusters.pathNode, level, node);
  put(clusters.pathPlace, level, place++);
  for (let holds = 1; holds >= 0; holds--) {
    put(clusters.pathHolds, level, holds);
    descend(tree.child(node, holds != 0), level + 1);
  }
}

/** A leaf's game, and its parts' tables added to the cluster's. */
function leaf(value: f64, depth: i32): void {
  const d = meet(depth);
  write(d);
  const one = passed - 5 * bytes;
  if (counts == 0) {
    if (order == 1) byCovers(z, d, rule, points, table, one);
    else pairsByCovers(z, d, rule, points, table, one);
  } else {
    const frequency = passed - bytes;
    memory.fill(frequency, 0, 8 << d);
    gatherPatterns(counts, size, passed, frequency);
    if (order == 1) byBackground(frequency, d, rule, points, table, one, one + bytes);
    else pairsByBackground(frequency, d, rule, points, table, one, one + bytes, one + 2 * bytes);
  }
  const pattern = <usize>(8 << d);
  for (let part = 0; part < parts; part++) {
    const to = cells + ((<usize>((part >> 3) * size)) << 6) + ((<usize>(part & 7)) << 3);
    if (order == 1) {
      const at = ownAt(int(clusters.features, part), d);
      if (at < d) spread(to, size, value, table + <usize>at * pattern, passed);
      continue;
    }
    const i = ownAt(int(clusters.features, int(first, part)), d);
    const j = ownAt(int(clusters.features, int(second, part)), d);
    if (i == d || j == d) continue;
    const high = max(i, j);
    const at = ((high * (high - 1)) >> 1) + min(i, j);
    // Each of the two gets half.
    spread(to, size, value / 2, table + <usize>at * pattern, passed);
  }
}

function ownAt(feature: i32, d: i32): i32 {
  let at = 0;
  while (at < d && int(own, at) != feature) at++;
  return at;
}

/** Features on the way to a leaf, those above the cluster first. @returns how many */
function meet(depth: i32): i32 {
  for (let i = 0; i < above; i++) {
    put(own, i, int(clusters.features, i));
    put(bits, i, 1 << i);
    put(want, i, 1 << i);
    putReal(z, i, 1);
  }
  let count = above;
  for (let level = 0; level < depth; level++) {
    const node = int(clusters.pathNode, level);
    const holds = int(clusters.pathHolds, level) != 0;
    const feature = int(tree.feature, node);
    const at = ownAt(feature, count);
    if (at == count) {
      put(own, count, feature);
      put(bits, count, 0);
      put(want, count, 0);
      putReal(z, count++, 1);
    }
    if (counts == 0) putReal(z, at, real(z, at) * tree.ratio(node, tree.child(node, holds)));
    const number = int(clusters.pathPlace, level);
    if (number < 0) continue;
    const bit = 1 << (above + number);
    put(bits, at, int(bits, at) | bit);
    if (holds) put(want, at, int(want, at) | bit);
  }
  return count;
}

/** For each index the pattern of passed features, eight at a time. */
function write(d: i32): void {
  const first = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  for (let index = 0; index < size; index += 8) {
    const indices = i16x8.add(first, i16x8.splat(<i16>index));
    let pattern = i16x8.splat(0);
    for (let i = 0; i < d; i++) {
      const all = v128.and(indices, i16x8.splat(<i16>int(bits, i)));
      const same = i16x8.eq(all, i16x8.splat(<i16>int(want, i)));
      pattern = v128.or(pattern, v128.and(same, i16x8.splat(<i16>((<i32>1) << i))));
    }
    v128.store(passed + ((<usize>index) << 1), pattern);
  }
}

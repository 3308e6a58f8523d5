/** Fills in a cluster's tables leaf by leaf: each leaf's game (leaves.as.ts, interactions.as.ts) is spread over the indices of the cluster. */
import { first, second } from './cluster-pairs.as';
import { pairsByBackground, pairsByCovers } from './interactions.as';
import { byBackground, byCovers, gatherPatterns, spread } from './leaves.as';
import { meetLeaf, ownAt, writePassed, z } from './leaf-game.as';
import { int, points, put, rule } from './tree.as';
import * as tree from './tree.as';
import * as way from './way.as';

/** For each index the pattern of passed features, u16. */
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
  return (parts + 6) * (8 << most);
}

export function setLeaves(room: usize, most: i32, parts: i32): void {
  bytes = 8 << most;
  table = room;
  passed = table + <usize>(parts + 5) * bytes;
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
  put(way.pathNode, level, node);
  put(way.pathPlace, level, place++);
  for (let holds = 1; holds >= 0; holds--) {
    put(way.pathHolds, level, holds);
    descend(tree.child(node, holds != 0), level + 1);
  }
}

/** A leaf's game, and its parts' tables added to the cluster's. */
function leaf(value: f64, depth: i32): void {
  const d = meetLeaf(depth, above, counts == 0);
  writePassed(d, size, passed);
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
      const at = ownAt(int(way.features, part), d);
      if (at < d) spread(to, size, value, table + <usize>at * pattern, passed);
      continue;
    }
    const i = ownAt(int(way.features, int(first, part)), d);
    const j = ownAt(int(way.features, int(second, part)), d);
    if (i == d || j == d) continue;
    const high = max(i, j);
    const at = ((high * (high - 1)) >> 1) + min(i, j);
    // Each of the two gets half.
    spread(to, size, value / 2, table + <usize>at * pattern, passed);
  }
}

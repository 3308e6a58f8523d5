/**
 * Writes what paths.as.ts runs, depth first through the tree: a branch multiplies a row's product by its factor, a cluster at the end of a path looks up
 * what lies below, and on the way back each branch's feature gets its share (lib/path-dependent.ts has the factors and shares). Numbers lie in
 * the program beside what uses them.
 */
import * as local from './local.as';
import { fill } from './local-table.as';
import { startNumbers, writeFactors, writeGains } from './path-numbers.as';
import { int, points, put, putReal, real } from './tree.as';
import * as tree from './tree.as';

/** Bits of a cluster's index: with many features that were decided above, tables of several decisions would take long to fill in. */
const BITS: i32 = 4;
const MOST_LEVELS: usize = 66;
/** Bytes of room. */
export const PATH_BYTES: usize = 12 * MOST_LEVELS;

/** By level: a feature, and the product of the cover ratios of its decisions from the root to here. */
let z: usize = 0;
let feature: usize = 0;
let depth: i32 = 0;
let most: i32 = 0;
let at: usize = 0;
let score: i32 = 0;
let scores: i32 = 0;

export function setPath(room: usize): void {
  z = room;
  feature = z + 8 * MOST_LEVELS;
}

/**
 * One score of the tree. @param decisions at the end of a path that share a table, at most @returns where the program ends; it begins with its levels
 * above clusters, the root's included, and its points
 */
export function writePaths(to: usize, ofScore: i32, ofScores: i32, decisions: i32): usize {
  score = ofScore;
  scores = ofScores;
  most = decisions;
  depth = 1;
  putReal(z, 0, 1);
  put(feature, 0, -1);
  at = to + 8;
  put(to, 0, 1);
  put(to, 1, points);
  startNumbers();
  descend(to, 0);
  put(at, 0, 0);
  return at + 8;
}

/** The level that decided on a feature last; 0 when none did. */
function levelOf(own: i32): i32 {
  let level = depth - 1;
  while (level > 0 && int(feature, level) != own) level--;
  return level;
}

function descend(start: usize, node: i32): void {
  if (int(tree.inner, node) <= most) {
    local.collect(node);
    for (let player = 0; player < local.players; player++) {
      const level = levelOf(int(local.featureOf, player));
      put(local.again, player, level);
      putReal(local.before, player, real(z, level));
    }
    const patterns = local.settle();
    if (local.nodes <= 1 || patterns <= 1 << BITS) return end(node, patterns);
  }
  const own = int(tree.feature, node);
  const above = levelOf(own);
  const before = real(z, above);
  for (let holds = 1; holds >= 0; holds--) {
    const branch = tree.child(node, holds != 0);
    const share = before * tree.ratio(node, branch);
    const level = depth++;
    put(feature, level, own);
    putReal(z, level, share);
    if (depth > int(start, 0)) put(start, 0, depth);
    put(at, 0, 1);
    put(at, 1, level);
    put(at, 2, int(tree.column, node));
    put(at, 3, int(tree.cut, node));
    put(at, 4, holds - 1);
    put(at, 5, above);
    at += 24;
    at = writeFactors(at, above, level, before, share);
    descend(start, branch);
    depth--;
    put(at, 0, 2);
    put(at, 1, level);
    put(at, 2, above);
    put(at, 3, holds);
    put(at, 4, own * scores + score);
    at += 24;
    at = writeGains(at, above, level);
  }
}

function end(root: i32, patterns: i32): void {
  const head = at;
  put(at, 0, 3);
  put(at, 1, depth - 1);
  put(at, 2, local.nodes);
  put(at, 3, local.repeats);
  put(at, 4, local.players);
  at += 24;
  for (let n = 0; n < local.nodes; n++) {
    const node = int(local.nodeAt, n);
    put(at, 0, int(tree.column, node));
    put(at, 1, int(tree.cut, node));
    put(at, 2, 1 << n);
    at += 12;
  }
  for (let player = 0; player < local.players; player++) {
    if (int(local.again, player) == 0) continue;
    put(at, 0, int(local.again, player));
    put(at, 1, int(local.bit, player));
    at += 8;
  }
  for (let player = 0; player < local.players; player++) {
    put(at, 0, int(local.featureOf, player) * scores + score);
    at += 4;
  }
  at = (at + 7) & ~7;
  const bytes = (<usize>(patterns * (1 + local.players) * points)) << 3;
  memory.fill(at, 0, bytes);
  fill(root, score, patterns, at);
  at += bytes;
  put(head, 5, <i32>(at - head));
}

/**
 * Writes what pair-paths.as.ts runs. Depth first: a branch multiplies a row's product by its factor, and on the way back its feature shares all that lies
 * below with every other feature above it (lib/interactions/by-quadrature.ts).
 */
import { meeting } from './meetings.as';
import { startNumbers, writeFactors, writeFails, writeGains, writePasses } from './path-numbers.as';
import { int, points, put, putReal, real } from './tree.as';
import * as tree from './tree.as';

const MOST_LEVELS: usize = 66;
/** Bytes of room. */
export const PAIR_BYTES: usize = 20 * MOST_LEVELS;

/** By level: a feature, the product of the cover ratios of its decisions from the root to here, and where it is written what it gains if passed. */
let z: usize = 0;
let feature: usize = 0;
let passes: usize = 0;
/** Levels where each other feature was decided last, those of one branch behind those of the next. */
let others: usize = 0;
let depth: i32 = 0;
let at: usize = 0;
let score: i32 = 0;
let scores: i32 = 0;

export function setPairs(room: usize): void {
  z = room;
  feature = z + 8 * MOST_LEVELS;
  passes = feature + 4 * MOST_LEVELS;
  others = passes + 4 * MOST_LEVELS;
}

/** One score of the tree. @returns where the program ends; it begins with its levels, the root's included, its points, and what failed features gain */
export function writePairs(to: usize, ofScore: i32, ofScores: i32): usize {
  score = ofScore;
  scores = ofScores;
  depth = 1;
  putReal(z, 0, 1);
  put(feature, 0, -1);
  put(to, 0, 1);
  put(to, 1, points);
  startNumbers();
  at = writeFails(to + 8);
  descend(to, 0);
  put(at, 0, 0);
  return at + 8;
}

function descend(start: usize, node: i32): void {
  if (int(tree.column, node) < 0) {
    put(at, 0, 3);
    put(at, 1, depth - 1);
    // Each of the two gets half.
    putReal(at, 1, tree.valueAt(node, score) / 2);
    at += 16;
    return;
  }
  const own = int(tree.feature, node);
  let above = depth - 1;
  while (above > 0 && int(feature, above) != own) above--;
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
    at = writeFactors(at + 24, above, level, before, share);
    put(passes, level, <i32>at);
    at = writePasses(at, level);
    descend(start, branch);
    depth--;
    const head = at;
    put(at, 0, 2);
    put(at, 1, level);
    put(at, 2, above);
    put(at, 3, holds);
    at = writeGains(at + 24, above, level);
    put(head, 4, writePartners(own));
  }
}

/** With whom a feature shares. @returns how many */
function writePartners(own: i32): i32 {
  let count = 0;
  for (let level = depth - 1; level > 0; level--) {
    const other = int(feature, level);
    let known = other == own;
    for (let i = 0; i < count && !known; i++) known = int(feature, int(others, i)) == other;
    if (known) continue;
    put(others, count++, level);
    put(at, 0, level);
    put(at, 1, meeting(own, other) * scores + score);
    put(at, 2, int(passes, level));
    put(at, 3, 0);
    at += 16;
  }
  return count;
}

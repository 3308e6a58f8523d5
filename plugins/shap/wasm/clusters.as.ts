/**
 * Splits a tree into clusters of a few bits and writes what tables.as.ts runs. A cluster is a subtree small enough for a table: the features decided above
 * it, which a row may have failed, and its own decisions make the index. Tables lie in the program beside what uses them.
 */
import { fillByCovers } from './cover-tables.as';
import { fillByLeaves, forgetPairs, meetPairs, pairs, pairSum } from './leaf-tables.as';
import * as local from './local.as';
import { int, put } from './tree.as';
import * as tree from './tree.as';

const MOST_LEVELS: usize = 66;
const MOST_FEATURES: usize = 16;
/** Entries of a row of a table: one line of the cache. */
const PANEL: i32 = 8;
/** Bytes of room. */
export const CLUSTER_BYTES: usize = 12 * MOST_LEVELS + 4 * MOST_FEATURES;

/** What is written. */
const MEASURE: i32 = 0;
const COUNT: i32 = 1;
const COVERS: i32 = 2;
const LEAVES: i32 = 3;

/** By level from the root: the node, whether its test holds, and its number in the cluster or −1. */
export let pathNode: usize = 0;
export let pathHolds: usize = 0;
export let pathPlace: usize = 0;
/** Features of a cluster, those decided above first. */
export let features: usize = 0;
export let known: i32 = 0;

let what: i32 = 0;
let most: i32 = 0;
let order: i32 = 0;
let scores: i32 = 0;
let column: i32 = 0;
let waste: i32 = 0;
let at: usize = 0;
let counts: usize = 0;
let fits: bool = true;

export function setClusters(room: usize): void {
  pathNode = room;
  pathHolds = pathNode + 4 * MOST_LEVELS;
  pathPlace = pathHolds + 4 * MOST_LEVELS;
  features = pathPlace + 4 * MOST_LEVELS;
}

/**
 * @param bits of an index, up to 13: a mask is a u16 @param kind 2 where tables are about pairs of features
 * @param sums of a row (last one: for nobody) and bytes from one's column to the next
 */
export function setShape(bits: i32, kind: i32, ofScores: i32, sums: i32, bytes: i32): void {
  most = bits;
  order = kind;
  scores = ofScores;
  column = bytes;
  waste = sums * bytes;
}

/** Bytes of its program with tables, or −1 when a path has more different features than an index has bits. */
export function measureTree(): i32 {
  const end = write(0, MEASURE, 0);
  return fits ? <i32>end : -1;
}

/** A program that counts how often each index comes up. @returns its end */
export function writeCounts(to: usize): usize {
  return write(to, COUNT, 0);
}

/** @param from what `writeCounts` wrote, after it ran over a background; 0: by covers @returns the end */
export function writeTables(to: usize, from: usize): usize {
  return write(to, from == 0 ? COVERS : LEAVES, from);
}

function write(to: usize, kind: i32, from: usize): usize {
  what = kind;
  counts = from;
  at = to;
  fits = true;
  word(1);
  word(0);
  if (counts != 0) counts += 8;
  descend(0, 0, 0);
  return at;
}

function word(value: i32): void {
  if (what != MEASURE) store<i32>(at, value);
  at += 4;
}

function descend(node: i32, above: i32, level: i32): void {
  const inside = int(tree.inner, node);
  if (above + inside <= most) {
    if (level > 0 || inside > 0) cluster(node, above, level);
    return;
  }
  if (inside == 0) fits = false;
  if (!fits) return;
  const feature = int(tree.feature, node);
  let bit = 0;
  while (bit < above && int(features, bit) != feature) bit++;
  put(features, bit, feature);
  const more = max(above, bit + 1);
  if (more > most) fits = false;
  put(pathNode, level, node);
  put(pathPlace, level, -1);
  for (let holds = 1; holds >= 0 && fits; holds--) {
    put(pathHolds, level, holds);
    word(2);
    word(int(tree.column, node));
    word(int(tree.cut, node));
    word(~(1 << bit));
    word(level);
    word(level + 1);
    word(holds - 1);
    word(0);
    if (counts != 0) counts += 32;
    descend(tree.child(node, holds != 0), more, level + 1);
  }
}

/** Whether some leaf below adds to the score. */
function adds(node: i32, score: i32): bool {
  if (int(tree.column, node) < 0) return tree.valueAt(node, score) != 0;
  return adds(tree.child(node, true), score) || adds(tree.child(node, false), score);
}

function cluster(root: i32, above: i32, level: i32): void {
  local.collect(root);
  known = above;
  for (let player = 0; player < local.players; player++) {
    const feature = int(local.featureOf, player);
    let bit = 0;
    while (bit < above && int(features, bit) != feature) bit++;
    // Where it was decided above, counted from 1.
    put(local.again, player, bit < above ? bit + 1 : 0);
    if (bit == above) put(features, known++, feature);
  }
  const size: i32 = 1 << (above + local.nodes);
  if (order == 2) {
    forgetPairs();
    meetPairs(root, above);
  }
  const parts = order == 1 ? known : pairs;
  let kept = 0;
  for (let score = 0; score < scores; score++) if (adds(root, score)) kept++;
  const panels = what == COUNT ? 0 : kept * ((parts + PANEL - 1) / PANEL);
  const head = at;
  word(3);
  word(level);
  word((1 << above) - 1);
  word(local.nodes);
  word(what == COUNT ? -1 : panels);
  word(size);
  word(0);
  word(0);
  for (let n = 0; n < local.nodes; n++) {
    const node = int(local.nodeAt, n);
    word(int(tree.column, node));
    word(int(tree.cut, node));
    word(1 << (above + n));
  }
  if (panels > 0)
    for (let score = 0; score < scores; score++) {
      if (!adds(root, score)) continue;
      for (let part = 0; part < parts; part++) {
        if (part % PANEL == 0) word(min(PANEL, parts - part));
        word(what == MEASURE ? 0 : column * ((order == 1 ? int(features, part) : pairSum(part)) * scores + score));
      }
      for (let part = parts; part % PANEL != 0; part++) word(waste);
    }
  // What is measured has room for counts, too, where nothing is shared.
  const cells = what == COUNT ? 1 : panels * PANEL;
  const bytes = (<usize>(size * (what == MEASURE ? max(1, cells) : cells))) << 3;
  at = (at + 63) & ~63;
  if (what != MEASURE) {
    store<i32>(head, <i32>(at + bytes - head), 24);
    // By covers every entry is written.
    if (what != COVERS || order != 1) memory.fill(at, 0, bytes);
    let to = at;
    let own: usize = 0;
    if (counts != 0) {
      const next = counts + <usize>load<i32>(counts, 24);
      own = next - ((<usize>size) << 3);
      counts = next;
    }
    if (what > COUNT)
      for (let score = 0; score < scores; score++) {
        if (!adds(root, score)) continue;
        if (what == COVERS && order == 1) fillByCovers(root, score, above, level, size, to);
        else fillByLeaves(root, score, above, level, size, parts, own, order, to);
        to += (<usize>(size * ((parts + PANEL - 1) / PANEL) * PANEL)) << 3;
      }
  }
  at += bytes;
}

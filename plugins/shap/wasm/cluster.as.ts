/** Writes one cluster: what tables.as.ts asks of a row, where the entries of its tables are added, and the tables. */
import { COUNT, COVERS, MEASURE } from './clusters.as';
import { meetPairs, pairs, pairSum } from './cluster-pairs.as';
import { fillByCovers } from './cover-tables.as';
import { fillByLeaves } from './leaf-tables.as';
import * as local from './local.as';
import { int, put } from './tree.as';
import * as tree from './tree.as';
import { features, setKnown } from './way.as';

/** Entries of a row of a table: one line of the cache. */
const PANEL: i32 = 8;

let order: i32 = 0;
let scores: i32 = 0;
let column: i32 = 0;
let waste: i32 = 0;
let at: usize = 0;
let measuring: bool = false;

/** @param kind 2: of pairs of features @param bytes from one column of sums to the next @param nobody column of sums that isn't read */
export function setColumns(kind: i32, ofScores: i32, bytes: i32, nobody: i32): void {
  order = kind;
  scores = ofScores;
  column = bytes;
  waste = nobody;
}

function word(value: i32): void {
  if (!measuring) store<i32>(at, value);
  at += 4;
}

/** Whether some leaf below adds to the score. */
function adds(node: i32, score: i32): bool {
  if (int(tree.column, node) < 0) return tree.valueAt(node, score) != 0;
  return adds(tree.child(node, true), score) || adds(tree.child(node, false), score);
}

/** @param what of clusters.as.ts @param counts of the cluster, or 0 @returns the end */
export function writeCluster(to: usize, what: i32, root: i32, above: i32, level: i32, counts: usize): usize {
  at = to;
  measuring = what == MEASURE;
  local.collect(root);
  let known = above;
  for (let player = 0; player < local.players; player++) {
    const feature = int(local.featureOf, player);
    let bit = 0;
    while (bit < above && int(features, bit) != feature) bit++;
    // Where it was decided above, counted from 1.
    put(local.again, player, bit < above ? bit + 1 : 0);
    if (bit == above) put(features, known++, feature);
  }
  setKnown(known);
  const size: i32 = 1 << (above + local.nodes);
  if (order == 2) meetPairs(root, above);
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
    const own = counts == 0 ? 0 : counts + <usize>load<i32>(counts, 24) - ((<usize>size) << 3);
    if (what > COUNT)
      for (let score = 0; score < scores; score++) {
        if (!adds(root, score)) continue;
        if (what == COVERS && order == 1) fillByCovers(root, score, above, level, size, to);
        else fillByLeaves(root, score, above, level, size, parts, own, order, to);
        to += (<usize>(size * ((parts + PANEL - 1) / PANEL) * PANEL)) << 3;
      }
  }
  return at + bytes;
}

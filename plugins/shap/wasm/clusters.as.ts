/**
 * Splits a tree into clusters of a few bits and writes what tables.as.ts runs. A cluster is a subtree small enough for a table: the features decided above
 * it, which a row may have failed, and its own decisions make the index. Tables lie in the program beside what uses them.
 */
import { setColumns, writeCluster } from './cluster.as';
import { int, put } from './tree.as';
import * as tree from './tree.as';
import { features, pathHolds, pathNode, pathPlace } from './way.as';

/** What is written. */
export const MEASURE: i32 = 0;
export const COUNT: i32 = 1;
export const COVERS: i32 = 2;
const LEAVES: i32 = 3;

let what: i32 = 0;
let most: i32 = 0;
let at: usize = 0;
let counts: usize = 0;
let fits: bool = true;

/**
 * @param bits of an index, up to 13: a mask is a u16 @param kind 2 where tables are about pairs of features
 * @param sums of a row (last one: for nobody) and bytes from one's column to the next
 */
export function setShape(bits: i32, kind: i32, ofScores: i32, sums: i32, bytes: i32): void {
  most = bits;
  setColumns(kind, ofScores, bytes, sums * bytes);
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
    if (level > 0 || inside > 0) {
      const end = writeCluster(at, what, node, above, level, counts);
      if (counts != 0) counts += <usize>load<i32>(counts, 24);
      at = end;
    }
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

/**
 * What a small subtree is worth by itself, by covers: for each pattern of its decisions (local.as.ts), at each point, its leaves' values times the
 * factors of those decisions, summed, and what of that each of its players gains.
 */
import * as local from './local.as';
import { failing, gainFailing, gainPassing, int, passing, points, put, putReal, real, rule } from './tree.as';
import * as tree from './tree.as';

const MOST: usize = local.MOST_PLAYERS;
const MOST_POINTS: usize = 32;
/** Bytes of room. */
export const LOCAL_TABLE_BYTES: usize = 8 * MOST_POINTS + 8 * MOST + 48 * MOST * MOST_POINTS + 20 * MOST;

/** A player's row fails above, fails here, or passes: for each of these a factor and a gain at each point. */
const STATES: i32 = 3;

let product: usize = 0;
let factor: usize = 0;
let gain: usize = 0;
/** By player: product of its cover ratios, bits of its decisions on the way to a leaf and what they must be. */
let z: usize = 0;
let bits: usize = 0;
let want: usize = 0;
/** Players on the way to a leaf, and how a pattern's rows stand with each. */
let taking: usize = 0;
let many: i32 = 0;
let state: usize = 0;
let score: i32 = 0;
let patterns: i32 = 0;
let table: usize = 0;
let met: i32 = 0;

/** @param room of LOCAL_TABLE_BYTES */
export function setLocalTable(room: usize): void {
  product = room;
  z = product + 8 * MOST_POINTS;
  factor = z + 8 * MOST;
  gain = factor + 24 * MOST * MOST_POINTS;
  bits = gain + 24 * MOST * MOST_POINTS;
  want = bits + 4 * MOST;
  taking = want + 4 * MOST;
  state = taking + 4 * MOST;
}

/** Adds what a score gets below `root`. @param to (patterns × (1 + players) × points) of f64 */
export function fill(root: i32, ofScore: i32, size: i32, to: usize): void {
  score = ofScore;
  patterns = size;
  table = to;
  met = 0;
  for (let player = 0; player < local.players; player++) {
    put(bits, player, 0);
    put(want, player, 0);
    putReal(z, player, real(local.before, player));
  }
  descend(root);
}

function descend(node: i32): void {
  if (int(tree.column, node) < 0) {
    const value = tree.valueAt(node, score);
    if (value != 0) leaf(value);
    return;
  }
  const own = 1 << met++;
  const player = local.playerOf(int(tree.feature, node));
  const all = int(bits, player);
  const right = int(want, player);
  const share = real(z, player);
  put(bits, player, all | own);
  for (let holds = 1; holds >= 0; holds--) {
    const branch = tree.child(node, holds != 0);
    put(want, player, holds != 0 ? right | own : right);
    putReal(z, player, share * tree.ratio(node, branch));
    descend(branch);
  }
  put(bits, player, all);
  put(want, player, right);
  putReal(z, player, share);
}

function leaf(value: f64): void {
  many = 0;
  for (let player = 0; player < local.players; player++) if (int(bits, player) != 0) meet(player);
  const stride = (<usize>((1 + local.players) * points)) << 3;
  let to = table;
  for (let pattern = 0; pattern < patterns; pattern++) {
    add(pattern, value, to);
    to += stride;
  }
}

function meet(player: i32): void {
  const own = real(z, player);
  const had = real(local.before, player);
  const failed = had == 0 ? 0 : own / had;
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const weight = real(rule, points + q);
    const cell = many * STATES * points + q;
    const old = 1 / passing(had, t);
    const gained = (1 - had) * old;
    putReal(factor, cell, failed);
    putReal(factor, cell + points, failing(own, t) * old);
    putReal(factor, cell + 2 * points, passing(own, t) * old);
    putReal(gain, cell + points, weight * (gainFailing(t) - gained));
    putReal(gain, cell + 2 * points, weight * (gainPassing(own, t) - gained));
  }
  put(taking, many++, player);
}

function add(pattern: i32, value: f64, to: usize): void {
  for (let q = 0; q < points; q++) putReal(product, q, value);
  for (let p = 0; p < many; p++) {
    const player = int(taking, p);
    const above = int(local.bit, player);
    const way = above != 0 && (pattern & above) == 0 ? 0 : (pattern & int(bits, player)) == int(want, player) ? 2 : 1;
    put(state, p, way);
    const at = (p * STATES + way) * points;
    for (let q = 0; q < points; q++) putReal(product, q, real(product, q) * real(factor, at + q));
  }
  for (let q = 0; q < points; q++) putReal(to, q, real(to, q) + real(product, q));
  for (let p = 0; p < many; p++) {
    const way = int(state, p);
    if (way == 0) continue;
    const at = (p * STATES + way) * points;
    const share = (1 + int(taking, p)) * points;
    for (let q = 0; q < points; q++)
      putReal(to, share + q, real(to, share + q) + real(product, q) * real(gain, at + q));
  }
}

/**
 * Fills in a cluster's tables by covers. What the features decided above leave at each point is found for each pattern of them, what lies below for each
 * pattern of the cluster's own decisions (local-table.as.ts), and a table's entry is the sum over points of their products.
 */
import * as way from './way.as';
import * as local from './local.as';
import { fill } from './local-table.as';
import { failing, gainFailing, gainPassing, int, passing, points, put, putReal, real, rule } from './tree.as';
import * as tree from './tree.as';

/** Most features of a cluster: 7. Their numbers lie in rows of a cache line. */
const ROW: usize = 64;
/** Points are as many as 7 features need at most; where fewer do, the others are 0. */
const POINTS: usize = 4;
const MOST_PATTERNS: usize = 128;
/** Bytes of room. */
export const COVER_BYTES: usize =
  ROW + 4 * MOST_PATTERNS + 8 * POINTS * MOST_PATTERNS * 2 + 3 * ROW * POINTS * MOST_PATTERNS;

/** Product of the cover ratios of each feature decided above. */
let z: usize = 0;
/** Of each pattern of those: which of the cluster's players it passes (bits behind those of the nodes). */
let repeat: usize = 0;
/** By point and pattern of those, the product of factors; and by feature that times what the feature gains. */
let product: usize = 0;
let gained: usize = 0;
/** By pattern of the cluster's own decisions and point: what lies below, and what each of its features gains of that. */
let below: usize = 0;
let shared: usize = 0;
/** Where those are found first. */
let found: usize = 0;

export function setCovers(room: usize): void {
  z = room;
  repeat = z + ROW;
  product = repeat + 4 * MOST_PATTERNS;
  below = product + 8 * POINTS * MOST_PATTERNS;
  gained = below + 8 * POINTS * MOST_PATTERNS;
  shared = gained + ROW * POINTS * MOST_PATTERNS;
  found = shared + ROW * POINTS * MOST_PATTERNS;
}

export function fillByCovers(root: i32, score: i32, above: i32, level: i32, size: i32, to: usize): void {
  const patterns = 1 << above;
  findRatios(above, level);
  for (let player = 0; player < local.players; player++) {
    const bit = int(local.again, player);
    putReal(local.before, player, bit == 0 ? 1 : real(z, bit - 1));
  }
  const inside = local.settle();
  memory.fill(found, 0, (<usize>(inside * (1 + local.players) * points)) << 3);
  fill(root, score, inside, found);
  findProducts(above, patterns);
  arrange(inside);
  for (let pattern = 0; pattern < patterns; pattern++) {
    let bits = 0;
    for (let player = 0; player < local.players; player++) {
      const bit = int(local.again, player);
      if (bit != 0 && ((pattern >> (bit - 1)) & 1) != 0) bits |= int(local.bit, player);
    }
    put(repeat, pattern, bits);
  }
  for (let feature = 0; feature < way.known; feature += 2) {
    const slot = (<usize>feature) << 3;
    const cells = to + slot;
    const some = feature + 1 >= above || local.repeats > 0;
    // What is left above at each point times what is gained below; what is gained above times what lies below.
    if (some) combine(product, shared + slot, true, false, above, size, cells);
    if (feature < above) combine(below, gained + slot, false, some, above, size, cells);
  }
}

/** Two features' entries of all indices: a sum over points. @param numbers (points) a pattern above or a pattern of own decisions @param rows of the other */
function combine(numbers: usize, rows: usize, byPattern: bool, more: bool, above: i32, size: i32, cell: usize): void {
  const all = (1 << above) - 1;
  for (let index = 0; index < size; index++) {
    const pattern = index & all;
    const own = (index >> above) | int(repeat, pattern);
    const left = numbers + <usize>(byPattern ? pattern : own) * 8 * POINTS;
    const right = rows + <usize>(byPattern ? own : pattern) * ROW * POINTS;
    const one = f64x2.mul(v128.load64_splat(left), v128.load(right));
    const two = f64x2.mul(v128.load64_splat(left, 8), v128.load(right, 64));
    const three = f64x2.mul(v128.load64_splat(left, 16), v128.load(right, 128));
    const four = f64x2.mul(v128.load64_splat(left, 24), v128.load(right, 192));
    const sum = f64x2.add(f64x2.add(one, two), f64x2.add(three, four));
    v128.store(cell, more ? f64x2.add(v128.load(cell), sum) : sum);
    cell += ROW;
  }
}

function findRatios(above: i32, level: i32): void {
  for (let i = 0; i < above; i++) putReal(z, i, 1);
  for (let up = 0; up < level; up++) {
    const node = int(way.pathNode, up);
    const feature = int(tree.feature, node);
    let at = 0;
    while (int(way.features, at) != feature) at++;
    const branch = tree.child(node, int(way.pathHolds, up) != 0);
    putReal(z, at, real(z, at) * tree.ratio(node, branch));
  }
}

function findProducts(above: i32, patterns: i32): void {
  memory.fill(product, 0, <usize>patterns * 8 * POINTS);
  memory.fill(gained, 0, <usize>patterns * ROW * POINTS);
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const weight = real(rule, points + q);
    const from = product + ((<usize>q) << 3);
    store<f64>(from, 1);
    for (let i = 0; i < above; i++) {
      const fails = failing(real(z, i), t);
      const passes = passing(real(z, i), t);
      const bit = <usize>(1 << i) * 8 * POINTS;
      for (let at = from; at < from + bit; at += 8 * POINTS) {
        const before = load<f64>(at);
        store<f64>(at + bit, before * passes);
        store<f64>(at, before * fails);
      }
    }
    for (let i = 0; i < above; i++) {
      const fails = weight * gainFailing(t);
      const passes = weight * gainPassing(real(z, i), t);
      let to = gained + <usize>q * ROW + ((<usize>i) << 3);
      for (let pattern = 0; pattern < patterns; pattern++) {
        const left = load<f64>(from + <usize>pattern * 8 * POINTS);
        store<f64>(to, left * (((pattern >> i) & 1) != 0 ? passes : fails));
        to += ROW * POINTS;
      }
    }
  }
}

/** Puts what players gain where the cluster has their features; others gain nothing of their own. */
function arrange(inside: i32): void {
  memory.fill(below, 0, <usize>inside * 8 * POINTS);
  memory.fill(shared, 0, <usize>inside * ROW * POINTS);
  for (let player = -1; player < local.players; player++) {
    let feature = 0;
    if (player >= 0) while (int(way.features, feature) != int(local.featureOf, player)) feature++;
    for (let own = 0; own < inside; own++)
      for (let q = 0; q < points; q++) {
        const amount = real(found, (own * (1 + local.players) + 1 + player) * points + q);
        const at = <usize>own * POINTS + <usize>q;
        store<f64>(player < 0 ? below + (at << 3) : shared + at * ROW + ((<usize>feature) << 3), amount);
      }
  }
}

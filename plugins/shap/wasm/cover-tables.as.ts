/**
 * Fills in a cluster's tables by covers. What the features decided above leave at each point is found for each pattern of them, what lies below for each
 * pattern of the cluster's own decisions (local-table.as.ts), and a table's entry is the sum over points of their products.
 */
import * as clusters from './clusters.as';
import * as local from './local.as';
import { fill } from './local-table.as';
import { failing, gainFailing, gainPassing, int, passing, points, put, putReal, real, rule } from './tree.as';
import * as tree from './tree.as';

const MOST: usize = 16;
const MOST_POINTS: usize = 4;
const MOST_PATTERNS: usize = 128;
/** Bytes of room. */
export const COVER_BYTES: usize =
  8 * MOST + 4 * MOST_PATTERNS + 8 * MOST_POINTS * MOST_PATTERNS * (1 + 2 * MOST + 1 + MOST);

/** Product of the cover ratios of each feature decided above. */
let z: usize = 0;
/** Of each pattern of those: which of the cluster's players it passes (bits behind those of the nodes). */
let repeat: usize = 0;
/** By point and pattern of those, the product of factors; and by feature that times what the feature gains. */
let product: usize = 0;
let gained: usize = 0;
/** By pattern of the cluster's own decisions: its table, and by point what each of its features gains. */
let below: usize = 0;
let shared: usize = 0;

export function setCovers(room: usize): void {
  z = room;
  repeat = z + 8 * MOST;
  product = repeat + 4 * MOST_PATTERNS;
  gained = product + 8 * MOST_POINTS * MOST_PATTERNS;
  shared = gained + 8 * MOST_POINTS * MOST_PATTERNS * MOST;
  below = shared + 8 * MOST_POINTS * MOST_PATTERNS * MOST;
}

export function fillByCovers(root: i32, score: i32, above: i32, level: i32, size: i32, to: usize): void {
  const patterns = 1 << above;
  findRatios(above, level);
  for (let player = 0; player < local.players; player++) {
    const bit = int(local.again, player);
    putReal(local.before, player, bit == 0 ? 1 : real(z, bit - 1));
  }
  const inside = local.settle();
  memory.fill(below, 0, (<usize>(inside * (1 + local.players) * points)) << 3);
  fill(root, score, inside, below);
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
  for (let feature = 0; feature < clusters.known; feature += 2) {
    const cells = to + ((<usize>((feature >> 3) * size)) << 6) + ((<usize>(feature & 7)) << 3);
    for (let index = 0; index < size; index++) {
      const pattern = index & (patterns - 1);
      const own = (index >> above) | int(repeat, pattern);
      combine(feature, pattern, own, feature < above, cells + ((<usize>index) << 6));
    }
  }
}

/** Two features' entries of one index. */
function combine(feature: i32, pattern: i32, own: i32, above: bool, cell: usize): void {
  let sum = f64x2.splat(0);
  const stride = (1 + local.players) * points;
  for (let q = 0; q < points; q++) {
    const at = (<usize>feature) << 3;
    const share = v128.load(shared + ((<usize>(own * points + q) * MOST) << 3) + at);
    sum = f64x2.add(sum, f64x2.mul(f64x2.splat(real(product, pattern * points + q)), share));
    if (above) {
      const gain = v128.load(gained + ((<usize>(pattern * points + q) * MOST) << 3) + at);
      sum = f64x2.add(sum, f64x2.mul(gain, f64x2.splat(real(below, own * stride + q))));
    }
  }
  v128.store(cell, sum);
}

function findRatios(above: i32, level: i32): void {
  for (let i = 0; i < above; i++) putReal(z, i, 1);
  for (let up = 0; up < level; up++) {
    const node = int(clusters.pathNode, up);
    const feature = int(tree.feature, node);
    let at = 0;
    while (int(clusters.features, at) != feature) at++;
    const branch = tree.child(node, int(clusters.pathHolds, up) != 0);
    putReal(z, at, real(z, at) * tree.ratio(node, branch));
  }
}

function findProducts(above: i32, patterns: i32): void {
  memory.fill(gained, 0, (<usize>(patterns * points) * MOST) << 3);
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const weight = real(rule, points + q);
    putReal(product, q, 1);
    for (let i = 0; i < above; i++) {
      const fails = failing(real(z, i), t);
      const passes = passing(real(z, i), t);
      for (let pattern = 0; pattern < 1 << i; pattern++) {
        const before = real(product, pattern * points + q);
        putReal(product, (pattern | (1 << i)) * points + q, before * passes);
        putReal(product, pattern * points + q, before * fails);
      }
    }
    for (let i = 0; i < above; i++) {
      const fails = weight * gainFailing(t);
      const passes = weight * gainPassing(real(z, i), t);
      for (let pattern = 0; pattern < patterns; pattern++) {
        const at = pattern * points + q;
        putReal(gained, at * <i32>MOST + i, real(product, at) * (((pattern >> i) & 1) != 0 ? passes : fails));
      }
    }
  }
}

/** Puts what players gain where the cluster has their features; other features gain nothing of their own. */
function arrange(inside: i32): void {
  memory.fill(shared, 0, (<usize>(inside * points) * MOST) << 3);
  for (let player = 0; player < local.players; player++) {
    let at = 0;
    while (int(clusters.features, at) != int(local.featureOf, player)) at++;
    for (let own = 0; own < inside; own++)
      for (let q = 0; q < points; q++)
        putReal(
          shared,
          (own * points + q) * <i32>MOST + at,
          real(below, (own * (1 + local.players) + 1 + player) * points + q),
        );
  }
}

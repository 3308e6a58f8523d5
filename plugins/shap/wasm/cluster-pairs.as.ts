import { meeting } from './meetings.as';
import { int, put } from './tree.as';
import * as tree from './tree.as';
import * as way from './way.as';

const MOST: usize = 16;
/** Bytes of room. */
export const CLUSTER_PAIR_BYTES: usize = 12 * MOST * MOST;

/** Pairs of features that meet on the path of some leaf of the cluster, by their places among its features. */
export let pairs: i32 = 0;
export let first: usize = 0;
export let second: usize = 0;
let met: usize = 0;

export function setClusterPairs(room: usize): void {
  met = room;
  first = met + 4 * MOST * MOST;
  second = first + 4 * MOST * MOST;
}

/** The number of a pair. */
export function pairSum(pair: i32): i32 {
  const one = int(way.features, int(first, pair));
  const other = int(way.features, int(second, pair));
  return meeting(one, other);
}

/** Finds pairs: all features above the cluster meet, and on the way to each leaf those that it decides on. */
export function meetPairs(root: i32, features: i32): void {
  pairs = 0;
  memory.fill(met, 0, 4 * MOST * MOST);
  join(root, (1 << features) - 1);
}

function join(node: i32, on: i32): void {
  if (int(tree.column, node) >= 0) {
    const more = on | (1 << position(int(tree.feature, node)));
    join(tree.child(node, true), more);
    join(tree.child(node, false), more);
    return;
  }
  for (let j = 1; j < way.known; j++)
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
  while (int(way.features, at) != feature) at++;
  return at;
}

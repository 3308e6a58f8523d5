/** A leaf's game: the features on the way to it, and for each index of its cluster which of them are passed. */
import { int, put, putReal, real } from './tree.as';
import * as tree from './tree.as';
import * as way from './way.as';

const MOST: usize = 16;
/** Bytes of room. */
export const GAME_BYTES: usize = 20 * MOST;

/** By feature: product of its cover ratios; its number; bits of an index that say whether it is passed, and what they must be. */
export let z: usize = 0;
let own: usize = 0;
let bits: usize = 0;
let want: usize = 0;

export function setGame(room: usize): void {
  z = room;
  own = z + 8 * MOST;
  bits = own + 4 * MOST;
  want = bits + 4 * MOST;
}

/** A feature's place among those of a leaf; `d` when it isn't there. */
export function ownAt(feature: i32, d: i32): i32 {
  let at = 0;
  while (at < d && int(own, at) != feature) at++;
  return at;
}

/** Features on the way to a leaf, those above the cluster first. @returns how many */
export function meetLeaf(depth: i32, above: i32, covers: bool): i32 {
  for (let i = 0; i < above; i++) {
    put(own, i, int(way.features, i));
    put(bits, i, 1 << i);
    put(want, i, 1 << i);
    putReal(z, i, 1);
  }
  let count = above;
  for (let level = 0; level < depth; level++) {
    const node = int(way.pathNode, level);
    const holds = int(way.pathHolds, level) != 0;
    const feature = int(tree.feature, node);
    const at = ownAt(feature, count);
    if (at == count) {
      put(own, count, feature);
      put(bits, count, 0);
      put(want, count, 0);
      putReal(z, count++, 1);
    }
    if (covers) putReal(z, at, real(z, at) * tree.ratio(node, tree.child(node, holds)));
    const number = int(way.pathPlace, level);
    if (number < 0) continue;
    const bit = 1 << (above + number);
    put(bits, at, int(bits, at) | bit);
    if (holds) put(want, at, int(want, at) | bit);
  }
  return count;
}

/** For each index the pattern of passed features, eight at a time. */
export function writePassed(d: i32, size: i32, passed: usize): void {
  const first = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  for (let index = 0; index < size; index += 8) {
    const indices = i16x8.add(first, i16x8.splat(<i16>index));
    let pattern = i16x8.splat(0);
    for (let i = 0; i < d; i++) {
      const all = v128.and(indices, i16x8.splat(<i16>int(bits, i)));
      const same = i16x8.eq(all, i16x8.splat(<i16>int(want, i)));
      pattern = v128.or(pattern, v128.and(same, i16x8.splat(<i16>((<i32>1) << i))));
    }
    v128.store(passed + ((<usize>index) << 1), pattern);
  }
}

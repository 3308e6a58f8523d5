import type { Tree } from '#common/onnx/trees.ts';
import type { Test } from './codes.ts';

/** One decision on the way to a leaf: the node, and whether its test must hold. */
interface Decision {
  readonly node: number;
  readonly holds: boolean;
}

export interface Leaf {
  readonly node: number;
  /** From the root of the tree. */
  readonly path: readonly Decision[];
}

/** A subtree small enough for a table: path features that a row may have failed above, and its own decisions, make the index. */
export interface Cluster {
  readonly slot: number;
  /** Features decided above, in order: bit i says that a row passes all decisions on the i-th. */
  readonly above: readonly number[];
  /** Inner nodes: their decisions are the bits after those. */
  readonly nodes: readonly number[];
  readonly leaves: readonly Leaf[];
}

/** One branch of a node above the clusters: rows that don't take it fail feature `bit`. */
interface Branch {
  readonly test: Test;
  readonly holds: boolean;
  readonly bit: number;
  readonly from: number;
  readonly to: number;
}

export type Step = { readonly branch: Branch } | { readonly cluster: Cluster };

/**
 * Splits a tree into clusters of at most `most` bits, from the top. Masks of rows lie in slots, one a level.
 *
 * @param most up to 13: a mask is a u16, and so is the place in a table of f64s
 * @returns null when some path has more different features than an index has bits
 */
export function splitTree(tree: Tree, tests: readonly (Test | null)[], most: number): readonly Step[] | null {
  const inner = new Int32Array(tree.feature.length);
  for (let node = tree.feature.length - 1; node >= 0; node--)
    if (tests[node] !== null) inner[node] = 1 + inner[tree.yes[node]!]! + inner[tree.no[node]!]!;
  const steps: Step[] = [];
  let fits = true;
  const descend = (node: number, above: readonly number[], path: readonly Decision[], slot: number): void => {
    const test = tests[node] ?? null;
    if (above.length + inner[node]! <= most) {
      if (path.length > 0 || test !== null) steps.push({ cluster: clusterAt(tests, node, above, path, slot) });
      return;
    }
    if (test === null) {
      fits = false;
      return;
    }
    const known = above.indexOf(tree.feature[node]!);
    const bit = known < 0 ? above.length : known;
    const features = known < 0 ? [...above, tree.feature[node]!] : above;
    if (features.length > most) fits = false;
    for (const holds of [true, false]) {
      if (!fits) return;
      steps.push({ branch: { test, holds, bit, from: slot, to: slot + 1 } });
      descend(holds ? test.yes : test.no, features, [...path, { node, holds }], slot + 1);
    }
  };
  descend(0, [], [], 0);
  return fits ? steps : null;
}

function clusterAt(
  tests: readonly (Test | null)[],
  root: number,
  above: readonly number[],
  start: readonly Decision[],
  slot: number,
): Cluster {
  const nodes: number[] = [];
  const leaves: Leaf[] = [];
  const walk = (node: number, path: readonly Decision[]): void => {
    const test = tests[node] ?? null;
    if (test === null) return void leaves.push({ node, path });
    nodes.push(node);
    walk(test.yes, [...path, { node, holds: true }]);
    walk(test.no, [...path, { node, holds: false }]);
  };
  walk(root, start);
  return { slot, above, nodes, leaves };
}

/** Where a leaf's game is written: the features of its path. */
export interface Game {
  /** Different features on the path, those above the cluster first. */
  readonly features: Int32Array;
  /** Product of the cover ratios of each feature's decisions. */
  readonly z: Float64Array;
  /** For each index of the cluster: bit i says that features[i] is passed. */
  readonly passed: Uint16Array;
}

/** Writes the game of a leaf. @returns how many features there are */
export function meetLeaf(
  { features, z, passed }: Game,
  tree: Tree,
  tests: readonly (Test | null)[],
  { above, nodes }: Cluster,
  { path }: Leaf,
): number {
  const size = 1 << (above.length + nodes.length);
  // Bits of the index that say whether a feature is passed, and what they must be.
  const bits: number[] = [];
  const want: number[] = [];
  let count = 0;
  for (const feature of above) {
    bits.push(1 << count);
    want.push(1 << count);
    z[count] = 1;
    features[count++] = feature;
  }
  for (const { node, holds } of path) {
    const feature = tree.feature[node]!;
    let player = 0;
    while (player < count && features[player] !== feature) player++;
    if (player === count) {
      bits.push(0);
      want.push(0);
      z[count] = 1;
      features[count++] = feature;
    }
    const test = tests[node]!;
    z[player]! *= tree.cover[holds ? test.yes : test.no]! / tree.cover[node]!;
    const place = nodes.indexOf(node);
    if (place < 0) continue;
    const bit = 1 << (above.length + place);
    bits[player]! |= bit;
    if (holds) want[player]! |= bit;
  }
  let plain = 0;
  for (let player = 0; player < above.length; player++) if (bits[player] === 1 << player) plain |= 1 << player;
  for (let index = 0; index < size; index++) passed[index] = index & plain;
  for (let player = 0; player < count; player++) {
    if (((plain >> player) & 1) === 1) continue;
    const [own, right, bit] = [bits[player]!, want[player]!, 1 << player];
    for (let index = 0; index < size; index++) if ((index & own) === right) passed[index]! |= bit;
  }
  return count;
}

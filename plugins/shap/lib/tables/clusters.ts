import type { Tree } from '#common/onnx/trees.ts';
import type { Test } from './codes.ts';

/** Bits of a cluster's index: 128 table rows of 8 bytes a feature lie in the first-level cache. */
const BITS = 7;

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
 * Splits a tree into clusters of at most BITS bits, from the top. Masks of rows lie in slots, one a level.
 *
 * @returns null when some path has more different features than an index has bits
 */
export function splitTree(tree: Tree, tests: readonly (Test | null)[]): readonly Step[] | null {
  const inner = new Int32Array(tree.feature.length);
  for (let node = tree.feature.length - 1; node >= 0; node--)
    if (tests[node] !== null) inner[node] = 1 + inner[tree.yes[node]!]! + inner[tree.no[node]!]!;
  const steps: Step[] = [];
  let fits = true;
  const descend = (node: number, above: readonly number[], path: readonly Decision[], slot: number): void => {
    const test = tests[node] ?? null;
    if (above.length + inner[node]! <= BITS) {
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
    if (features.length > BITS) fits = false;
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

/** A leaf's features and how its cluster's index tells which of them a row passes. */
export interface Game {
  /** Different features on the path, those above the cluster first. */
  readonly features: readonly number[];
  /** Decisions of each feature. */
  readonly decisions: readonly (readonly Decision[])[];
  /** For each index of the cluster: bit i says that features[i] is passed. */
  readonly passed: Uint8Array;
}

export function gameOf(tree: Tree, { above, nodes }: Cluster, { path }: Leaf): Game {
  const features = [...above];
  const decisions: Decision[][] = above.map(() => []);
  const inside: { readonly bit: number; readonly holds: boolean; readonly player: number }[] = [];
  for (const decision of path) {
    const feature = tree.feature[decision.node]!;
    let player = features.indexOf(feature);
    if (player < 0) {
      player = features.push(feature) - 1;
      decisions.push([]);
    }
    decisions[player]!.push(decision);
    const place = nodes.indexOf(decision.node);
    if (place >= 0) inside.push({ bit: above.length + place, holds: decision.holds, player });
  }
  const all = (1 << features.length) - 1;
  const own = (1 << above.length) - 1;
  const passed = new Uint8Array(1 << (above.length + nodes.length));
  for (let index = 0; index < passed.length; index++) {
    let bits = (index & own) | (all & ~own);
    for (const { bit, holds, player } of inside) if (((index >> bit) & 1) !== (holds ? 1 : 0)) bits &= ~(1 << player);
    passed[index] = bits;
  }
  return { features, decisions, passed };
}

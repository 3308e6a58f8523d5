import { depthOf, type Tree } from '#common/onnx/trees.ts';

interface TreeShape {
  /** Edges on the longest path. */
  readonly depth: number;
  /** Most different features on a path; Infinity where paths are longer than algorithms that go down them bear. */
  readonly longest: number;
}

/** Masks, products and stack are held for every level of a tree. */
export const MOST_DEPTH = 64;

const shapes = new WeakMap<Tree, TreeShape>();

/** Found once: many algorithms ask. */
export function shapeOf(tree: Tree): TreeShape {
  const known = shapes.get(tree);
  if (known !== undefined) return known;
  const depth = depthOf(tree);
  const shape = { depth, longest: depth > MOST_DEPTH ? Infinity : longestOf(tree) };
  shapes.set(tree, shape);
  return shape;
}

/** Children come after their parents. */
function longestOf({ feature, yes, no }: Tree): number {
  const parent = new Int32Array(feature.length).fill(-1);
  const different = new Uint8Array(feature.length);
  let longest = 0;
  for (let node = 0; node < feature.length; node++) {
    const own = feature[node]!;
    longest = Math.max(longest, different[node]!);
    if (own < 0) continue;
    let same = parent[node]!;
    while (same >= 0 && feature[same] !== own) same = parent[same]!;
    parent[yes[node]!] = parent[no[node]!] = node;
    different[yes[node]!] = different[no[node]!] = different[node]! + (same < 0 ? 1 : 0);
  }
  return longest;
}

import { AssayError } from '#common/errors.ts';
import type { Ensemble, Tree } from '#common/onnx/trees.ts';

/** How many different features each leaf's path has, told to `visit`. The tree is no deeper than the stack allows. */
export function forEachLeafLength({ feature, yes, no }: Tree, visit: (different: number) => void): void {
  const above: number[] = [];
  const descend = (node: number): void => {
    const own = feature[node]!;
    if (own < 0) return visit(above.length);
    const known = above.includes(own);
    if (!known) above.push(own);
    descend(yes[node]!);
    descend(no[node]!);
    if (!known) above.pop();
  };
  descend(0);
}

/** The score from which path-dependent SHAP values start: leaves weighted by covers. @throws COVERS_MISSING */
export function baseByCovers({ trees, scores, base: start }: Ensemble): Float64Array {
  const base = Float64Array.from(start);
  for (const tree of trees) addBase(tree, scores, base);
  return base;
}

/** Adds the tree's leaves, weighted by covers, to each score. @throws COVERS_MISSING */
export function addBase({ feature, yes, no, cover, value }: Tree, scores: number, base: Float64Array): void {
  const weight = new Float64Array(feature.length).fill(1);
  for (let node = 0; node < feature.length; node++) {
    const own = weight[node]!;
    if (feature[node]! < 0) {
      for (let k = 0; k < scores; k++) base[k]! += own * value[node * scores + k]!;
      continue;
    }
    if (!(cover[node]! > 0)) throw unreached();
    weight[yes[node]!] = own * (cover[yes[node]!]! / cover[node]!);
    weight[no[node]!] = own * (cover[no[node]!]! / cover[node]!);
  }
}

const unreached = (): AssayError =>
  new AssayError(
    'COVERS_MISSING',
    'A node that decides was reached by no row of those that the covers count, so its branches have no proportions. Give a larger background, or use tree-interventional, which needs no covers.',
  );

/** What is fixed about the edge that leads into each node. Node 0 has none. */
export interface Edges {
  readonly parent: Int32Array;
  /** Node whose edge is the nearest above on the same feature; 0 when this one is the first. */
  readonly above: Int32Array;
  /** Product of the cover ratios of this feature's decisions from the root to here. */
  readonly z: Float64Array;
  /** Most different features on a path. */
  readonly longest: number;
}

export function edgesOf(tree: Tree): Edges {
  const count = tree.feature.length;
  const parent = new Int32Array(count);
  const above = new Int32Array(count);
  const z = new Float64Array(count).fill(1);
  const different = new Int32Array(count);
  let longest = 0;
  for (let node = 0; node < count; node++) {
    const feature = tree.feature[node]!;
    longest = Math.max(longest, different[node]!);
    if (feature < 0) continue;
    const cover = tree.cover[node]!;
    if (!(cover > 0)) throw unreached();
    let same = node;
    while (same !== 0 && tree.feature[parent[same]!] !== feature) same = parent[same]!;
    for (const child of [tree.yes[node]!, tree.no[node]!]) {
      const ratio = tree.cover[child]! / cover;
      parent[child] = node;
      above[child] = same;
      z[child] = (same === 0 ? 1 : z[same]!) * ratio;
      different[child] = different[node]! + (same === 0 ? 1 : 0);
    }
  }
  return { parent, above, z, longest };
}

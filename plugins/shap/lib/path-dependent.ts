import { AssayError } from '#common/errors.ts';
import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';
import { gaussLegendre, type Quadrature } from './quadrature.ts';

/** SHAP values of scores, and the score that they start from. */
export interface Attribution {
  /** (rows × features × scores) */
  readonly values: Float64Array;
  /** (scores) */
  readonly base: Float64Array;
}

/**
 * Exact path-dependent TreeSHAP (Lundberg et al. 2020, Algorithm 2): a feature that is not in the coalition follows both branches in
 * proportion to their covers.
 *
 * The Shapley weight of a coalition is ∫ tˢ(1−t)ⁿ⁻¹⁻ˢ dt, so a leaf's value times ∫ Π (z + (o − z)t) dt over the features of its path, where o
 * says whether the row passes the feature's decisions and z is the product of their cover ratios, holds all coalitions at once. The integrand is a
 * polynomial, hence Gauss–Legendre with half as many points as features on the path is exact, and each edge of the tree is
 * visited once (Quadrature-TreeSHAP, arXiv 2605.04497). No factor is ever taken away by division unless it is positive.
 *
 * @param x (rows × features)
 * @param onTree called after each tree; throws to stop
 * @throws COVERS_MISSING when an inner node that covers are to be divided by has none
 */
export function pathDependent(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  onTree: (done: number) => void,
): Attribution {
  const { trees, features, scores } = ensemble;
  const values = new Float64Array(rows * features * scores);
  const base = Float64Array.from(ensemble.base);
  const quadratures = new Map<number, Quadrature>();
  trees.forEach((tree, done) => {
    const edges = edgesOf(tree);
    const points = Math.max(1, Math.ceil(edges.longest / 2));
    const quadrature = quadratures.get(points) ?? gaussLegendre(points);
    quadratures.set(points, quadrature);
    for (let node = 0; node < tree.feature.length; node++)
      if (tree.feature[node]! < 0)
        for (let k = 0; k < scores; k++) base[k]! += edges.weight[node]! * tree.value[node * scores + k]!;
    walk(tree, edges, quadrature, ensemble, x, rows, values);
    onTree(done + 1);
  });
  return { values, base };
}

/** What is fixed about the edge that leads into each node. Node 0 has none. */
interface Edges {
  readonly parent: Int32Array;
  /** Node whose edge is the nearest above on the same feature; 0 when this one is the first. */
  readonly above: Int32Array;
  /** Product of the cover ratios of this feature's decisions from the root to here. */
  readonly z: Float64Array;
  /** Product of all cover ratios from the root. */
  readonly weight: Float64Array;
  /** Most different features on a path. */
  readonly longest: number;
}

function edgesOf(tree: Tree): Edges {
  const count = tree.feature.length;
  const parent = new Int32Array(count);
  const above = new Int32Array(count);
  const z = new Float64Array(count).fill(1);
  const weight = new Float64Array(count).fill(1);
  const different = new Int32Array(count);
  let longest = 0;
  for (let node = 0; node < count; node++) {
    const feature = tree.feature[node]!;
    longest = Math.max(longest, different[node]!);
    if (feature < 0) continue;
    const cover = tree.cover[node]!;
    if (!(cover > 0))
      throw new AssayError(
        'COVERS_MISSING',
        'A node that decides was reached by no row of those that the covers count, so its branches have no proportions. Give a larger background, or use tree-interventional, which needs no covers.',
      );
    let same = node;
    while (same !== 0 && tree.feature[parent[same]!] !== feature) same = parent[same]!;
    for (const child of [tree.yes[node]!, tree.no[node]!]) {
      const ratio = tree.cover[child]! / cover;
      parent[child] = node;
      above[child] = same;
      z[child] = (same === 0 ? 1 : z[same]!) * ratio;
      weight[child] = weight[node]! * ratio;
      different[child] = different[node]! + (same === 0 ? 1 : 0);
    }
  }
  return { parent, above, z, weight, longest };
}

function walk(
  tree: Tree,
  { parent, above, z }: Edges,
  { nodes: t, weights }: Quadrature,
  { features, scores }: Ensemble,
  x: Float64Array,
  rows: number,
  values: Float64Array,
): void {
  const count = tree.feature.length;
  const Q = t.length;
  // By node, by whether the row passes (o = 0, 1), by point: the factor, one over it, and what a feature gains by being in the coalition.
  const factor = new Float64Array(count * 2 * Q);
  const inverse = new Float64Array(count * 2 * Q);
  const gain = new Float64Array(count * 2 * Q);
  for (let node = 0; node < count; node++)
    for (let o = 0; o < 2; o++)
      for (let q = 0; q < Q; q++) {
        const at = (node * 2 + o) * Q + q;
        const f = node === 0 ? 1 : z[node]! + (o - z[node]!) * t[q]!;
        factor[at] = f;
        inverse[at] = f === 0 ? 0 : 1 / f;
        gain[at] = node === 0 ? 0 : weights[q]! * (o - z[node]!) * inverse[at]!;
      }
  const product = new Float64Array(count * Q).fill(1);
  const below = new Float64Array(count * Q);
  const passes = new Uint8Array(count).fill(1);
  const columns = Array.from({ length: scores }, (_, k) => k).filter((k) =>
    tree.value.some((value, i) => i % scores === k && value !== 0),
  );
  for (let row = 0; row < rows; row++) {
    for (let node = 0; node < count; node++) {
      const feature = tree.feature[node]!;
      if (feature < 0) continue;
      const yes = tree.yes[node]!;
      const no = tree.no[node]!;
      const taken = holds(tree, node, x[row * features + feature]!) ? yes : no;
      passes[yes] = yes === taken ? passes[above[yes]!]! : 0;
      passes[no] = no === taken ? passes[above[no]!]! : 0;
      for (const child of [yes, no]) {
        const own = (child * 2 + passes[child]!) * Q;
        const old = (above[child]! * 2 + passes[above[child]!]!) * Q;
        for (let q = 0; q < Q; q++)
          product[child * Q + q] = product[node * Q + q]! * factor[own + q]! * inverse[old + q]!;
      }
    }
    for (const k of columns) {
      below.fill(0);
      for (let node = count - 1; node > 0; node--) {
        const from = node * Q;
        if (tree.feature[node]! < 0) {
          const value = tree.value[node * scores + k]!;
          for (let q = 0; q < Q; q++) below[from + q] = product[from + q]! * value;
        }
        const up = parent[node]!;
        const own = (node * 2 + passes[node]!) * Q;
        const old = (above[node]! * 2 + passes[above[node]!]!) * Q;
        let sum = 0;
        for (let q = 0; q < Q; q++) {
          const amount = below[from + q]!;
          below[up * Q + q]! += amount;
          sum += amount * (gain[own + q]! - gain[old + q]!);
        }
        values[(row * features + tree.feature[up]!) * scores + k]! += sum;
      }
    }
  }
}

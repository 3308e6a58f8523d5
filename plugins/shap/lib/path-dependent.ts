import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';
import { addBase, type Edges, edgesOf } from './edges.ts';
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
  const rooms = new Map<number, Float64Array>();
  trees.forEach((tree, done) => {
    const edges = edgesOf(tree);
    const points = Math.max(1, Math.ceil(edges.longest / 2));
    const quadrature = quadratures.get(points) ?? gaussLegendre(points);
    quadratures.set(points, quadrature);
    addBase(tree, scores, base);
    walk(tree, edges, quadrature, ensemble, x, rows, values, rooms);
    onTree(done + 1);
  });
  return { values, base };
}

function walk(
  tree: Tree,
  { parent, above, z }: Edges,
  { nodes: t, weights }: Quadrature,
  { features, scores }: Ensemble,
  x: Float64Array,
  rows: number,
  values: Float64Array,
  rooms: Map<number, Float64Array>,
): void {
  const count = tree.feature.length;
  const Q = t.length;
  const size = count * 2 * Q;
  // By node, by whether the row passes (o = 0, 1), by point: the factor, one over it, and what a feature gains by being in the coalition.
  const factor = room(rooms, 0, size);
  const inverse = room(rooms, 1, size);
  const gain = room(rooms, 2, size);
  for (let node = 0; node < count; node++)
    for (let o = 0; o < 2; o++)
      for (let q = 0; q < Q; q++) {
        const at = (node * 2 + o) * Q + q;
        const f = node === 0 ? 1 : z[node]! + (o - z[node]!) * t[q]!;
        factor[at] = f;
        inverse[at] = f === 0 ? 0 : 1 / f;
        gain[at] = node === 0 ? 0 : weights[q]! * (o - z[node]!) * inverse[at]!;
      }
  const product = room(rooms, 3, size).fill(1, 0, Q);
  const below = room(rooms, 4, size);
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
      below.fill(0, 0, count * Q);
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

/** One of the arrays that all trees share: for a single row, making them would cost as much as using them. */
function room(rooms: Map<number, Float64Array>, which: number, size: number): Float64Array {
  const known = rooms.get(which);
  if (known !== undefined && known.length >= size) return known;
  const more = new Float64Array(size);
  rooms.set(which, more);
  return more;
}

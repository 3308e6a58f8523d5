import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';
import { type Edges, edgesOf } from '../edges.ts';
import { gaussLegendre, type Quadrature } from '../quadrature.ts';

/**
 * Path-dependent interaction values of each two features that meet on a path.
 *
 * The Shapley interaction index of two features is ∫ of the second derivative of the game's multilinear extension along its diagonal, as a SHAP value
 * is that of the first (see ../path-dependent.ts): of a leaf, its value times ∫ gᵢ gⱼ Π (z + (o − z) t) dt with g = (o − z) / (z + (o − z) t). On the way
 * down a path the product of two gains changes only where one of the two features is decided again, so each edge adds what its own feature
 * gained there, times what each feature above it has, times all leaves below: leaves × depth² for a row, however many features the model has.
 *
 * @param x (rows × features)
 * @param out (rows × features × features × scores): half of each index is added above the diagonal
 * @param onTree called with trees done; throws to stop
 * @throws COVERS_MISSING
 */
export function addByQuadrature(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  out: Float64Array,
  onTree: (done: number) => void,
): void {
  const quadratures = new Map<number, Quadrature>();
  ensemble.trees.forEach((tree, done) => {
    const edges = edgesOf(tree);
    if (edges.longest > 1) {
      const points = Math.ceil((edges.longest - 1) / 2);
      const quadrature = quadratures.get(points) ?? gaussLegendre(points);
      quadratures.set(points, quadrature);
      walk(tree, edges, quadrature, ensemble, x, rows, out, () => onTree(done));
    }
    onTree(done + 1);
  });
}

function walk(
  tree: Tree,
  { parent, above, z }: Edges,
  { nodes: t, weights }: Quadrature,
  { features, scores }: Ensemble,
  x: Float64Array,
  rows: number,
  out: Float64Array,
  onRows: () => void,
): void {
  const count = tree.feature.length;
  const Q = t.length;
  const { starts, edges } = partnersOf(tree, parent);
  // By node, by whether the row passes (o = 0, 1), by point.
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
        gain[at] = node === 0 ? 0 : (o - z[node]!) * inverse[at]!;
      }
  const product = new Float64Array(count * Q).fill(1, 0, Q);
  const below = new Float64Array(count * Q);
  const share = new Float64Array(Q);
  const passes = new Uint8Array(count).fill(1);
  const columns = Array.from({ length: scores }, (_, k) => k).filter((k) =>
    tree.value.some((value, i) => i % scores === k && value !== 0),
  );
  for (let row = 0; row < rows; row++) {
    if (row % 256 === 255) onRows();
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
        for (let q = 0; q < Q; q++) {
          const amount = below[from + q]!;
          below[up * Q + q]! += amount;
          share[q] = (weights[q]! * amount * (gain[own + q]! - gain[old + q]!)) / 2;
        }
        const feature = tree.feature[up]!;
        for (let e = starts[node]!; e < starts[node + 1]!; e++) {
          const edge = edges[e]!;
          const its = (edge * 2 + passes[edge]!) * Q;
          let sum = 0;
          for (let q = 0; q < Q; q++) sum += share[q]! * gain[its + q]!;
          const other = tree.feature[parent[edge]!]!;
          const [low, high] = feature < other ? [feature, other] : [other, feature];
          out[((row * features + low) * features + high) * scores + k]! += sum;
        }
      }
    }
  }
}

/** For each node, the last edges on the way to it of every feature but the one that leads into it. */
function partnersOf(
  { feature, yes, no }: Tree,
  parent: Int32Array,
): { readonly starts: Int32Array; readonly edges: Int32Array } {
  const count = feature.length;
  const starts = new Int32Array(count + 1);
  const edges: number[] = [];
  const last: (readonly number[])[] = Array.from({ length: count }, () => []);
  for (let node = 0; node < count; node++) {
    starts[node] = edges.length;
    if (node > 0) {
      const own = feature[parent[node]!]!;
      for (const edge of last[node]!) if (feature[parent[edge]!] !== own) edges.push(edge);
    }
    if (feature[node]! < 0) continue;
    const kept = last[node]!.filter((edge) => feature[parent[edge]!] !== feature[node]);
    for (const child of [yes[node]!, no[node]!]) last[child] = [...kept, child];
    last[node] = [];
  }
  starts[count] = edges.length;
  return { starts, edges: Int32Array.from(edges) };
}

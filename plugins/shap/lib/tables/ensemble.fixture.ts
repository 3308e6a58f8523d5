import type { Ensemble, Tree } from '#common/onnx/trees.ts';

export interface Shape {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
  readonly scores: number;
}

/** Park and Miller's generator: a case is what its seed says. */
export function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Random trees with every branch mode, missing values either way, ties with the values of `table`, early leaves, and leaves of one score. */
export function randomEnsemble(random: () => number, { trees, depth, features, scores }: Shape): Ensemble {
  return {
    trees: Array.from({ length: trees }, () => randomTree(random, depth, features, scores)),
    features,
    scores,
    base: new Float64Array(scores),
    covers: true,
  };
}

/** Values on a coarse grid, some missing, some infinite, so that thresholds are met exactly. (rows × features) */
export function randomTable(random: () => number, rows: number, features: number): Float64Array {
  return Float64Array.from({ length: rows * features }, () => {
    const kind = random();
    if (kind < 0.1) return NaN;
    return kind < 0.12 ? -Infinity : kind < 0.14 ? Infinity : grid(random);
  });
}

const grid = (random: () => number): number => Math.round(random() * 20 - 10) / 8;

function randomTree(random: () => number, depth: number, features: number, scores: number): Tree {
  const nodes: {
    feature: number;
    threshold: number;
    mode: number;
    missing: number;
    cover: number;
    yes: number;
    no: number;
  }[] = [];
  const value: number[] = [];
  const one = random() < 0.3 ? Math.floor(random() * scores) : -1;
  const grow = (left: number, cover: number): number => {
    const leaf = left === 0 || (left < depth && random() < 0.15);
    const node = { feature: -1, threshold: 0, mode: 0, missing: 0, cover, yes: 0, no: 0 };
    const at = nodes.push(node) - 1;
    for (let k = 0; k < scores; k++) value.push(leaf && (one < 0 || one === k) ? random() - 0.5 : 0);
    if (leaf) return at;
    node.feature = Math.floor(random() * features);
    node.threshold = random() < 0.03 ? -Infinity : grid(random);
    node.mode = Math.floor(random() * 6);
    node.missing = random() < 0.5 ? 1 : 0;
    const share = random() < 0.05 ? 1 : 0.1 + 0.8 * random();
    // A branch that no row took leads to a leaf.
    node.yes = grow(left - 1, cover * share);
    node.no = grow(share === 1 ? 0 : left - 1, cover * (1 - share));
    return at;
  };
  grow(depth, 1000);
  return {
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    threshold: Float64Array.from(nodes, ({ threshold }) => threshold),
    mode: Uint8Array.from(nodes, ({ mode }) => mode),
    missing: Uint8Array.from(nodes, ({ missing }) => missing),
    yes: Int32Array.from(nodes, ({ yes }) => yes),
    no: Int32Array.from(nodes, ({ no }) => no),
    cover: Float64Array.from(nodes, ({ cover }) => cover),
    value: Float64Array.from(value),
  };
}

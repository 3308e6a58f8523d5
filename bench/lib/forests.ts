/** Ensembles and rows to explain, from a seed. */
import type { Ensemble, Tree } from '../../kernel/common/onnx/trees.ts';

/** Park and Miller's. */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/**
 * Trees that split 2^14 training rows at random: complete up to depth 10, and where deeper until a leaf has fewer than 16 rows, which gives some 1,000 leaves at
 * most, as forests have.
 */
export function forest(seed: number, trees: number, depth: number, features: number): Ensemble {
  const random = generator(seed);
  return {
    trees: Array.from({ length: trees }, () => tree(random, depth, features)),
    features,
    scores: 1,
    base: new Float64Array(1),
    covers: true,
  };
}

function tree(random: () => number, depth: number, features: number): Tree {
  const [feature, threshold, yes, no, cover, value]: [number[], number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
    [],
  ];
  const grow = (left: number, rows: number): number => {
    const leaf = left === 0 || rows < 2 || (depth > 10 && rows < 16);
    const node = feature.push(leaf ? -1 : Math.floor(random() * features)) - 1;
    threshold.push(leaf ? 0 : Math.fround(random() * 2 - 1));
    cover.push(rows);
    value.push(leaf ? Math.fround(random() - 0.5) : 0);
    yes.push(0);
    no.push(0);
    if (leaf) return node;
    const share = Math.min(rows - 1, Math.max(1, Math.round(rows * (0.2 + 0.6 * random()))));
    yes[node] = grow(left - 1, share);
    no[node] = grow(left - 1, rows - share);
    return node;
  };
  grow(depth, 2 ** 14);
  return {
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    mode: new Uint8Array(feature.length),
    missing: new Uint8Array(feature.length),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    cover: Float64Array.from(cover),
    value: Float64Array.from(value),
  };
}

/** Between −1 and 1, as float32s are. (rows × features) */
export function rowsFor(seed: number, rows: number, features: number): Float64Array {
  const random = generator(seed);
  return Float64Array.from({ length: rows * features }, () => Math.fround(random() * 2 - 1));
}

import { depthOf, type Ensemble, GT, GTE, leafOf, LT, type Tree } from './trees.ts';

/** Rows whose values stay in the cache while all trees are asked. */
const BLOCK = 256;
/** All rows of a block go down a tree level by level; where its paths are longer, each row goes its own way. */
const MOST_DEPTH = 24;

/** Scores before the link, summed in float64, tree by tree. @param x (rows × features) @returns (rows × scores) */
export function scoreTrees(ensemble: Ensemble, x: Float64Array, rows: number): Float64Array {
  const { trees, features, scores, base } = ensemble;
  const out = new Float64Array(rows * scores);
  const steps = rows < BLOCK ? [] : trees.map(stepsOf);
  const nodes = new Int32Array(BLOCK);
  for (let start = 0; start < rows; start += BLOCK) {
    const count = Math.min(BLOCK, rows - start);
    const block = x.subarray(start * features, (start + count) * features);
    const whole = !block.some(Number.isNaN);
    trees.forEach((tree, t) => {
      const own = whole ? steps[t] : undefined;
      if (own === undefined || own === null)
        for (let row = 0; row < count; row++) nodes[row] = leafOf(tree, block, row * features);
      else descend(own, block, features, nodes, count);
      for (let row = 0; row < count; row++)
        for (let k = 0; k < scores; k++) out[(start + row) * scores + k]! += tree.value[nodes[row]! * scores + k]!;
    });
  }
  for (let at = 0; at < out.length; at++) out[at]! += base[at % scores]!;
  return out;
}

/** A tree whose every node asks whether a value exceeds a threshold, or reaches it; leaves lead to themselves. */
interface Steps {
  /** Whether reaching the threshold is enough. */
  readonly reaching: boolean;
  readonly depth: number;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** Where to go when it doesn't, and when it does. (2 × nodes) */
  readonly next: Int32Array;
}

/** Null when the tree is too deep, or asks both, or something else. */
function stepsOf(tree: Tree): Steps | null {
  const depth = depthOf(tree);
  if (depth > MOST_DEPTH) return null;
  const inner = Array.from(tree.feature.keys()).filter((node) => tree.feature[node]! >= 0);
  const reaching = inner.some((node) => isStrict(tree.mode[node]!));
  const fits = (node: number): boolean =>
    tree.mode[node]! <= GT && isStrict(tree.mode[node]!) === reaching && !Number.isNaN(tree.threshold[node]);
  if (!inner.every(fits)) return null;
  const feature = tree.feature.map((own) => Math.max(0, own));
  const next = Int32Array.from({ length: 2 * feature.length }, (_, i) => i >> 1);
  for (const node of inner) {
    const turned = tree.mode[node] === GT || tree.mode[node] === GTE ? 1 : 0;
    next[2 * node + turned] = tree.yes[node]!;
    next[2 * node + 1 - turned] = tree.no[node]!;
  }
  return { depth, reaching, feature, threshold: tree.threshold, next };
}

/** x < t is not x ≥ t, x ≥ t is itself; the others are about x > t. */
const isStrict = (mode: number): boolean => mode === LT || mode === GTE;

/** Rows side by side: while one waits for memory the next is asked. No value is missing. */
function descend(
  { depth, reaching, feature, threshold, next }: Steps,
  block: Float64Array,
  features: number,
  nodes: Int32Array,
  count: number,
): void {
  nodes.fill(0);
  for (let level = 0; level < depth; level++)
    if (reaching)
      for (let row = 0, offset = 0; row < count; row++, offset += features) {
        const node = nodes[row]!;
        nodes[row] = next[2 * node + Number(block[offset + feature[node]!]! >= threshold[node]!)]!;
      }
    else
      for (let row = 0, offset = 0; row < count; row++, offset += features) {
        const node = nodes[row]!;
        nodes[row] = next[2 * node + Number(block[offset + feature[node]!]! > threshold[node]!)]!;
      }
}

/** How a node compares a row's value with its threshold. The numbers are those of ONNX TreeEnsemble v5's nodes_modes. */
export const MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ', 'MEMBER'] as const;
export const LEQ = 0;
const LT = 1;
const GTE = 2;
const GT = 3;
const EQ = 4;
const NEQ = 5;
export const MEMBER = 6;

/** One binary tree. Nodes lie in preorder: the root is 0 and children come after their parent. */
export interface Tree {
  /** Column that a node looks at; −1 at a leaf. (nodes) */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly mode: Uint8Array;
  /** 1: a missing value (NaN) takes the true branch. */
  readonly missing: Uint8Array;
  /** Children when the comparison holds and when it doesn't; 0 at a leaf. */
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** Training rows that reached the node, in any unit; NaN where the file doesn't say. */
  readonly cover: Float64Array;
  /** What a leaf adds to each score; 0 at inner nodes. (nodes × scores) */
  readonly value: Float64Array;
  /** Values that a MEMBER node accepts. */
  readonly members?: ReadonlyMap<number, ReadonlySet<number>>;
}

/** The scores of a row are base + the sum of one leaf of every tree. */
export interface Ensemble {
  readonly trees: readonly Tree[];
  readonly features: number;
  readonly scores: number;
  readonly base: Float64Array;
  /** Whether each inner node's cover is the sum of its children's, as training counts are. */
  readonly covers: boolean;
}

/** Whether a value takes a node's true branch: as onnxruntime does it, where NaN ≠ t holds whatever nodes_missing_value_tracks_true says. */
export function holds(tree: Tree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.missing[node] === 1 || tree.mode[node] === NEQ;
  const threshold = tree.threshold[node]!;
  switch (tree.mode[node]) {
    case LEQ:
      return value <= threshold;
    case LT:
      return value < threshold;
    case GTE:
      return value >= threshold;
    case GT:
      return value > threshold;
    case EQ:
      return value === threshold;
    case NEQ:
      return value !== threshold;
    default:
      return tree.members!.get(node)!.has(value);
  }
}

/** The leaf in which the row that starts at `offset` of `x` ends. */
export function leafOf(tree: Tree, x: Float64Array, offset: number): number {
  let node = 0;
  for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!)
    node = holds(tree, node, x[offset + feature]!) ? tree.yes[node]! : tree.no[node]!;
  return node;
}

/** Rows whose values stay in the cache while all trees are asked. */
const BLOCK = 256;

/** Scores before the link, summed in float64, tree by tree. @param x (rows × features) @returns (rows × scores) */
export function scoreTrees(ensemble: Ensemble, x: Float64Array, rows: number): Float64Array {
  const { trees, features, scores, base } = ensemble;
  const out = new Float64Array(rows * scores);
  for (let start = 0; start < rows; start += BLOCK) {
    const end = Math.min(rows, start + BLOCK);
    for (const tree of trees)
      for (let row = start; row < end; row++) {
        const leaf = leafOf(tree, x, row * features) * scores;
        for (let k = 0; k < scores; k++) out[row * scores + k]! += tree.value[leaf + k]!;
      }
  }
  for (let at = 0; at < out.length; at++) out[at]! += base[at % scores]!;
  return out;
}

/** Edges on the longest path. */
export function depthOf({ feature, yes, no }: Tree): number {
  const depth = new Int32Array(feature.length);
  let deepest = 0;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) deepest = Math.max(deepest, depth[node]!);
    else depth[yes[node]!] = depth[no[node]!] = depth[node]! + 1;
  }
  return deepest;
}

/** Covers that count the rows of `x` at each node, instead of those in the file. @param x (rows × features) */
export function withCovers(ensemble: Ensemble, x: Float64Array, rows: number): Ensemble {
  const trees = ensemble.trees.map((tree) => {
    const cover = new Float64Array(tree.feature.length);
    for (let row = 0; row < rows; row++) {
      let node = 0;
      cover[0]! += 1;
      for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!) {
        node = holds(tree, node, x[row * ensemble.features + feature]!) ? tree.yes[node]! : tree.no[node]!;
        cover[node]! += 1;
      }
    }
    return { ...tree, cover };
  });
  return { ...ensemble, trees, covers: true };
}

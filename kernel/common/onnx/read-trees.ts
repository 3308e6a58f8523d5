import { AssayError } from '#common/errors.ts';
import { attributesOf } from './attributes.ts';
import { classScores, type Link, regressorLink } from './link.ts';
import type { NodeProto } from './schema.ts';
import { countsRows, type FileNode, layOut } from './tree-nodes.ts';
import { type Ensemble, MODES } from './trees.ts';

/** Why an ensemble whose aggregate is MIN or MAX is read no further. */
export const NO_SUM = 'it takes the minimum or maximum of its trees, which is no sum';

export interface ReadTrees {
  readonly ensemble: Ensemble;
  readonly link: Link;
  /** Class labels as text; null for a regressor. */
  readonly labels: readonly string[] | null;
}

/**
 * Reads a TreeEnsembleRegressor or TreeEnsembleClassifier (ai.onnx.ml 1 and 3). Thresholds are kept as the file has them: float32, or
 * float64 where it uses the `_as_tensor` attributes.
 *
 * @param features columns of the input, when its shape says so
 * @returns a text where what it puts out is no sum of trees
 * @throws MODEL_INVALID, MODEL_UNSUPPORTED
 */
export function readTrees(node: NodeProto, features: number | null): ReadTrees | string {
  const attributes = attributesOf(node);
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw new AssayError('MODEL_INVALID', `${node.opType} has no ${name}.`);
    return value;
  };
  const classifier = node.opType === 'TreeEnsembleClassifier';
  const treeIds = need(attributes.ints('nodes_treeids'), 'nodes_treeids');
  const nodeIds = need(attributes.ints('nodes_nodeids'), 'nodes_nodeids');
  const featureIds = need(attributes.ints('nodes_featureids'), 'nodes_featureids');
  const thresholds = need(attributes.numbers('nodes_values'), 'nodes_values');
  const modes = need(attributes.texts('nodes_modes'), 'nodes_modes');
  const yes = need(attributes.ints('nodes_truenodeids'), 'nodes_truenodeids');
  const no = need(attributes.ints('nodes_falsenodeids'), 'nodes_falsenodeids');
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const covers = attributes.numbers('nodes_hitrates');
  const prefix = classifier ? 'class' : 'target';
  const leafTrees = need(attributes.ints(`${prefix}_treeids`), `${prefix}_treeids`);
  const leafNodes = need(attributes.ints(`${prefix}_nodeids`), `${prefix}_nodeids`);
  const leafIds = need(attributes.ints(`${prefix}_ids`), `${prefix}_ids`);
  const weights = need(attributes.numbers(`${prefix}_weights`), `${prefix}_weights`);
  const base = attributes.numbers('base_values') ?? [];
  const aggregate = attributes.text('aggregate_function') ?? 'SUM';
  if (aggregate === 'MIN' || aggregate === 'MAX') return NO_SUM;
  const count = treeIds.length;
  for (const list of [nodeIds, featureIds, thresholds, modes, yes, no, missing, covers])
    if (list !== undefined && list.length !== count && !(list.length === 0 && (list === missing || list === covers)))
      throw new AssayError(
        'MODEL_INVALID',
        `${node.opType} lists ${count} nodes, but one attribute has ${list.length}.`,
      );
  if ([leafNodes, leafIds, weights].some((list) => list.length !== leafTrees.length))
    throw new AssayError('MODEL_INVALID', `The ${prefix}_* attributes of ${node.opType} differ in length.`);

  const labels = classifier
    ? (attributes.texts('classlabels_strings') ?? attributes.ints('classlabels_int64s')?.map(String) ?? [])
    : null;
  const outputs =
    labels?.length ?? attributes.int('n_targets') ?? leafIds.reduce((most, id) => Math.max(most, id), 0) + 1;
  const post = attributes.text('post_transform') ?? 'NONE';
  const score =
    labels === null
      ? regressorLink(post, outputs, base, leafIds)
      : classScores({ post, classes: labels.length, ids: leafIds, weights, base });

  const at = finder(treeIds, nodeIds);
  const mode = modes.map((name) => {
    const known = name === 'LEAF' ? -1 : MODES.indexOf(name.replace('BRANCH_', '') as (typeof MODES)[number]);
    if (known < 0 && name !== 'LEAF')
      throw new AssayError('MODEL_UNSUPPORTED', `Nodes of the mode ${name} are unknown to Assay.`);
    return known;
  });
  const child = (i: number, id: number): number => at(treeIds[i]!, id);
  const nodes: FileNode[] = mode.map((m, i) => {
    const leaf = m < 0;
    return {
      feature: featureIds[i]!,
      threshold: thresholds[i]!,
      mode: leaf ? 0 : m,
      missing: missing?.[i] ?? 0,
      yes: leaf ? -1 : child(i, yes[i]!),
      no: leaf ? -1 : child(i, no[i]!),
      cover: covers?.[i] ?? NaN,
      leaf,
    };
  });
  const leaves = weightsOf(
    count,
    weights.map((_, w) => at(leafTrees[w]!, leafNodes[w]!)),
    (w) => `node ${leafNodes[w]} of tree ${leafTrees[w]}`,
  );
  const always = memo(() => alwaysAdded(treeIds, nodes, leaves, leafIds));
  const depends = (k: number): boolean => leafIds.includes(k) && !always().has(k);
  if (classifier ? outputs === 2 && depends(1) : outputs > 1 && base.some((value, k) => value !== 0 && depends(k)))
    return 'which classes or targets get a weight differs from leaf to leaf, and onnxruntime takes that into account';
  if (
    classifier &&
    outputs === 2 &&
    nodes.some((_, i) => {
      const own = leaves(i);
      return own.length > 1 && new Set(own.map((w) => leafIds[w])).size < own.length;
    })
  )
    return 'a leaf has several weights for one of two classes';
  const roots = rootsOf(treeIds, nodes);
  const share = aggregate === 'AVERAGE' ? 1 / roots.length : 1;
  const trees = roots.map((root) =>
    layOut(
      nodes,
      root,
      score.base.length,
      (position, into) => {
        const own = leaves(position);
        // Where there is one score, the runtime counts the first of a leaf's weights and no other.
        for (const w of into.length === 1 ? own.slice(0, 1) : own) score.add(leafIds[w]!, weights[w]! * share, into);
      },
      count,
    ),
  );
  const laid = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  if (laid !== count)
    throw new AssayError('MODEL_INVALID', `The trees list ${count} nodes, but branches lead to ${laid}.`);
  refuseLateRoots(treeIds, roots);
  const used = nodes.reduce((most, { leaf, feature }) => (leaf ? most : Math.max(most, feature + 1)), 0);
  if (features !== null && used > features)
    throw new AssayError('MODEL_INVALID', `The trees look at column ${used - 1}, but the input has ${features}.`);
  return {
    ensemble: {
      trees,
      features: features ?? used,
      scores: score.base.length,
      base: score.base,
      covers: trees.every(countsRows),
    },
    link: score.link,
    labels,
  };
}

/** The weights of a node, by number. */
type Weights = (position: number) => readonly number[];

/** @param positions node of each weight; −1 when it isn't there @throws MODEL_INVALID */
function weightsOf(nodes: number, positions: readonly number[], name: (weight: number) => string): Weights {
  const lost = positions.findIndex((position) => position < 0);
  if (lost >= 0) throw new AssayError('MODEL_INVALID', `A weight belongs to ${name(lost)}, which is not there.`);
  // Large forests have millions of leaves: three arrays, not a list for each.
  const starts = new Int32Array(nodes + 1);
  for (const position of positions) starts[position + 1]! += 1;
  for (let i = 0; i < nodes; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const sorted = new Int32Array(positions.length);
  positions.forEach((position, w) => (sorted[next[position]!++] = w));
  return (position) => Array.from(sorted.subarray(starts[position], starts[position + 1]));
}

function memo<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Classes or targets to which every leaf of some tree adds: they get a weight whatever the row is. */
function alwaysAdded(
  treeIds: readonly number[],
  nodes: readonly FileNode[],
  leaves: Weights,
  leafIds: readonly number[],
): ReadonlySet<number> {
  const byTree = new Map<number, ReadonlySet<number>>();
  nodes.forEach(({ leaf }, i) => {
    if (!leaf) return;
    const own = new Set(leaves(i).map((w) => leafIds[w]!));
    const before = byTree.get(treeIds[i]!);
    byTree.set(treeIds[i]!, before === undefined ? own : new Set([...before].filter((id) => own.has(id))));
  });
  return new Set([...byTree.values()].flatMap((ids) => [...ids]));
}

/** Position of a node in the lists by tree and id; −1 when it isn't there. Nearly all files number the nodes of a tree 0, 1, … in order. */
function finder(treeIds: readonly number[], nodeIds: readonly number[]): (tree: number, node: number) => number {
  const starts = new Map<number, number>();
  const odd = new Map<number, Map<number, number>>();
  for (let i = 0; i < treeIds.length; i++) {
    const tree = treeIds[i]!;
    if (!starts.has(tree)) starts.set(tree, i);
    const expected = starts.get(tree)! + nodeIds[i]!;
    if (expected === i) continue;
    const others = odd.get(tree) ?? new Map<number, number>();
    odd.set(tree, others.set(nodeIds[i]!, i));
  }
  return (tree, node) => {
    const position = (starts.get(tree) ?? -1) + node;
    if (treeIds[position] === tree && nodeIds[position] === node) return position;
    return odd.get(tree)?.get(node) ?? -1;
  };
}

/** The node of each tree that is nobody's child, in the order of the file. */
function rootsOf(treeIds: readonly number[], nodes: readonly FileNode[]): number[] {
  const child = new Uint8Array(nodes.length);
  for (const { leaf, yes, no } of nodes) if (!leaf) child[yes] = child[no] = 1;
  const roots = new Map<number, number>();
  treeIds.forEach((tree, i) => {
    if (child[i] === 1) return;
    if (roots.has(tree)) throw new AssayError('MODEL_INVALID', `Tree ${tree} has more than one root.`);
    roots.set(tree, i);
  });
  for (const tree of new Set(treeIds))
    if (!roots.has(tree)) throw new AssayError('MODEL_INVALID', `Tree ${tree} has no root: its branches form a ring.`);
  return [...roots.values()];
}

/** The runtime starts at the node of a tree that is listed first. @throws MODEL_UNSUPPORTED where that is not its root */
function refuseLateRoots(treeIds: readonly number[], roots: readonly number[]): void {
  const listed = new Map<number, number>();
  treeIds.forEach((tree, i) => listed.has(tree) || listed.set(tree, i));
  for (const root of roots)
    if (listed.get(treeIds[root]!) !== root)
      throw new AssayError(
        'MODEL_UNSUPPORTED',
        `Tree ${treeIds[root]} lists other nodes before its root, and onnxruntime starts at the first: write the root first.`,
      );
}

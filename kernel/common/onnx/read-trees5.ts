import { AssayError } from '#common/errors.ts';
import { attributesOf } from './attributes.ts';
import { regressorLink } from './link.ts';
import { NO_SUM, type ReadTrees } from './read-trees.ts';
import type { NodeProto } from './schema.ts';
import { countsRows, type FileNode, layOut } from './tree-nodes.ts';
import { MEMBER } from './trees.ts';

/** As onnxruntime 1.30 reads the number. The standard has 1 for SOFTMAX and 2 for LOGISTIC; what the runtime puts out is what is explained. */
const POSTS = ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO', 'PROBIT'] as const;
const AVERAGE = 0;
const SUM = 1;

/**
 * Reads a TreeEnsemble (ai.onnx.ml 5): decisions and leaves in lists of their own, sets of values as one more kind of decision, no base values.
 * Its nodes_hitrates cover decisions only: a leaf's cover is what its parent's leaves beside a sibling that decides, and unknown beside another leaf.
 *
 * @param features columns of the input, when its shape says so
 * @returns a text where what it puts out is no sum of trees
 * @throws MODEL_INVALID
 */
export function readTrees5(node: NodeProto, features: number | null): ReadTrees | string {
  const attributes = attributesOf(node);
  const featureIds = need(attributes.ints('nodes_featureids'), 'nodes_featureids');
  const splits = need(attributes.numbers('nodes_splits'), 'nodes_splits');
  const modes = need(attributes.numbers('nodes_modes'), 'nodes_modes');
  const yes = need(attributes.ints('nodes_truenodeids'), 'nodes_truenodeids');
  const no = need(attributes.ints('nodes_falsenodeids'), 'nodes_falsenodeids');
  const yesLeaf = need(attributes.ints('nodes_trueleafs'), 'nodes_trueleafs');
  const noLeaf = need(attributes.ints('nodes_falseleafs'), 'nodes_falseleafs');
  const roots = need(attributes.ints('tree_roots'), 'tree_roots');
  const targets = need(attributes.ints('leaf_targetids'), 'leaf_targetids');
  const weights = need(attributes.numbers('leaf_weights'), 'leaf_weights');
  const missing = attributes.ints('nodes_missing_value_tracks_true');
  const hitrates = attributes.numbers('nodes_hitrates');
  const aggregate = attributes.int('aggregate_function') ?? SUM;
  if (aggregate !== SUM && aggregate !== AVERAGE) return NO_SUM;
  const count = featureIds.length;
  if (
    [splits, modes, yes, no, yesLeaf, noLeaf].some((list) => list.length !== count) ||
    targets.length !== weights.length
  )
    throw new AssayError(
      'MODEL_INVALID',
      `TreeEnsemble lists ${count} decisions, but its attributes differ in length.`,
    );

  const sets = setsOf(attributes.numbers('membership_values') ?? []);
  let set = 0;
  const cover = new Float64Array(count + weights.length).fill(NaN);
  for (let i = 0; i < count; i++) cover[i] = hitrates?.[i] ?? NaN;
  const at = (child: number, leaf: number | undefined): number => (leaf ? count + child : child);
  const decisions: FileNode[] = featureIds.map((feature, i) => {
    const [a, b] = [at(yes[i]!, yesLeaf[i]), at(no[i]!, noLeaf[i])];
    if (a >= count && b < count) cover[a] = cover[i]! - cover[b]!;
    if (b >= count && a < count) cover[b] = cover[i]! - cover[a]!;
    const mode = modes[i]!;
    if (mode < 0 || mode > MEMBER) throw new AssayError('MODEL_INVALID', `There is no node mode ${mode}.`);
    const members = mode === MEMBER ? (sets[set++] ?? new Set<number>()) : undefined;
    const shared = {
      feature,
      threshold: splits[i]!,
      mode,
      missing: missing?.[i] ?? 0,
      yes: a,
      no: b,
      cover: cover[i]!,
    };
    return { ...shared, leaf: false, ...(members === undefined ? {} : { members }) };
  });
  const leaves = weights.map((_, j): FileNode => ({ ...LEAF, cover: cover[count + j]! }));
  const scoring = regressorLink(
    POSTS[attributes.int('post_transform') ?? 0] ?? '',
    attributes.int('n_targets') ?? 1,
    [],
    targets,
  );
  const share = aggregate === AVERAGE ? 1 / roots.length : 1;
  const nodes = [...decisions, ...leaves];
  const trees = roots.map((root) =>
    layOut(
      nodes,
      single(nodes, root),
      scoring.link.scores,
      (position, into) => scoring.add(targets[position - count]!, weights[position - count]! * share, into),
      2 * nodes.length + 1,
    ),
  );
  const used = featureIds.reduce((most, feature) => Math.max(most, feature + 1), 0);
  if (features !== null && used > features)
    throw new AssayError('MODEL_INVALID', `The trees look at column ${used - 1}, but the input has ${features}.`);
  return {
    ensemble: {
      trees,
      features: features ?? used,
      scores: scoring.link.scores,
      base: scoring.base,
      covers: trees.every(countsRows),
    },
    link: scoring.link,
    labels: null,
  };
}

function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AssayError('MODEL_INVALID', `TreeEnsemble has no ${name}.`);
  return value;
}

const LEAF = { feature: -1, threshold: 0, mode: 0, missing: 0, yes: -1, no: -1, leaf: true } as const;

/** A tree of one leaf is written as a decision whose branches both lead to it. */
function single(nodes: readonly FileNode[], root: number): number {
  const node = nodes[root];
  return node !== undefined && !node.leaf && node.yes === node.no ? node.yes : root;
}

/** Sets of values in the order of the nodes that use them, each closed by a NaN. */
function setsOf(values: readonly number[]): ReadonlySet<number>[] {
  const sets: Set<number>[] = [];
  let open = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) open.add(value);
    else {
      sets.push(open);
      open = new Set();
    }
  }
  // The last may be left unclosed.
  if (open.size > 0) sets.push(open);
  return sets;
}

import { buildModel, FLOAT32, INT64, node, valueInfo } from '#common/onnx/build.ts';

/** What is read of a file that XGBoost's save_model wrote as JSON (1.7; its numbers of parameters are texts). */
export interface XgboostModel {
  readonly learner: {
    readonly learner_model_param: {
      readonly base_score: string;
      readonly num_class: string;
      readonly num_feature: string;
    };
    readonly objective: { readonly name: string };
    readonly gradient_booster: {
      readonly model: { readonly trees: readonly XgboostTree[]; readonly tree_info: readonly number[] };
    };
  };
}

export interface XgboostTree {
  /** −1 at a leaf. */
  readonly left_children: readonly number[];
  readonly right_children: readonly number[];
  readonly split_indices: readonly number[];
  /** Thresholds; what a leaf adds. */
  readonly split_conditions: readonly number[];
  readonly default_left: readonly number[];
  readonly sum_hessian: readonly number[];
}

/**
 * The same model as an ONNX file: X (rows × features) → Y, or label and probabilities. XGBoost takes the left branch where x < threshold, in float32, sends
 * missing values where it learned to, and weighs branches by their sums of hessians, which become nodes_hitrates.
 */
export function onnxOfXgboost({ learner }: XgboostModel): Uint8Array {
  const { base_score, num_class, num_feature } = learner.learner_model_param;
  const { trees, tree_info: scoreOf } = learner.gradient_booster.model;
  const name = learner.objective.name;
  const classes = name === 'binary:logistic' ? 2 : name === 'multi:softprob' ? Number(num_class) : 0;
  const scores = Math.max(1, Number(num_class));
  const base = name === 'binary:logistic' ? logit(Number(base_score)) : Number(base_score);
  const prefix = classes > 0 ? 'class' : 'target';
  const kept = trees.map(reached);
  const every = <T>(read: (tree: XgboostTree, at: number, id: number) => T): T[] =>
    trees.flatMap((tree, id) => kept[id]!.map((at) => read(tree, at, id)));
  const isLeaf = (tree: XgboostTree, at: number): boolean => tree.left_children[at]! < 0;
  const leaves = every((tree, at, id) => ({ tree, at, id })).filter(({ tree, at }) => isLeaf(tree, at));
  const attributes = {
    nodes_treeids: every((_, __, id) => id),
    nodes_nodeids: every((_, at) => at),
    nodes_featureids: every((tree, at) => (isLeaf(tree, at) ? 0 : tree.split_indices[at]!)),
    nodes_values: Float32Array.from(every((tree, at) => (isLeaf(tree, at) ? 0 : tree.split_conditions[at]!))),
    nodes_modes: every((tree, at) => (isLeaf(tree, at) ? 'LEAF' : 'BRANCH_LT')),
    nodes_truenodeids: every((tree, at) => Math.max(0, tree.left_children[at]!)),
    nodes_falsenodeids: every((tree, at) => Math.max(0, tree.right_children[at]!)),
    nodes_missing_value_tracks_true: every((tree, at) => (isLeaf(tree, at) ? 0 : tree.default_left[at]!)),
    nodes_hitrates: Float32Array.from(every((tree, at) => tree.sum_hessian[at]!)),
    [`${prefix}_treeids`]: leaves.map(({ id }) => id),
    [`${prefix}_nodeids`]: leaves.map(({ at }) => at),
    [`${prefix}_ids`]: leaves.map(({ id }) => scoreOf[id]!),
    [`${prefix}_weights`]: Float32Array.from(leaves, ({ tree, at }) => tree.split_conditions[at]!),
    base_values: Float32Array.from({ length: scores }, () => base),
  };
  const ml = 'ai.onnx.ml';
  return buildModel({
    name: 'xgboost',
    inputs: [valueInfo('X', FLOAT32, ['rows', Number(num_feature)])],
    outputs:
      classes > 0
        ? [valueInfo('label', INT64, ['rows']), valueInfo('probabilities', FLOAT32, ['rows', classes])]
        : [valueInfo('Y', FLOAT32, ['rows', 1])],
    nodes: [
      classes > 0
        ? node(
            'TreeEnsembleClassifier',
            ['X'],
            ['label', 'probabilities'],
            {
              ...attributes,
              classlabels_int64s: Array.from({ length: classes }, (_, label) => label),
              post_transform: classes === 2 ? 'LOGISTIC' : 'SOFTMAX',
            },
            ml,
          )
        : node('TreeEnsembleRegressor', ['X'], ['Y'], { ...attributes, n_targets: { i: 1 } }, ml),
    ],
  });
}

/** Nodes that the root leads to, in order: the file keeps those that pruning took out. */
function reached({ left_children: left, right_children: right }: XgboostTree): number[] {
  const found = [0];
  for (const at of found) if (left[at]! >= 0) found.push(left[at]!, right[at]!);
  return found.sort((a, b) => a - b);
}

const logit = (p: number): number => Math.log(p / (1 - p));

import { buildModel, FLOAT32, INT64, node, STRING, valueInfo } from '#common/onnx/build.ts';
import { type Feature, METADATA } from '#common/onnx/features.ts';
import type { Ensemble } from '#common/onnx/trees.ts';

export interface WriteOptions {
  readonly ensemble: Ensemble;
  readonly features: readonly Feature[];
  readonly target: string;
  readonly unit?: string | undefined;
  /** Labels of 0 and 1 for a classifier; null for a regressor. */
  readonly classes: readonly [string, string] | null;
  /** How it was trained: plain JSON without times, so that the same training gives the same file. */
  readonly training: unknown;
  readonly version: string;
}

/**
 * An ensemble as an ONNX file (ai.onnx.ml 3): input `X` float32 [rows, features]; output `Y` [rows, 1], or `label` and `probabilities`
 * [rows, 2]. nodes_hitrates holds the training rows that reached each node, metadata_props the features with their categories.
 */
export function writeModel({ ensemble, features, target, unit, classes, training, version }: WriteOptions): Uint8Array {
  const task = classes === null ? 'regression' : 'binary';
  const leaves = leafLists(ensemble);
  const prefix = classes === null ? 'target' : 'class';
  const shared = {
    ...nodeLists(ensemble),
    [`${prefix}_treeids`]: leaves.trees,
    [`${prefix}_nodeids`]: leaves.nodes,
    [`${prefix}_ids`]: leaves.trees.map(() => 0),
    [`${prefix}_weights`]: Float32Array.from(leaves.weights),
    base_values: Float32Array.from(ensemble.base),
  };
  const whole = classes !== null && classes[0] === '0' && classes[1] === '1';
  const labels = classes === null ? {} : whole ? { classlabels_int64s: [0, 1] } : { classlabels_strings: [...classes] };
  return buildModel({
    name: `${target} by ${features.length} features`,
    inputs: [valueInfo('X', FLOAT32, ['rows', features.length])],
    outputs:
      classes === null
        ? [valueInfo('Y', FLOAT32, ['rows', 1])]
        : [valueInfo('label', whole ? INT64 : STRING, ['rows']), valueInfo('probabilities', FLOAT32, ['rows', 2])],
    nodes: [
      classes === null
        ? node(
            'TreeEnsembleRegressor',
            ['X'],
            ['Y'],
            { ...shared, n_targets: { i: 1 }, post_transform: 'NONE' },
            'ai.onnx.ml',
          )
        : node(
            'TreeEnsembleClassifier',
            ['X'],
            ['label', 'probabilities'],
            { ...shared, ...labels, post_transform: 'LOGISTIC' },
            'ai.onnx.ml',
          ),
    ],
    metadata: {
      [METADATA.features]: JSON.stringify(features),
      [METADATA.target]: target,
      ...(unit === undefined ? {} : { [METADATA.unit]: unit }),
      [METADATA.task]: task,
      [METADATA.training]: JSON.stringify(training),
    },
    producer: { name: 'Assay', version },
  });
}

function nodeLists({ trees }: Ensemble): Record<string, readonly number[] | readonly string[] | Float32Array> {
  const every = <T>(read: (tree: Ensemble['trees'][number], at: number, treeId: number) => T): T[] =>
    trees.flatMap((tree, treeId) => Array.from(tree.feature, (_, at) => read(tree, at, treeId)));
  return {
    nodes_treeids: every((_, __, treeId) => treeId),
    nodes_nodeids: every((_, at) => at),
    nodes_featureids: every((tree, at) => Math.max(0, tree.feature[at]!)),
    nodes_values: Float32Array.from(every((tree, at) => tree.threshold[at]!)),
    nodes_hitrates: Float32Array.from(every((tree, at) => tree.cover[at]!)),
    nodes_modes: every((tree, at) => (tree.feature[at]! < 0 ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_truenodeids: every((tree, at) => tree.yes[at]!),
    nodes_falsenodeids: every((tree, at) => tree.no[at]!),
    nodes_missing_value_tracks_true: every((tree, at) => tree.missing[at]!),
  };
}

function leafLists({ trees }: Ensemble): { trees: number[]; nodes: number[]; weights: number[] } {
  const lists = { trees: [] as number[], nodes: [] as number[], weights: [] as number[] };
  trees.forEach((tree, treeId) =>
    tree.feature.forEach((feature, at) => {
      if (feature >= 0) return;
      lists.trees.push(treeId);
      lists.nodes.push(at);
      lists.weights.push(tree.value[at]!);
    }),
  );
  return lists;
}

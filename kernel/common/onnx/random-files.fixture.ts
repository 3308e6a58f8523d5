/** Random ONNX files of tree ensembles with every option that the standard leaves open, for comparison with onnxruntime. */
import {
  type AttributeValue,
  buildModel,
  doubleTensor,
  FLOAT32,
  FLOAT64,
  floatTensor,
  node,
  valueInfo,
} from './build.ts';

export interface RandomFile {
  readonly bytes: Uint8Array;
  /** (20 × features): ties with thresholds, infinities, missing values. */
  readonly x: Float64Array;
  readonly features: number;
  readonly output: string;
}

const ML = 'ai.onnx.ml';
const ROWS = 20;
const MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'];
/** Float32 can't tell some of them from their neighbours. */
const VALUES = [0, -0, 1, 2, 0.5, 1.5, 1e8, 16_777_217, 0.1, 0.30000000000000004, -1];
const SPECIAL = [Infinity, -Infinity, NaN];

interface Dice {
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
  chance(of: number): boolean;
  number(): number;
}

const diceOf = (random: () => number): Dice => ({
  below: (n) => Math.floor(random() * n),
  pick: (from) => from[Math.floor(random() * from.length)]!,
  chance: (of) => random() < of,
  number: random,
});

function rowsOf(dice: Dice, features: number, double: boolean): Float64Array {
  return Float64Array.from({ length: ROWS * features }, () => {
    const value = dice.chance(0.1) ? dice.pick(SPECIAL) : dice.pick(VALUES);
    return double ? value : Math.fround(value);
  });
}

/** A TreeEnsembleRegressor or TreeEnsembleClassifier (ai.onnx.ml 3). */
export function randomFile(random: () => number): RandomFile {
  const dice = diceOf(random);
  const features = 1 + dice.below(4);
  const double = dice.chance(0.25);
  const classifier = dice.chance(0.5);
  const outputs = classifier ? 2 + dice.below(3) : 1 + dice.below(3);
  const modes = dice.pick([['LEQ'], ['LT'], MODES]);
  const [firstId, treeStep] = [dice.pick([0, 0, 5]), dice.pick([1, 1, 3])];
  const sign = dice.below(3);
  const only = dice.below(outputs);
  const kind = dice.below(4);
  const idsOf = (tree: number): number[] => {
    if (kind === 0) return [only];
    if (kind === 1) return Array.from({ length: outputs }, (_, k) => k);
    return kind === 2 ? [tree % outputs] : [dice.below(outputs), dice.below(outputs)];
  };
  const nodes: Record<'tree' | 'id' | 'feature' | 'value' | 'yes' | 'no' | 'missing', number[]> = {
    tree: [],
    id: [],
    feature: [],
    value: [],
    yes: [],
    no: [],
    missing: [],
  };
  const names: string[] = [];
  const weights: Record<'tree' | 'node' | 'id' | 'weight', number[]> = { tree: [], node: [], id: [], weight: [] };
  const trees = 1 + dice.below(3);
  for (let tree = 0; tree < trees; tree++) {
    let next = firstId;
    const grow = (left: number): number => {
      const id = next++;
      const leaf = left === 0 || dice.chance(0.25);
      const at = nodes.tree.push(tree * treeStep) - 1;
      nodes.id.push(id);
      nodes.feature.push(leaf ? 0 : dice.below(features));
      nodes.value.push(leaf ? 0 : dice.chance(0.06) ? dice.pick(SPECIAL) : dice.pick(VALUES));
      nodes.missing.push(dice.chance(0.3) ? 1 : 0);
      names.push(leaf ? 'LEAF' : `BRANCH_${dice.pick(modes)}`);
      nodes.yes.push(0);
      nodes.no.push(0);
      if (!leaf) {
        nodes.yes[at] = grow(left - 1);
        nodes.no[at] = grow(left - 1);
        return id;
      }
      for (const target of idsOf(tree)) {
        weights.tree.push(tree * treeStep);
        weights.node.push(id);
        weights.id.push(target);
        weights.weight.push(Math.fround([1, 2, 0.125][sign]! * dice.number() - (sign === 1 ? 1 : 0)));
      }
      return id;
    };
    grow(dice.below(5));
  }
  const numbers = (name: string, list: readonly number[]): Record<string, AttributeValue> =>
    double ? { [`${name}_as_tensor`]: doubleTensor(name, [list.length], list) } : { [name]: Float32Array.from(list) };
  const prefix = classifier ? 'class' : 'target';
  const bases = dice.pick([0, 0, 1, outputs, 2]);
  const attributes = {
    nodes_treeids: nodes.tree,
    nodes_nodeids: nodes.id,
    nodes_featureids: nodes.feature,
    ...numbers('nodes_values', nodes.value),
    nodes_modes: names,
    nodes_truenodeids: nodes.yes,
    nodes_falsenodeids: nodes.no,
    ...(dice.chance(0.8) ? { nodes_missing_value_tracks_true: nodes.missing } : {}),
    [`${prefix}_treeids`]: weights.tree,
    [`${prefix}_nodeids`]: weights.node,
    [`${prefix}_ids`]: weights.id,
    ...numbers(`${prefix}_weights`, weights.weight),
    ...(bases === 0
      ? {}
      : numbers(
          'base_values',
          Array.from({ length: bases }, () => Math.fround(dice.number() - 0.3)),
        )),
    post_transform: dice.pick(['NONE', 'NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO']),
    ...(classifier
      ? { classlabels_int64s: Array.from({ length: outputs }, (_, k) => k * 2 - 1) }
      : { n_targets: { i: outputs }, aggregate_function: dice.pick(['SUM', 'AVERAGE']) }),
  };
  const type = double ? FLOAT64 : FLOAT32;
  const bytes = buildModel({
    name: 'random',
    inputs: [valueInfo('X', type, ['rows', features])],
    outputs: classifier
      ? [valueInfo('L', 7, ['rows']), valueInfo('P', FLOAT32, ['rows', outputs])]
      : [valueInfo('Y', FLOAT32, ['rows', outputs])],
    nodes: [
      node(
        classifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor',
        ['X'],
        classifier ? ['L', 'P'] : ['Y'],
        attributes,
        ML,
      ),
    ],
  });
  return { bytes, x: rowsOf(dice, features, double), features, output: classifier ? 'P' : 'Y' };
}

/** A TreeEnsemble (ai.onnx.ml 5): sets of whole numbers, leaves that paths share, trees of one leaf. */
export function randomFile5(random: () => number): RandomFile {
  const dice = diceOf(random);
  const features = 1 + dice.below(4);
  const double = dice.chance(0.3);
  const targets = 1 + dice.below(3);
  const modes = dice.pick([[0], [0, 6], [0, 1, 2, 3, 4, 5, 6]]);
  const nodes: Record<'feature' | 'split' | 'mode' | 'missing', number[]> = {
    feature: [],
    split: [],
    mode: [],
    missing: [],
  };
  const ways: Record<'yes' | 'no' | 'yesLeaf' | 'noLeaf', number[]> = { yes: [], no: [], yesLeaf: [], noLeaf: [] };
  const leaves: Record<'target' | 'weight', number[]> = { target: [], weight: [] };
  const sets: (readonly number[])[] = [];
  const leaf = (): number => {
    leaves.target.push(dice.below(targets));
    return leaves.weight.push(Math.fround(dice.number() * 2 - 1)) - 1;
  };
  const decision = (): number => {
    const mode = dice.pick(modes);
    nodes.mode.push(mode);
    nodes.split.push(dice.chance(0.05) ? dice.pick(SPECIAL) : dice.pick(VALUES));
    nodes.missing.push(dice.chance(0.4) ? 1 : 0);
    sets.push(mode === 6 ? Array.from({ length: 1 + dice.below(4) }, () => dice.pick([0, 1, 2, 3, 7, 40, 100])) : []);
    for (const list of Object.values(ways)) list.push(0);
    return nodes.feature.push(dice.below(features)) - 1;
  };
  const grow = (left: number): number => {
    const id = decision();
    for (const [way, ends] of [
      ['yes', 'yesLeaf'],
      ['no', 'noLeaf'],
    ] as const) {
      const last = left <= 1 || dice.chance(0.3);
      ways[ends][id] = last ? 1 : 0;
      const again = last && leaves.weight.length > 0 && dice.chance(0.1);
      ways[way][id] = again ? dice.below(leaves.weight.length) : last ? leaf() : grow(left - 1);
    }
    return id;
  };
  const roots = Array.from({ length: 1 + dice.below(3) }, () => {
    if (dice.chance(0.9)) return grow(1 + dice.below(5));
    const id = decision();
    nodes.mode[id] = 0;
    sets[id] = [];
    ways.yes[id] = ways.no[id] = leaf();
    ways.yesLeaf[id] = ways.noLeaf[id] = 1;
    return id;
  });
  // Each set is closed by a NaN; the last may be left open.
  const closed = nodes.mode.flatMap((mode, i) => (mode === 6 ? [...sets[i]!, NaN] : []));
  const members = dice.chance(0.2) ? closed.slice(0, -1) : closed;
  const tensor = double ? doubleTensor : floatTensor;
  const attributes = {
    tree_roots: roots,
    nodes_featureids: nodes.feature,
    nodes_splits: tensor('', [nodes.split.length], nodes.split),
    nodes_modes: { dims: [nodes.mode.length], dataType: 2, raw: Uint8Array.from(nodes.mode) },
    nodes_truenodeids: ways.yes,
    nodes_falsenodeids: ways.no,
    nodes_trueleafs: ways.yesLeaf,
    nodes_falseleafs: ways.noLeaf,
    ...(dice.chance(0.7) ? { nodes_missing_value_tracks_true: nodes.missing } : {}),
    ...(members.length > 0 ? { membership_values: tensor('', [members.length], members) } : {}),
    leaf_targetids: leaves.target,
    leaf_weights: tensor('', [leaves.weight.length], leaves.weight),
    n_targets: { i: targets },
    post_transform: { i: dice.below(4) },
    aggregate_function: { i: dice.below(2) },
  };
  const type = double ? FLOAT64 : FLOAT32;
  const bytes = buildModel({
    name: 'random',
    inputs: [valueInfo('X', type, ['rows', features])],
    outputs: [valueInfo('Y', type, ['rows', targets])],
    nodes: [node('TreeEnsemble', ['X'], ['Y'], attributes, ML)],
    opsets: { '': 21, [ML]: 5 },
  });
  // Sets hold whole numbers, and the runtime takes some fractions for members.
  const whole = rowsOf(dice, features, double).map((value) => (members.length > 0 ? Math.round(value) : value));
  return { bytes, x: whole, features, output: 'Y' };
}

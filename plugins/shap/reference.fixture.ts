/** SHAP from its definitions, for tests: nested trees, recursion, factorials; shares nothing with the plugin but the ONNX writer. */
import {
  buildModel,
  FLOAT32,
  FLOAT64,
  node,
  valueInfo,
  doubleTensor,
  type AttributeValue,
} from '#common/onnx/build.ts';

export interface Branch {
  readonly feature: number;
  readonly threshold: number;
  readonly mode: 'LEQ' | 'LT' | 'GTE' | 'GT' | 'EQ' | 'NEQ';
  /** Missing values take `yes`. */
  readonly missing: boolean;
  readonly cover: number;
  readonly yes: Nested;
  readonly no: Nested;
}
interface Leaf {
  readonly cover: number;
  readonly leaf: readonly number[];
}
export type Nested = Branch | Leaf;

function takes({ threshold, mode, missing }: Branch, value: number): boolean {
  if (Number.isNaN(value)) return missing || mode === 'NEQ';
  if (mode === 'LEQ') return value <= threshold;
  if (mode === 'LT') return value < threshold;
  if (mode === 'GTE') return value >= threshold;
  if (mode === 'GT') return value > threshold;
  return mode === 'EQ' ? value === threshold : value !== threshold;
}

const add = (a: readonly number[], b: readonly number[]): number[] => a.map((value, k) => value + b[k]!);
const scale = (a: readonly number[], by: number): number[] => a.map((value) => value * by);

/** E[tree | features in the coalition], following covers elsewhere: what path-dependent SHAP calls a coalition's worth. */
function conditional(tree: Nested, row: readonly number[], coalition: ReadonlySet<number>): readonly number[] {
  if ('leaf' in tree) return tree.leaf;
  if (coalition.has(tree.feature))
    return conditional(takes(tree, row[tree.feature]!) ? tree.yes : tree.no, row, coalition);
  const yes = scale(conditional(tree.yes, row, coalition), tree.yes.cover / tree.cover);
  return add(yes, scale(conditional(tree.no, row, coalition), tree.no.cover / tree.cover));
}

export function evaluate(tree: Nested, row: readonly number[]): readonly number[] {
  return 'leaf' in tree ? tree.leaf : evaluate(takes(tree, row[tree.feature]!) ? tree.yes : tree.no, row);
}

export const sumOf = (trees: readonly Nested[], scores: number, of: (tree: Nested) => readonly number[]): number[] =>
  trees.map(of).reduce<number[]>(
    add,
    Array.from({ length: scores }, () => 0),
  );

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** What each coalition of features is worth, a number for each score. */
type Game = (coalition: ReadonlySet<number>) => readonly number[];

const subsetOf = (mask: number, features: number): Set<number> =>
  new Set(Array.from({ length: features }, (_, j) => j).filter((j) => mask & (1 << j)));

/** Shapley values [feature][score] of a game over features. */
export function shapley(features: number, worth: Game): number[][] {
  const subset = (mask: number): Set<number> => subsetOf(mask, features);
  const worths = Array.from({ length: 2 ** features }, (_, mask) => worth(subset(mask)));
  return Array.from({ length: features }, (_, j) => {
    let total = scale(worths[0]!, 0);
    for (let mask = 0; mask < worths.length; mask++) {
      if (mask & (1 << j)) continue;
      const size = subset(mask).size;
      const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features);
      total = add(total, scale(add(worths[mask | (1 << j)]!, scale(worths[mask]!, -1)), weight));
    }
    return total;
  });
}

/** SHAP interaction values [feature][other][score] of a game: half of each Shapley interaction index, and what remains of each value. */
export function interactions(features: number, worth: Game): number[][][] {
  const all = Array.from({ length: features }, (_, j) => j);
  const half = (i: number, j: number): number[] => {
    let total = scale(worth(new Set()), 0);
    for (let mask = 0; mask < 2 ** features; mask++) {
      const coalition = subsetOf(mask, features);
      if (coalition.has(i) || coalition.has(j)) continue;
      const weight =
        (factorial(coalition.size) * factorial(features - coalition.size - 2)) / (2 * factorial(features - 1));
      const alone = add(worth(new Set([...coalition, i])), worth(new Set([...coalition, j])));
      const both = add(worth(new Set([...coalition, i, j])), worth(coalition));
      total = add(total, scale(add(both, scale(alone, -1)), weight));
    }
    return total;
  };
  return shapley(features, worth).map((value, i) => {
    const row = all.map((j) => (i === j ? value : half(i, j)));
    row[i] = row.reduce((rest, other, j) => (j === i ? rest : add(rest, scale(other, -1))), value);
    return row;
  });
}

export const byCovers =
  (trees: readonly Nested[], scores: number, row: readonly number[]): Game =>
  (coalition) =>
    sumOf(trees, scores, (tree) => conditional(tree, row, coalition));

export const pathDependentReference = (
  trees: readonly Nested[],
  scores: number,
  features: number,
  row: readonly number[],
): number[][] => shapley(features, byCovers(trees, scores, row));

export const pathDependentPairs = (
  trees: readonly Nested[],
  scores: number,
  features: number,
  row: readonly number[],
): number[][][] => interactions(features, byCovers(trees, scores, row));

type Model = (row: readonly number[]) => readonly number[];

const against =
  (model: Model, row: readonly number[], background: readonly (readonly number[])[]): Game =>
  (coalition) => {
    const mixed = background.map((other) => model(row.map((value, j) => (coalition.has(j) ? value : other[j]!))));
    return scale(
      mixed.reduce<readonly number[]>((a, b) => add(a, b), scale(mixed[0]!, 0)),
      1 / background.length,
    );
  };

export const interventionalReference = (
  model: Model,
  features: number,
  row: readonly number[],
  background: readonly (readonly number[])[],
): number[][] => shapley(features, against(model, row, background));

export const interventionalPairs = (
  model: Model,
  features: number,
  row: readonly number[],
  background: readonly (readonly number[])[],
): number[][][] => interactions(features, against(model, row, background));

export interface OnnxOptions {
  readonly features: number;
  readonly scores: number;
  readonly base?: readonly number[];
  readonly post?: string;
  readonly aggregate?: string;
  /** Labels make it a classifier; `ids` says which class each score belongs to. */
  readonly labels?: readonly string[];
  readonly ids?: readonly number[];
  readonly double?: boolean;
  readonly covers?: boolean;
}

/** Nested trees as an ONNX file. */
export function toOnnx(trees: readonly Nested[], options: OnnxOptions): Uint8Array {
  const { features, scores, base, post = 'NONE', aggregate, labels, ids, double = false, covers = true } = options;
  const lists = {
    tree: [] as number[],
    node: [] as number[],
    feature: [] as number[],
    value: [] as number[],
    mode: [] as string[],
  };
  const more = { yes: [] as number[], no: [] as number[], missing: [] as number[], cover: [] as number[] };
  const leaves = { tree: [] as number[], node: [] as number[], id: [] as number[], weight: [] as number[] };
  trees.forEach((root, tree) => {
    let next = 0;
    const visit = (at: Nested): number => {
      const id = next++;
      const position = lists.tree.push(tree) - 1;
      const branch = 'leaf' in at ? null : at;
      lists.node.push(id);
      lists.feature.push(branch?.feature ?? 0);
      lists.value.push(branch?.threshold ?? 0);
      lists.mode.push(branch === null ? 'LEAF' : `BRANCH_${branch.mode}`);
      more.missing.push(branch?.missing ? 1 : 0);
      more.cover.push(at.cover);
      more.yes.push(0);
      more.no.push(0);
      if ('leaf' in at)
        at.leaf.forEach((weight, k) => {
          leaves.tree.push(tree);
          leaves.node.push(id);
          leaves.id.push(ids?.[k] ?? k);
          leaves.weight.push(weight);
        });
      else {
        more.yes[position] = visit(at.yes);
        more.no[position] = visit(at.no);
      }
      return id;
    };
    visit(root);
  });
  const numbers = (name: string, values: readonly number[]): Record<string, AttributeValue> =>
    double
      ? { [`${name}_as_tensor`]: doubleTensor(name, [values.length], values) }
      : { [name]: Float32Array.from(values) };
  const prefix = labels === undefined ? 'target' : 'class';
  const attributes = {
    nodes_treeids: lists.tree,
    nodes_nodeids: lists.node,
    nodes_featureids: lists.feature,
    ...numbers('nodes_values', lists.value),
    nodes_modes: lists.mode,
    nodes_truenodeids: more.yes,
    nodes_falsenodeids: more.no,
    nodes_missing_value_tracks_true: more.missing,
    ...(covers ? numbers('nodes_hitrates', more.cover) : {}),
    [`${prefix}_treeids`]: leaves.tree,
    [`${prefix}_nodeids`]: leaves.node,
    [`${prefix}_ids`]: leaves.id,
    ...numbers(`${prefix}_weights`, leaves.weight),
    ...(base === undefined ? {} : numbers('base_values', base)),
    ...(labels === undefined ? { n_targets: { i: scores } } : { classlabels_strings: [...labels] }),
    ...(aggregate === undefined ? {} : { aggregate_function: aggregate }),
    post_transform: post,
  };
  const type = double ? FLOAT64 : FLOAT32;
  const classifier = labels !== undefined;
  return buildModel({
    name: 'test',
    inputs: [valueInfo('X', type, ['rows', features])],
    outputs: classifier
      ? [valueInfo('label', 8, ['rows']), valueInfo('probabilities', FLOAT32, ['rows', labels.length])]
      : [valueInfo('Y', FLOAT32, ['rows', scores])],
    nodes: [
      node(
        classifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor',
        ['X'],
        classifier ? ['label', 'probabilities'] : ['Y'],
        attributes,
        'ai.onnx.ml',
      ),
    ],
  });
}

/** Draws trees: features may repeat on a path, thresholds tie with the values that `rowsOf` draws, covers are counts. */
export function drawTree(
  random: () => number,
  features: number,
  scores: number,
  depth: number,
  modes: readonly Branch['mode'][],
): Nested {
  const grow = (left: number): Nested => {
    if (left === 0 || (left < depth && random() < 0.2))
      return {
        cover: 1 + Math.floor(random() * 9),
        leaf: Array.from({ length: scores }, () => Math.fround(random() * 4 - 2)),
      };
    const yes = grow(left - 1);
    const no = grow(left - 1);
    return {
      feature: Math.floor(random() * features),
      threshold: Math.floor(random() * 5) / 2,
      mode: modes[Math.floor(random() * modes.length)]!,
      missing: random() < 0.5,
      cover: yes.cover + no.cover,
      yes,
      no,
    };
  };
  return grow(depth);
}

export function drawRows(random: () => number, rows: number, features: number, missing: number): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: features }, () => (random() < missing ? NaN : Math.floor(random() * 6) / 2)),
  );
}

/** The worth of the empty coalition. */
export const pathBase = (trees: readonly Nested[], scores: number): number[] =>
  sumOf(trees, scores, (tree) => conditional(tree, [], new Set()));

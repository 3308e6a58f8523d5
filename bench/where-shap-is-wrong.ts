/**
 * Does shap's own C++ give what notebooks/where-shap-is-wrong.md says it gives?
 *
 * The models of that page, and two beside them, by shap/cext/tree_shap.h of the checkout that SHAP_SOURCE names (lib/shap_driver.cc; in
 * results/ its commit 0cea3f8), and by ours. `adds up to` is base and
 * values, next to what the model says; `shap takes it to say` is shap's own evaluation, against which TreeExplainer checks that values add up, to a hundredth:
 * where that check would fail, its user gets an ExplainerError instead of values. What happens in shap's Python before its C++ runs is not measured here.
 */
import type { Ensemble, Tree } from '../kernel/common/onnx/trees.ts';
import { scoreTrees } from '../kernel/common/onnx/score-trees.ts';
import { attributeTrees } from '../plugins/shap/lib/by-trees.ts';
import { print } from './lib/cpu.ts';
import { compileShap, type ShapCpp } from './lib/shap-cpp.ts';

type Nest =
  | { readonly leaf: number; readonly cover: number }
  | { readonly feature: number; readonly threshold: number; readonly yes: Nest; readonly no: Nest };

const leaf = (value: number, cover = 1): Nest => ({ leaf: value, cover });
const split = (feature: number, threshold: number, yes: Nest, no: Nest): Nest => ({ feature, threshold, yes, no });

/** Asks one feature after the other; one training row leaves at each. */
function chain(depth: number): Nest {
  let tree = leaf(1);
  for (let feature = depth - 1; feature >= 0; feature--) tree = split(feature, 0.5, tree, leaf((feature % 3) - 1));
  return tree;
}

/** Complete, with 2 ** (depth + 1) − 1 nodes. */
function grow(depth: number, last: Nest = leaf(1)): Nest {
  return depth === 0 ? last : split(depth % 5, depth / 16, grow(depth - 1, leaf(depth)), grow(depth - 1, last));
}

interface Case {
  readonly says: string;
  readonly tree: Nest;
  readonly row: readonly number[];
  /** One background row; by covers where there is none. */
  readonly from?: readonly number[];
}

const CASES: readonly Case[] = [
  {
    says: '2. threshold 0.3, x between it and its float32',
    tree: split(0, 0.3, leaf(1), leaf(2)),
    row: [0.3000000059604645],
    from: [1],
  },
  { says: '2. near 10⁸', tree: split(0, 100_000_001, leaf(0), leaf(10)), row: [100_000_000.5], from: [100_000_009] },
  ...[20, 40, 60, 80, 100, 150].map((depth) => ({
    says: `3. ${depth} decisions deep, by covers`,
    tree: chain(depth),
    row: Array.from({ length: depth }, () => 0),
  })),
  {
    says: '3. 60 decisions deep, against one row',
    tree: chain(60),
    row: Array.from({ length: 60 }, (_, i) => i % 2),
    from: Array.from({ length: 60 }, (_, i) => 1 - (i % 2)),
  },
  { says: '4. 32,767 nodes', tree: grow(14), row: [0, 0, 0, 0, 0], from: [1, 1, 1, 1, 1] },
  {
    says: '4. 32,769 nodes',
    tree: grow(14, split(0, 0.5, leaf(-1), leaf(1))),
    row: [0, 0, 0, 0, 0],
    from: [1, 1, 1, 1, 1],
  },
  {
    says: '5. b is ignored, by covers',
    tree: split(1, 0, split(0, 0, leaf(0, 90), leaf(10, 10)), split(0, 0, leaf(0, 10), leaf(10, 90))),
    row: [1, 1],
  },
];

const shap = compileShap();
if (typeof shap === 'string') console.log(shap);
else
  print(
    ['case', 'model says', 'shap takes it to say', 'shap adds up to', 'ours', 'values by shap', 'ours'],
    CASES.map((one) => compared(shap, one)),
  );

function compared(rival: ShapCpp, { says, tree, row, from }: Case): string[] {
  const ensemble = ensembleOf(tree, row.length);
  const x = Float64Array.from(row);
  const other = Float64Array.from(from ?? []);
  const ours = attributeTrees(ensemble, x, 1, from === undefined ? null : { x: other, rows: 1 }, () => undefined);
  const known = [
    says,
    number(scoreTrees(ensemble, x, 1)[0]!),
    number(rival.explain('scores', ensemble, x, other, 0).values[0]!),
  ];
  try {
    const theirs = rival.explain(from === undefined ? 'covers' : 'background', ensemble, x, other, 0);
    return [...known, sum(theirs), sum(ours), few(theirs.values), few(ours.values)];
  } catch (error) {
    return [
      ...known,
      (error as Error).message.replace(/^.* ended with (\S+)\. .*$/s, 'ended with $1'),
      sum(ours),
      '',
      few(ours.values),
    ];
  }
}

function sum({ base, values }: { base: Float64Array; values: Float64Array }): string {
  return number(values.reduce((total, value) => total + value, base[0]!));
}

function few(values: Float64Array): string {
  return values.length > 2 ? '' : [...values].map(number).join(', ');
}

function number(value: number): string {
  return Math.abs(value) > 1e6 ? value.toExponential(1) : String(Number(value.toPrecision(8)));
}

function ensembleOf(root: Nest, features: number): Ensemble {
  const nodes: { feature: number; threshold: number; yes: number; no: number; cover: number; value: number }[] = [];
  const lay = (nest: Nest): number => {
    const node = { feature: -1, threshold: 0, yes: 0, no: 0, cover: 0, value: 0 };
    const at = nodes.push(node) - 1;
    if ('leaf' in nest) return (Object.assign(node, { cover: nest.cover, value: nest.leaf }), at);
    Object.assign(node, { feature: nest.feature, threshold: nest.threshold, yes: lay(nest.yes), no: lay(nest.no) });
    node.cover = nodes[node.yes]!.cover + nodes[node.no]!.cover;
    return at;
  };
  lay(root);
  const tree: Tree = {
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    threshold: Float64Array.from(nodes, ({ threshold }) => threshold),
    mode: new Uint8Array(nodes.length),
    missing: new Uint8Array(nodes.length),
    yes: Int32Array.from(nodes, ({ yes }) => yes),
    no: Int32Array.from(nodes, ({ no }) => no),
    cover: Float64Array.from(nodes, ({ cover }) => cover),
    value: Float64Array.from(nodes, ({ value }) => value),
  };
  return { trees: [tree], features, scores: 1, base: new Float64Array(1), covers: true };
}

import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';
import { coalitionWeight } from './interventional.ts';

/** Rows from which it pays to find what every node decides for every background row; before, most would never be asked for. */
const DECIDE_FROM = 32;
/** Decisions (bytes) of background rows that are held at once. */
const MOST_DECISIONS = 2 ** 22;

/**
 * Adds what a leaf gives to a row. `mine`: its n features that take the row's value on the way to it; `theirs`: its m that take the background row's.
 */
export type Give = (leaf: number, row: number, mine: Int32Array, n: number, theirs: Int32Array, m: number) => void;

/**
 * Interventional SHAP values, each row against each background row (Lundberg et al. 2020): from the root down, a node where both go the same way is no
 * question; where they part, its feature takes the row's value on one side and the background row's on the other, and keeps it further down.
 * Work grows with rows × background rows, and nothing is prepared: the fastest way while those are few.
 *
 * @param x (rows × features) @param background (backgroundRows × features)
 * @param values (rows × features × scores): those of the trees are added
 * @param onTree called with trees done; throws to stop
 */
export function addByPairs(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: { readonly x: Float64Array; readonly rows: number },
  values: Float64Array,
  onTree: (done: number) => void,
): void {
  const sums = new Float64Array(ensemble.trees.length === 0 ? 0 : values.length);
  forEachMeeting(ensemble, x, rows, background, (tree) => giveValues(tree, ensemble, sums), onTree);
  // Divided at the end, so that what cancels cancels.
  for (let at = 0; at < sums.length; at++) values[at]! += sums[at]! / background.rows;
}

function giveValues(tree: Tree, { features, scores }: Ensemble, sums: Float64Array): Give {
  return (leaf, row, mine, n, theirs, m) => {
    const first = row * features * scores;
    const gain = n === 0 ? 0 : coalitionWeight(n - 1, m);
    const loss = m === 0 ? 0 : coalitionWeight(m - 1, n);
    for (let k = 0; k < scores; k++) {
      const value = tree.value[leaf * scores + k]!;
      if (value === 0) continue;
      for (let i = 0; i < n; i++) sums[first + mine[i]! * scores + k]! += value * gain;
      for (let i = 0; i < m; i++) sums[first + theirs[i]! * scores + k]! -= value * loss;
    }
  };
}

/**
 * Follows each row and each background row down each tree, both ways where they part. The trees are no deeper than the stack allows.
 *
 * @param givesOf what is done at a tree's leaves
 */
export function forEachMeeting(
  { trees, features }: Ensemble,
  x: Float64Array,
  rows: number,
  background: { readonly x: Float64Array; readonly rows: number },
  givesOf: (tree: Tree) => Give,
  onTree: (done: number) => void,
): void {
  trees.forEach((tree, done) => {
    const nodes = tree.feature.length;
    const chunk = Math.max(1, Math.floor(MOST_DECISIONS / nodes));
    const here = new Uint8Array(nodes);
    const there = rows < DECIDE_FROM ? null : new Uint8Array(nodes * Math.min(chunk, background.rows));
    const compare = comparing(tree, features, here, there, background.x, givesOf(tree));
    for (let start = 0; start < background.rows; start += chunk) {
      const count = Math.min(chunk, background.rows - start);
      if (there !== null)
        for (let other = 0; other < count; other++)
          decide(tree, background.x, (start + other) * features, there, other * nodes);
      for (let row = 0; row < rows; row++) {
        decide(tree, x, row * features, here, 0);
        for (let other = 0; other < count; other++) compare(row, start + other, other * nodes);
        if (row % 64 === 63) onTree(done);
      }
    }
    onTree(done + 1);
  });
}

/** Whether each node's test holds for a row. */
function decide(tree: Tree, x: Float64Array, row: number, into: Uint8Array, at: number): void {
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!;
    if (feature >= 0) into[at + node] = holds(tree, node, x[row + feature]!) ? 1 : 0;
  }
}

function comparing(
  tree: Tree,
  features: number,
  here: Uint8Array,
  there: Uint8Array | null,
  background: Float64Array,
  give: Give,
): (row: number, other: number, decisions: number) => void {
  const UNDECIDED = 0;
  const ROW = 1;
  const OTHER = 2;
  const taken = new Uint8Array(features);
  const mine = new Int32Array(features);
  const theirs = new Int32Array(features);
  let [n, m, first, second, decisions] = [0, 0, 0, 0, 0];

  function descend(node: number): void {
    const feature = tree.feature[node]!;
    if (feature < 0) return give(node, first, mine, n, theirs, m);
    const a = here[node]!;
    const b = there === null ? Number(holds(tree, node, background[second + feature]!)) : there[decisions + node]!;
    const state = taken[feature]!;
    if (a === b || state !== UNDECIDED) {
      const way = state === OTHER ? b : a;
      return descend(way === 1 ? tree.yes[node]! : tree.no[node]!);
    }
    taken[feature] = ROW;
    mine[n++] = feature;
    descend(a === 1 ? tree.yes[node]! : tree.no[node]!);
    n--;
    taken[feature] = OTHER;
    theirs[m++] = feature;
    descend(b === 1 ? tree.yes[node]! : tree.no[node]!);
    m--;
    taken[feature] = UNDECIDED;
  }

  return (row, other, at) => {
    first = row;
    second = other * features;
    decisions = at;
    descend(0);
  };
}

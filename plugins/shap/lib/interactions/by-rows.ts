import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { coalitionWeight, forEachLeaf, type Patterns, patterns } from '../interventional.ts';
import { forEachMeeting, type Give } from '../pairs.ts';

interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

/**
 * Interventional interaction values, each row against each background row. A leaf that is reached when n features take the row's value and m the
 * background row's is worth its value to coalitions that have all of the n and none of the m. Two of the n gain (n−2)! m! / (n+m−1)! of it
 * together, two of the m gain n! (m−2)! / (n+m−1)!, and one of each lose (n−1)! (m−1)! / (n+m−1)!.
 *
 * @param x (rows × features)
 * @param out (rows × features × features × scores), of zeros: half of each index is added above the diagonal
 * @param onTree called with trees done; throws to stop
 */
export function addByRows(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background,
  out: Float64Array,
  onTree: (done: number) => void,
): void {
  if (ensemble.trees.length === 0) return;
  forEachMeeting(ensemble, x, rows, background, (tree) => giving(tree, ensemble, out), onTree);
  // Divided at the end, so that what cancels cancels.
  for (let at = 0; at < out.length; at++) out[at]! /= 2 * background.rows;
}

function giving(tree: Tree, { features, scores }: Ensemble, out: Float64Array): Give {
  return (leaf, row, mine, n, theirs, m) => {
    if (n + m < 2) return;
    const { both, each, neither } = weightsOf(n, m);
    for (let k = 0; k < scores; k++) {
      const value = tree.value[leaf * scores + k]!;
      if (value === 0) continue;
      const add = (one: number, other: number, amount: number): void => {
        const [low, high] = one < other ? [one, other] : [other, one];
        out[((row * features + low) * features + high) * scores + k]! += amount;
      };
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) add(mine[i]!, mine[j]!, value * both);
        for (let j = 0; j < m; j++) add(mine[i]!, theirs[j]!, value * each);
      }
      for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) add(theirs[i]!, theirs[j]!, value * neither);
    }
  };
}

/** What two of the n, one of each, and two of the m get together. */
const weightsOf = (n: number, m: number): { both: number; each: number; neither: number } => ({
  both: n < 2 ? 0 : coalitionWeight(n - 2, m),
  each: n === 0 || m === 0 ? 0 : -coalitionWeight(n - 1, m - 1),
  neither: m < 2 ? 0 : coalitionWeight(n, m - 2),
});

/** The same for trees of any depth, rows grouped by what they pass: nothing is called by itself. @param out those of the trees are added */
export function addByPatterns(
  { trees, features, scores }: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background,
  out: Float64Array,
  onTree: (done: number) => void,
): void {
  trees.forEach((tree, done) => {
    forEachLeaf(
      tree,
      { x, rows, background: background.x, backgroundRows: background.rows, features },
      (leaf, path) => {
        if (path.length < 2) return;
        const own = patterns(
          path.map(({ here }) => here),
          rows,
        );
        const other = patterns(
          path.map(({ there }) => there),
          background.rows,
        );
        const shares = own.fails.map((fails) => sharesOf(fails, other, path.length, background.rows));
        for (let row = 0; row < rows; row++) {
          const share = shares[own.of[row]!];
          if (share === undefined || share === null) continue;
          for (let j = 1; j < path.length; j++)
            for (let i = 0; i < j; i++) {
              const [one, two] = [path[i]!.feature, path[j]!.feature];
              const at = ((row * features + Math.min(one, two)) * features + Math.max(one, two)) * scores;
              for (let k = 0; k < scores; k++)
                out[at + k]! += share[i * path.length + j]! * tree.value[leaf * scores + k]!;
            }
        }
      },
    );
    onTree(done + 1);
  });
}

/** Half of what each two features of the path get of a leaf of value 1, averaged over the background (length × length); null when all get nothing. */
function sharesOf(
  fails: readonly number[],
  background: Patterns,
  length: number,
  backgroundRows: number,
): Float64Array | null {
  const failing = new Uint8Array(length);
  for (const position of fails) failing[position] = 1;
  const shares = new Float64Array(length * length);
  let any = false;
  background.fails.forEach((others, pattern) => {
    const [n, m] = [others.length, fails.length];
    if (n + m < 2 || others.some((position) => failing[position] === 1)) return;
    any = true;
    const { both, each, neither } = weightsOf(n, m);
    const half = background.rows[pattern]! / backgroundRows / 2;
    const add = (one: number, other: number, amount: number): void => {
      shares[Math.min(one, other) * length + Math.max(one, other)]! += half * amount;
    };
    others.forEach((one, i) => {
      for (const other of others.slice(0, i)) add(one, other, both);
      for (const other of fails) add(one, other, each);
    });
    fails.forEach((one, i) => {
      for (const other of fails.slice(0, i)) add(one, other, neither);
    });
  });
  return any ? shares : null;
}

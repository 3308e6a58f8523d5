import type { Ensemble } from '#common/onnx/trees.ts';
import { type Meetings, placesOf } from '../interactions/meetings.ts';
import type { Adding } from '../tables/by-tables.ts';
import type { Codes } from '../tables/codes.ts';
import { holdKernel, type Kernel, workOf } from '../tables/kernel.ts';
import { LEAST_BITS, pathBytes, pointsOf } from '../tables/writer.ts';
import { MOST_DEPTH, shapeOf } from '../tree-shape.ts';
import { scoresIn } from './scores-in.ts';

/** Bytes of programs that are held at once; more trees take turns. */
const MOST_BYTES = 2 ** 26;
/** Decisions at the end of a path that share a table. More take longer to fill in than they save. */
const DECISIONS = 3;

/** Bytes of a program for a single tree. */
const MOST_ALONE = 2 ** 29;

/** Trees that the stack and all that is held for a level bear, of those asked about. */
export const shallowEnough = (ensemble: Ensemble, trees: readonly number[]): readonly number[] =>
  trees.filter((number) => shapeOf(ensemble.trees[number]!).depth <= MOST_DEPTH);

/** Of those the trees whose program has room. */
export const smallEnough = (ensemble: Ensemble, trees: readonly number[], order: 1 | 2): readonly number[] =>
  trees.filter((number) => {
    const tree = ensemble.trees[number]!;
    return pathBytes(tree.feature.length, pointsOf(shapeOf(tree).longest, order), order) <= MOST_ALONE;
  });

/** As `openPaths`, once. */
export function addByPaths(
  ensemble: Ensemble,
  numbers: readonly number[],
  codes: Codes,
  x: Float64Array,
  rows: number,
  values: Float64Array,
  onTree: (done: number) => void,
  meetings: Meetings | null = null,
): void {
  openPaths(ensemble, numbers, codes, meetings)(x, rows, values, onTree);
}

/**
 * Path-dependent SHAP values of deep trees: quadrature (see path-dependent.ts), rows side by side, with tables for the last decisions of a path. Or
 * interaction values (see ../interactions/by-quadrature.ts). Programs are written for the first rows and serve all that follow, where those of all
 * trees have room at once.
 *
 * Values are (rows × features × scores), of pairs (rows × features × features × scores), above the diagonal.
 *
 * @param numbers the trees
 * @param meetings pairs of features, when interactions are asked for
 */
export function openPaths(
  { features, scores, trees: all }: Ensemble,
  numbers: readonly number[],
  codes: Codes,
  meetings: Meetings | null = null,
): Adding {
  const order = meetings === null ? 1 : 2;
  const trees = numbers.map((number) => ({
    tree: all[number]!,
    coded: codes.trees[number]!,
    ...shapeOf(all[number]!),
  }));
  const most = (of: (tree: (typeof trees)[number]) => number): number =>
    trees.reduce((so, tree) => Math.max(so, of(tree)), 0);
  const hold = holdKernel({
    columns: codes.columns,
    features,
    sums: (meetings?.count ?? features) * scores,
    slots: 1,
    work: most(({ longest, depth }) => workOf(depth + 1, pointsOf(longest, order), order)),
    trees: {
      nodes: most(({ tree }) => tree.feature.length),
      scores,
      bits: LEAST_BITS,
      order,
      pairs: meetings?.numbers ?? null,
    },
  });
  const width = features * scores * (meetings === null ? 1 : features);
  const places = meetings === null ? undefined : placesOf(meetings, features, scores);
  /** The trees whose programs are there. */
  let written: { readonly first: number; readonly end: number; readonly starts: readonly number[] } | undefined;

  function write({ writer }: Kernel, first: number, onTree: () => void): NonNullable<typeof written> {
    if (written?.first === first) return written;
    written = undefined;
    writer.clear();
    const starts: number[] = [];
    let end = first;
    for (; end < trees.length && writer.used <= MOST_BYTES; end++) {
      const { tree, coded, longest } = trees[end]!;
      onTree();
      writer.choose(tree, coded, longest);
      for (const score of scoresIn(tree, scores)) starts.push(writer.paths(score, DECISIONS));
    }
    written = { first, end, starts };
    return written;
  }

  return (x, rows, values, onTree) => {
    if (trees.length === 0) return;
    const { kernel, fresh } = hold();
    if (fresh) written = undefined;
    for (let done = 0; done < trees.length;) {
      const { starts, end } = write(kernel, done, () => onTree(done));
      for (let start = 0; start < rows; start += kernel.chunk) {
        kernel.load(x, start, rows);
        kernel.runPaths(starts);
        kernel.gather(values, width, places);
        onTree(done + Math.floor((end - done) * Math.min(1, (start + kernel.chunk) / rows)));
      }
      done = end;
    }
  };
}

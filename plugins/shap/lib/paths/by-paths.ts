import { depthOf, type Ensemble } from '#common/onnx/trees.ts';
import { longestPath } from '../edges.ts';
import { type Meetings, placesOf } from '../interactions/meetings.ts';
import type { Codes } from '../tables/codes.ts';
import { openKernel, workOf } from '../tables/kernel.ts';
import { LEAST_BITS, pointsOf } from '../tables/writer.ts';

/** Bytes of programs that are held at once; more trees take turns. */
const MOST_BYTES = 2 ** 25;
/** Products are held for every level of a tree. */
const MOST_DEPTH = 64;
/** Decisions at the end of a path that share a table. More take longer to fill in than they save. */
const DECISIONS = 3;

/** Trees that programs are written for, of those asked about. */
export const shallowEnough = (ensemble: Ensemble, trees: readonly number[]): readonly number[] =>
  trees.filter((number) => depthOf(ensemble.trees[number]!) <= MOST_DEPTH);

/**
 * Path-dependent SHAP values of deep trees: quadrature (see path-dependent.ts), rows side by side, with tables for the last decisions of a path. Or
 * interaction values (see ../interactions/by-quadrature.ts).
 *
 * @param numbers the trees
 * @param values (rows × features × scores): those of these trees are added; of pairs (rows × features × features × scores), above the diagonal
 * @param onTree called with trees done; throws to stop
 * @param meetings pairs of features, when interactions are asked for
 */
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
  if (numbers.length === 0) return;
  const { features, scores } = ensemble;
  const order = meetings === null ? 1 : 2;
  const trees = numbers.map((number) => {
    const tree = ensemble.trees[number]!;
    return { tree, coded: codes.trees[number]!, longest: longestPath(tree), levels: depthOf(tree) + 1 };
  });
  const most = (of: (tree: (typeof trees)[number]) => number): number =>
    trees.reduce((so, tree) => Math.max(so, of(tree)), 0);
  const kernel = openKernel({
    columns: codes.columns,
    features,
    sums: (meetings?.count ?? features) * scores,
    slots: 1,
    work: most(({ longest, levels }) => workOf(levels, pointsOf(longest, order), order)),
    trees: {
      nodes: most(({ tree }) => tree.feature.length),
      scores,
      bits: LEAST_BITS,
      order,
      pairs: meetings?.numbers ?? null,
    },
  });
  const { writer } = kernel;
  const width = features * scores * (meetings === null ? 1 : features);
  const places = meetings === null ? undefined : placesOf(meetings, features, scores);
  let starts: number[] = [];
  let before = 0;
  trees.forEach(({ tree, coded, longest }, number) => {
    onTree(before);
    writer.choose(tree, coded, longest);
    for (let score = 0; score < scores; score++)
      if (tree.value.some((value, i) => i % scores === score && value !== 0))
        starts.push(writer.paths(score, DECISIONS));
    const done = number + 1;
    if (writer.used <= MOST_BYTES && done < trees.length) return;
    for (let start = 0; start < rows; start += kernel.chunk) {
      kernel.load(x, start, rows);
      kernel.runPaths(starts);
      kernel.gather(values, width, places);
      onTree(before + Math.floor((done - before) * Math.min(1, (start + kernel.chunk) / rows)));
    }
    before = done;
    starts = [];
    writer.clear();
  });
}

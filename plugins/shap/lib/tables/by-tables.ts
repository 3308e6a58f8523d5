import type { Ensemble } from '#common/onnx/trees.ts';
import { placesOf } from '../interactions/meetings.ts';
import { shapeOf } from '../tree-shape.ts';
import { type Background, countPatterns, takeSizes, writeTables } from './fill.ts';
import { holdKernel, type Kernel } from './kernel.ts';
import { type Plan, type Planned, treesOf } from './plan.ts';

/** Adds the values of the planned trees to those of some rows. @param onTree called with trees done; throws to stop */
export type Adding = (x: Float64Array, rows: number, values: Float64Array, onTree: (done: number) => void) => void;

/** As `openTables`, once. */
export function addByTables(
  plan: Plan,
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background | null,
  values: Float64Array,
  onTree: (done: number) => void = () => undefined,
): void {
  openTables(plan, ensemble, background)(x, rows, values, onTree);
}

/**
 * SHAP values by tables: a tree is split into clusters of a few decisions, and what each feature gets is computed once for every pattern of those
 * decisions; a row then costs a look-up a feature and cluster. After WOODELF (arXiv 2511.09376) and FastTreeSHAP v2 (arXiv 2109.09847); exact.
 * Tables are filled in for the first rows and serve all that follow, where all trees' tables have room at once.
 *
 * Values are (rows × features × scores), of pairs (rows × features × features × scores), above the diagonal.
 *
 * @param background rows that stand in for absent features; null for path-dependent SHAP, which takes covers
 */
export function openTables(
  { trees, codes, meetings }: Plan,
  ensemble: Ensemble,
  background: Background | null,
): Adding {
  const { features, scores } = ensemble;
  const own = trees.map(({ number }) => ensemble.trees[number]!);
  const shape = {
    columns: codes.columns,
    features,
    sums: (meetings?.count ?? features) * scores,
    slots: 1 + own.reduce((most, tree) => Math.max(most, shapeOf(tree).depth), 0),
    work: 0,
    trees: treesOf(
      own,
      scores,
      trees.reduce((most, { longest }) => Math.max(most, longest), 0),
      meetings,
    ),
  };
  const width = features * scores * (meetings === null ? 1 : features);
  const places = meetings === null ? undefined : placesOf(meetings, features, scores);
  const hold = holdKernel(shape);
  /** The trees whose tables are there. */
  let filled: { readonly first: number; readonly count: number; readonly starts: readonly number[] } | undefined;

  function fill(kernel: Kernel, first: number, onTree: () => void): NonNullable<typeof filled> {
    if (filled?.first === first) return filled;
    filled = undefined;
    const { writer } = kernel;
    const choose = ({ number, longest }: Planned): void => {
      onTree();
      writer.choose(ensemble.trees[number]!, codes.trees[number]!, longest);
    };
    writer.clear();
    const sizes = takeSizes(writer, trees, first, choose);
    const group = trees.slice(first, first + sizes.length);
    const counts = background === null ? null : countPatterns(kernel, group, choose, background);
    filled = { first, count: group.length, starts: writeTables(writer, group, sizes, counts, choose) };
    return filled;
  }

  return (x, rows, values, onTree) => {
    if (trees.length === 0) return;
    const { kernel, fresh } = hold();
    if (fresh) filled = undefined;
    for (let done = 0; done < trees.length;) {
      const { starts, count } = fill(kernel, done, () => onTree(done));
      for (let start = 0; start < rows; start += kernel.chunk) {
        kernel.load(x, start, rows);
        kernel.run(starts);
        kernel.gather(values, width, places);
        onTree(done + Math.floor((count * Math.min(rows, start + kernel.chunk)) / rows));
      }
      done += count;
    }
  };
}

import type { Ensemble } from '#common/onnx/trees.ts';
import { longestPath } from '../edges.ts';
import { runAll } from '../paths/by-paths.ts';
import { Cells } from '../paths/cells.ts';
import type { PathProgram } from '../paths/program.ts';
import { gaussLegendre, type Quadrature } from '../quadrature.ts';
import type { Codes } from '../tables/codes.ts';
import { type Meetings, placesOf } from './meetings.ts';
import { pairProgram } from './path-program.ts';

/** Cells (f64) that are held at once; more trees take turns. */
const MOST_CELLS = 2 ** 22;

/**
 * Path-dependent interaction values of deep trees: by-quadrature.ts with rows side by side.
 *
 * @param numbers the trees
 * @param out (rows × features × features × scores): those of these trees are added above the diagonal
 * @param onTree called with trees done; throws to stop
 */
export function addByPaths(
  { features, scores, trees }: Ensemble,
  numbers: readonly number[],
  codes: Codes,
  meetings: Meetings,
  x: Float64Array,
  rows: number,
  out: Float64Array,
  onTree: (done: number) => void,
): void {
  const quadratures = new Map<number, Quadrature>();
  const places = placesOf(meetings, features, scores);
  const shape = { columns: codes.columns, features, sums: meetings.count * scores, order: 2 } as const;
  const room = new Cells();
  let held: PathProgram[] = [];
  let cells = 0;
  let before = 0;
  numbers.forEach((number, done) => {
    const tree = trees[number]!;
    const points = Math.max(1, Math.ceil((longestPath(tree) - 1) / 2));
    const quadrature = quadratures.get(points) ?? gaussLegendre(points);
    quadratures.set(points, quadrature);
    for (let score = 0; score < scores; score++) {
      if (!tree.value.some((value, i) => i % scores === score && value !== 0)) continue;
      const program = pairProgram(tree, codes.tests[number]!, { quadrature, scores, score }, meetings, room);
      held.push(program);
      cells += program.cells.length;
    }
    onTree(before);
    if (cells <= MOST_CELLS && done < numbers.length - 1) return;
    const all = { ...shape, width: features * features * scores, places };
    runAll(held, all, x, rows, out, (part) => onTree(before + Math.floor((done + 1 - before) * part)));
    before = done + 1;
    held = [];
    cells = 0;
  });
}

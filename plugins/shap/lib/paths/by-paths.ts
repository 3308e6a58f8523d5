import { depthOf, type Ensemble } from '#common/onnx/trees.ts';
import { longestPath } from '../edges.ts';
import { gaussLegendre, type Quadrature } from '../quadrature.ts';
import type { Adding } from '../tables/by-tables.ts';
import type { Codes } from '../tables/codes.ts';
import { openKernel, type PathRun, type Shape, workOf } from '../tables/kernel.ts';
import { Cells } from './cells.ts';
import { type PathProgram, pathProgram } from './program.ts';

/** Cells (f64) that are held at once; more trees take turns. */
const MOST_CELLS = 2 ** 22;
/** Cells of programs that are kept for rows to come: 256 MB. */
const KEPT_CELLS = 2 ** 25;
/** Products are held for every level of a tree. */
const MOST_DEPTH = 64;

/** Trees that programs are written for, of those asked about. */
export const shallowEnough = (ensemble: Ensemble, trees: readonly number[]): readonly number[] =>
  trees.filter((number) => depthOf(ensemble.trees[number]!) <= MOST_DEPTH);

/** As `openPaths`, once. */
export function addByPaths(
  ensemble: Ensemble,
  numbers: readonly number[],
  codes: Codes,
  x: Float64Array,
  rows: number,
  values: Float64Array,
  onTree: (done: number) => void,
): void {
  openPaths(ensemble, numbers, codes)(x, rows, values, onTree);
}

/**
 * Path-dependent SHAP values of deep trees: quadrature (see path-dependent.ts), rows side by side, with tables for the last decisions of a path.
 * The programs of a tree cost as much as some 20 rows do one by one; as many as have room are kept for the rows that follow.
 *
 * @param numbers the trees, whose values are added (rows × features × scores)
 */
export function openPaths(ensemble: Ensemble, numbers: readonly number[], codes: Codes): Adding {
  const { features, scores, trees } = ensemble;
  const quadratures = new Map<number, Quadrature>();
  const room = new Cells();
  const kept = new Map<number, readonly PathProgram[]>();
  let keptCells = 0;
  const programsOf = (number: number): readonly PathProgram[] => {
    const known = kept.get(number);
    if (known !== undefined) return known;
    const tree = trees[number]!;
    const points = Math.max(1, Math.ceil(longestPath(tree) / 2));
    const quadrature = quadratures.get(points) ?? gaussLegendre(points);
    quadratures.set(points, quadrature);
    const made: PathProgram[] = [];
    for (let score = 0; score < scores; score++)
      if (tree.value.some((value, i) => i % scores === score && value !== 0))
        made.push(pathProgram(tree, codes.tests[number]!, { quadrature, scores, score }, room));
    const cells = made.reduce((sum, program) => sum + program.cells.length, 0);
    if (keptCells + cells <= KEPT_CELLS) {
      kept.set(number, made);
      keptCells += cells;
    }
    return made;
  };
  return (x, rows, values, onTree) => {
    let held: PathProgram[] = [];
    let cells = 0;
    let before = 0;
    const flush = (done: number): void => {
      runAll(held, { columns: codes.columns, features, sums: features * scores }, x, rows, values, (part) =>
        onTree(before + Math.floor((done - before) * part)),
      );
      before = done;
      held = [];
      cells = 0;
    };
    numbers.forEach((number, done) => {
      for (const program of programsOf(number)) {
        held.push(program);
        cells += program.cells.length;
      }
      onTree(before);
      if (cells > MOST_CELLS || done === numbers.length - 1) flush(done + 1);
    });
  };
}

/** @param places where in a row of `width` numbers each sum goes, for programs of pairs (../interactions) */
export function runAll(
  programs: readonly PathProgram[],
  shape: Pick<Shape, 'columns' | 'features' | 'sums' | 'order'> & {
    readonly width?: number;
    readonly places?: Int32Array;
  },
  x: Float64Array,
  rows: number,
  values: Float64Array,
  onChunk: (part: number) => void,
): void {
  const kernel = openKernel({
    ...shape,
    slots: 1,
    work: programs.reduce((most, next) => Math.max(most, workOf(next, shape.order ?? 1)), 0),
  });
  const count = (of: (program: PathProgram) => number): number => programs.reduce((sum, next) => sum + of(next), 0);
  const { program, tables, tablesAt } = kernel.place(
    count(({ words }) => words.length),
    count(({ cells }) => cells.length),
  );
  let word = 0;
  let cell = 0;
  const runs = programs.map(({ words, cells, links, levels, points }): PathRun => {
    const start = word;
    program.set(words, word);
    tables.set(cells, cell);
    for (const link of links) program[word + link] = tablesAt + (cell + words[link]!) * 8;
    word += words.length;
    cell += cells.length;
    return { start, levels, points };
  });
  for (let start = 0; start < rows; start += kernel.chunk) {
    kernel.load(x, start, rows);
    kernel.runPaths(runs);
    kernel.gather(values, shape.width, shape.places);
    onChunk(Math.min(1, (start + kernel.chunk) / rows));
  }
}

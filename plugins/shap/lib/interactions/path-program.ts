import type { Tree } from '#common/onnx/trees.ts';
import { type Cells, gainFailing, gainPassing } from '../paths/cells.ts';
import type { PathProgram } from '../paths/program.ts';
import type { Quadrature } from '../quadrature.ts';
import type { Test } from '../tables/codes.ts';
import type { Meetings } from './meetings.ts';

interface Edge {
  readonly feature: number;
  /** Product of the cover ratios of the feature's decisions from the root to here. */
  readonly z: number;
  /** First cell of what the feature gains at each point where a row passes. */
  readonly passes: number;
}

/**
 * What one score of a tree asks of wasm/pair-paths.as.ts. Depth first: a branch multiplies a row's product by its factor, and on the way back its feature
 * shares all that lies below with every other feature above it (see by-quadrature.ts).
 *
 * @param quadrature exact for the longest path of the tree
 * @param cells empty, to work in
 */
export function pairProgram(
  tree: Tree,
  tests: readonly (Test | null)[],
  { quadrature, scores, score }: { readonly quadrature: Quadrature; readonly scores: number; readonly score: number },
  meetings: Meetings,
  cells: Cells,
): PathProgram {
  const { nodes: points } = quadrature;
  const words: number[] = [];
  const links: number[] = [];
  const link = (cell: number): void => void links.push(words.push(cell) - 1);
  const write = (of: (t: number) => number): number => {
    const at = cells.room(points.length);
    points.forEach((t, q) => (cells.held[at + q] = of(t)));
    return at;
  };
  const fails = write(gainFailing);
  const path: Edge[] = [{ feature: -1, z: 1, passes: fails }];
  let levels = 1;

  function descend(node: number): void {
    const test = tests[node] ?? null;
    if (test === null) {
      const cell = cells.room(1);
      // Each of the two gets half.
      cells.held[cell] = tree.value[node * scores + score]! / 2;
      words.push(3, path.length - 1);
      link(cell);
      return;
    }
    const feature = tree.feature[node]!;
    let from = path.length - 1;
    while (from > 0 && path[from]!.feature !== feature) from--;
    const before = path[from]!.z;
    const partners = lastLevels(feature);
    for (const holds of [true, false]) {
      const child = holds ? test.yes : test.no;
      const z = (before * tree.cover[child]!) / tree.cover[node]!;
      const level = path.push({ feature, z, passes: write((t) => gainPassing(z, t)) }) - 1;
      levels = Math.max(levels, level + 1);
      words.push(1, level, test.column, test.cut, holds ? 0 : -1, from);
      link(cells.factors(before, z, quadrature));
      descend(child);
      path.pop();
      words.push(2, level, from, holds ? 1 : 0, partners.length);
      link(cells.gains(before, z, quadrature));
      link(fails);
      for (const other of partners) {
        const edge = path[other]!;
        words.push(other, meetings.of(feature, edge.feature) * scores + score);
        link(edge.passes);
      }
    }
  }

  /** Where each other feature was decided last. */
  function lastLevels(feature: number): number[] {
    const met = new Set([feature]);
    const found: number[] = [];
    for (let level = path.length - 1; level > 0; level--) {
      const own = path[level]!.feature;
      if (!met.has(own)) found.push(level);
      met.add(own);
    }
    return found;
  }

  descend(0);
  words.push(0);
  return { words: Int32Array.from(words), cells: cells.done(), links, points: points.length, levels };
}

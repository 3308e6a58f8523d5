import type { Tree } from '#common/onnx/trees.ts';
import { type Cluster, type Game, gameOf, type Step } from './clusters.ts';
import type { Codes } from './codes.ts';
import { type Kernel, ROWS } from './kernel.ts';

/** A tree whose paths fit into tables. */
export interface Split {
  readonly tree: Tree;
  readonly number: number;
  readonly steps: readonly Step[];
}

/** A row of a cluster's table: what `feature` gets of `score`, by index. */
interface Entry {
  readonly feature: number;
  readonly score: number;
}

interface Layout {
  readonly cluster: Cluster;
  readonly size: number;
  readonly entries: readonly Entry[];
  /** First cell of its tables. */
  readonly at: number;
}

const sizeOf = ({ above, nodes }: Cluster): number => 1 << (above.length + nodes.length);

/** Features of a cluster, those above it first. */
function featuresOf(tree: Tree, { above, nodes }: Cluster): number[] {
  return [...new Set([...above, ...nodes.map((node) => tree.feature[node]!)])];
}

/** Scores to which some leaf of the cluster adds. */
function scoresOf(tree: Tree, { leaves }: Cluster, scores: number): number[] {
  return Array.from({ length: scores }, (_, k) => k).filter((k) =>
    leaves.some(({ node }) => tree.value[node * scores + k] !== 0),
  );
}

/** Cells of the tables of a tree. */
export function cellsOf({ tree, steps }: Split, scores: number): number {
  let cells = 0;
  for (const step of steps)
    if ('cluster' in step)
      cells +=
        featuresOf(tree, step.cluster).length * scoresOf(tree, step.cluster, scores).length * sizeOf(step.cluster);
  return cells;
}

/** Cells of tables that are used again and again before the next: about what the second-level cache holds. */
const CACHED_CELLS = 2 ** 16;

/** Writes programs that count, for each cluster, how often each index comes up. @returns where they start, and each tree's views of its clusters' counts */
export function placeCounting(
  kernel: Kernel,
  splits: readonly Split[],
  codes: Codes,
): { readonly starts: readonly number[]; readonly places: (() => Float64Array)[][] } {
  let cells = 0;
  const places: (() => Float64Array)[][] = [];
  let tables: Float64Array = new Float64Array();
  const layouts = splits.map(({ steps }) => {
    const own: (() => Float64Array)[] = [];
    places.push(own);
    return steps.flatMap((step): Layout[] => {
      if (!('cluster' in step)) return [];
      const [at, size] = [cells, sizeOf(step.cluster)];
      cells += size;
      own.push(() => tables.subarray(at, at + size));
      return [{ cluster: step.cluster, size, entries: [], at }];
    });
  });
  const written = write(kernel, splits, layouts, codes, cells, 1);
  tables = written.tables;
  tables.fill(0);
  return { starts: written.starts, places };
}

/**
 * Writes programs that add SHAP values, and their tables.
 *
 * @param share of a leaf of value 1 that each feature gets, by pattern of passed features: (2^features × features)
 * @returns where the programs start
 */
export function placeTables(
  kernel: Kernel,
  splits: readonly Split[],
  codes: Codes,
  scores: number,
  share: (split: Split, cluster: number, leaf: number, game: Game) => Float64Array,
): readonly number[] {
  let cells = 0;
  const layouts = splits.map(({ tree, steps }) =>
    steps.flatMap((step): Layout[] => {
      if (!('cluster' in step)) return [];
      const { cluster } = step;
      const kept = scoresOf(tree, cluster, scores);
      const entries = featuresOf(tree, cluster).flatMap((feature) => kept.map((score) => ({ feature, score })));
      if (entries.length === 0) return [];
      const [at, size] = [cells, sizeOf(cluster)];
      cells += entries.length * size;
      return [{ cluster, size, entries, at }];
    }),
  );
  const { starts, tables } = write(kernel, splits, layouts, codes, cells, scores);
  tables.fill(0);
  splits.forEach((split, s) => {
    const { tree } = split;
    layouts[s]!.forEach(({ cluster, size, entries, at }, c) => {
      cluster.leaves.forEach((leaf, l) => {
        const game = gameOf(tree, cluster, leaf);
        const own = share(split, c, l, game);
        const d = game.features.length;
        entries.forEach(({ feature, score }, e) => {
          const value = tree.value[leaf.node * scores + score]!;
          const player = game.features.indexOf(feature);
          if (player < 0 || value === 0) return;
          const table = at + e * size;
          for (let index = 0; index < size; index++)
            tables[table + index]! += value * own[game.passed[index]! * d + player]!;
        });
      });
    });
  });
  return starts;
}

function write(
  kernel: Kernel,
  splits: readonly Split[],
  layouts: readonly (readonly Layout[])[],
  { tests }: Codes,
  cells: number,
  scores: number,
): { readonly starts: readonly number[]; readonly tables: Float64Array } {
  const words: number[] = [];
  const starts: number[] = [];
  let held = Infinity;
  const tableWords: [word: number, cell: number][] = [];
  splits.forEach(({ number, steps }, s) => {
    const own = layouts[s]!.reduce((sum, { size, entries }) => sum + size * Math.max(1, entries.length), 0);
    held += own;
    if (held > CACHED_CELLS) {
      if (starts.length > 0) words.push(0);
      starts.push(words.length);
      held = own;
    }
    words.push(1);
    const byCluster = new Map(layouts[s]!.map((layout) => [layout.cluster, layout]));
    for (const step of steps) {
      if ('branch' in step) {
        const { test, holds, bit, from, to } = step.branch;
        words.push(2, test.column, test.cut, ~(1 << bit), from, to, holds ? 0 : -1);
        continue;
      }
      const layout = byCluster.get(step.cluster);
      if (layout === undefined) continue;
      const { slot, above, nodes } = step.cluster;
      tableWords.push([words.length + 6, layout.at]);
      words.push(3, slot, (1 << above.length) - 1, nodes.length, layout.entries.length, layout.size * 8, 0);
      nodes.forEach((node, i) => {
        const { column, cut } = tests[number]![node]!;
        words.push(column, cut, 1 << (above.length + i));
      });
      for (const { feature, score } of layout.entries) words.push((feature * scores + score) * ROWS * 8);
    }
  });
  words.push(0);
  const { program, tables, tablesAt } = kernel.place(words.length, cells);
  program.set(words);
  for (const [word, cell] of tableWords) program[word] = tablesAt + cell * 8;
  return { starts, tables };
}

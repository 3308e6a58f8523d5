import type { Tree } from '#common/onnx/trees.ts';
import type { Meetings } from '../interactions/meetings.ts';
import type { Cluster, Leaf, Step } from './clusters.ts';
import type { Codes } from './codes.ts';
import { type Kernel, ROWS } from './kernel.ts';
import type { LeafTables } from './leaf-tables.ts';

/** A tree whose paths fit into tables. */
export interface Split {
  readonly tree: Tree;
  readonly number: number;
  readonly steps: readonly Step[];
}

/** A row of a cluster's table: what a feature, or two of them together, get of `score`, by index. */
interface Entry {
  readonly feature: number;
  /** −1: the feature alone. */
  readonly other: number;
  readonly score: number;
  /** The column of sums that it is added to. */
  readonly sum: number;
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

/** Features of a cluster that meet on the path of one of its leaves. */
function pairsOf(tree: Tree, { above, leaves }: Cluster): [feature: number, other: number][] {
  const pairs = new Map<number, [number, number]>();
  for (const { path } of leaves) {
    const met = [...new Set([...above, ...path.map(({ node }) => tree.feature[node]!)])].sort((a, b) => a - b);
    met.forEach((other, i) => {
      for (const feature of met.slice(0, i)) pairs.set(feature * 2 ** 26 + other, [feature, other]);
    });
  }
  return [...pairs.values()];
}

/** @param meetings of pairs of features, when tables are about those */
function entriesOf(tree: Tree, cluster: Cluster, scores: number, meetings: Meetings | null): readonly Entry[] {
  const kept = scoresOf(tree, cluster, scores);
  if (meetings === null)
    return featuresOf(tree, cluster).flatMap((feature) =>
      kept.map((score) => ({ feature, other: -1, score, sum: feature * scores + score })),
    );
  return pairsOf(tree, cluster).flatMap(([feature, other]) =>
    kept.map((score) => ({ feature, other, score, sum: meetings.of(feature, other) * scores + score })),
  );
}

/** Cells of the tables of a tree. @param meetings of pairs of features, when tables are about those */
export function cellsOf({ tree, steps }: Split, scores: number, meetings: Meetings | null = null): number {
  let cells = 0;
  for (const step of steps)
    if ('cluster' in step) cells += entriesOf(tree, step.cluster, scores, meetings).length * sizeOf(step.cluster);
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
  const written = write(kernel, splits, layouts, codes, cells, true);
  tables = written.tables;
  tables.fill(0);
  return { starts: written.starts, places };
}

/**
 * Writes programs that add SHAP values, and their tables.
 *
 * @param makeTable of a leaf, by number of its cluster. @returns how many features it has, which are written to `features`
 * @returns where the programs start
 */
export function placeTables(
  kernel: Kernel,
  splits: readonly Split[],
  codes: Codes,
  scores: number,
  features: Int32Array,
  makeTable: (leaves: LeafTables, split: Split, number: number, cluster: Cluster, leaf: Leaf) => number,
  meetings: Meetings | null = null,
): readonly number[] {
  let cells = 0;
  const layouts = splits.map(({ tree, steps }) =>
    steps.flatMap((step): Layout[] => {
      if (!('cluster' in step)) return [];
      const { cluster } = step;
      const entries = entriesOf(tree, cluster, scores, meetings);
      const [at, size] = [cells, sizeOf(cluster)];
      cells += entries.length * size;
      return [{ cluster, size, entries, at }];
    }),
  );
  const { starts, tables, tablesAt } = write(kernel, splits, layouts, codes, cells);
  tables.fill(0);
  const leaves = kernel.leaves();
  splits.forEach((split, s) => {
    const { value } = split.tree;
    layouts[s]!.forEach(({ cluster, size, entries, at }, number) => {
      if (entries.length === 0) return;
      for (const leaf of cluster.leaves) {
        const count = makeTable(leaves, split, number, cluster, leaf);
        entries.forEach(({ feature, other, score }, e) => {
          const amount = value[leaf.node * scores + score]!;
          if (amount === 0) return;
          const place = tablesAt + (at + e * size) * 8;
          const own = positionOf(features, count, feature);
          if (other < 0) {
            if (own < count) leaves.spread(place, size, amount, own, count);
            return;
          }
          const second = positionOf(features, count, other);
          if (own === count || second === count) return;
          const high = Math.max(own, second);
          // Each of the two gets half.
          leaves.spread(place, size, amount / 2, (high * (high - 1)) / 2 + Math.min(own, second), count);
        });
      }
    });
  });
  return starts;
}

function positionOf(features: Int32Array, count: number, feature: number): number {
  let at = 0;
  while (at < count && features[at] !== feature) at++;
  return at;
}

function write(
  kernel: Kernel,
  splits: readonly Split[],
  layouts: readonly (readonly Layout[])[],
  { tests }: Codes,
  cells: number,
  counting = false,
): { readonly starts: readonly number[]; readonly tables: Float64Array; readonly tablesAt: number } {
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
      if (layout === undefined || (layout.entries.length === 0 && !counting)) continue;
      const { slot, above, nodes } = step.cluster;
      tableWords.push([words.length + 6, layout.at]);
      words.push(3, slot, (1 << above.length) - 1, nodes.length, layout.entries.length, layout.size * 8, 0);
      nodes.forEach((node, i) => {
        const { column, cut } = tests[number]![node]!;
        words.push(column, cut, 1 << (above.length + i));
      });
      for (const { sum } of layout.entries) words.push(sum * ROWS * 8);
    }
  });
  words.push(0);
  const { program, tables, tablesAt } = kernel.place(words.length, cells);
  program.set(words);
  for (const [word, cell] of tableWords) program[word] = tablesAt + cell * 8;
  return { starts, tables, tablesAt };
}

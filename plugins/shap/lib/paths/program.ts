import type { Tree } from '#common/onnx/trees.ts';
import type { Quadrature } from '../quadrature.ts';
import type { Test } from '../tables/codes.ts';
import type { Cells } from './cells.ts';
import { type Cluster, clusterTables, type Player, sizeOf, type Taken } from './cluster-table.ts';

/** Decisions at the end of a path that share a table. More take longer to fill in than they save. */
const NODES = 3;
/** Bits of a cluster's index: with many features that were decided above, tables of three decisions would take long to fill in. */
const BITS = 4;

/** What one score of a tree asks of the kernel (wasm/paths.as.ts). */
export interface PathProgram {
  readonly words: Int32Array;
  readonly cells: Float64Array;
  /** Words that hold the number of a cell, to be made an address. */
  readonly links: readonly number[];
  readonly points: number;
  /** Levels above clusters, and the root's. */
  readonly levels: number;
}

interface Edge {
  readonly feature: number;
  /** Product of the cover ratios of the feature's decisions from the root to here. */
  readonly z: number;
}

/**
 * Depth first through the tree: a branch multiplies a row's product by its factor, a cluster at the end of a path looks up what lies below, and on
 * the way back each branch's feature gets its share (see path-dependent.ts for the factors and shares).
 *
 * @param quadrature exact for the longest path of the tree
 * @param cells empty, to work in
 */
export function pathProgram(
  tree: Tree,
  tests: readonly (Test | null)[],
  { quadrature, scores, score }: { readonly quadrature: Quadrature; readonly scores: number; readonly score: number },
  cells: Cells,
): PathProgram {
  const inner = new Int32Array(tree.feature.length);
  for (let node = tree.feature.length - 1; node >= 0; node--)
    if (tests[node] !== null) inner[node] = 1 + inner[tree.yes[node]!]! + inner[tree.no[node]!]!;
  const words: number[] = [];
  const links: number[] = [];
  const fill = clusterTables(quadrature, NODES);
  const valueOf = (node: number): number => tree.value[node * scores + score]!;
  const path: Edge[] = [{ feature: -1, z: 1 }];
  let levels = 1;
  const link = (cell: number): void => void links.push(words.push(cell) - 1);
  const above = (feature: number): number => {
    for (let level = path.length - 1; level > 0; level--) if (path[level]!.feature === feature) return level;
    return 0;
  };

  function descend(node: number): void {
    const test = tests[node] ?? null;
    if (test === null) return endAt(clusterAt(node));
    if (inner[node]! <= NODES) {
      const cluster = clusterAt(node);
      if (inner[node]! <= 1 || sizeOf(cluster) <= 1 << BITS) return endAt(cluster);
    }
    const feature = tree.feature[node]!;
    const from = above(feature);
    const before = path[from]!.z;
    for (const holds of [true, false]) {
      const child = holds ? test.yes : test.no;
      const z = (before * tree.cover[child]!) / tree.cover[node]!;
      const level = path.push({ feature, z }) - 1;
      levels = Math.max(levels, level + 1);
      words.push(1, level, test.column, test.cut, holds ? 0 : -1, from);
      link(cells.factors(before, z, quadrature));
      descend(child);
      path.pop();
      words.push(2, level, from, holds ? 1 : 0, feature * scores + score);
      link(cells.gains(before, z, quadrature));
    }
  }

  function endAt(cluster: Cluster): void {
    const { nodes, players } = cluster;
    const table = cells.room(sizeOf(cluster) * (1 + players.length) * quadrature.nodes.length);
    fill(cluster, valueOf, cells.held, table);
    const repeats = players.filter((player) => player.level > 0);
    words.push(3, path.length - 1, nodes.length, repeats.length, players.length);
    link(table);
    nodes.forEach((node, i) => words.push(tests[node]!.column, tests[node]!.cut, 1 << i));
    repeats.forEach((player, i) => words.push(player.level, 1 << (nodes.length + i)));
    for (const { feature } of players) words.push(feature * scores + score);
  }

  function clusterAt(root: number): Cluster {
    const nodes: number[] = [];
    const players: Player[] = [];
    const leaves: { readonly node: number; readonly taken: readonly Taken[] }[] = [];
    const walk = (node: number, taken: readonly Taken[]): void => {
      const test = tests[node] ?? null;
      if (test === null) return void leaves.push({ node, taken });
      const place = nodes.push(node) - 1;
      const feature = tree.feature[node]!;
      let player = 0;
      while (player < players.length && players[player]!.feature !== feature) player++;
      if (player === players.length) {
        const level = above(feature);
        players.push({ feature, level, z: path[level]!.z });
      }
      for (const holds of [true, false]) {
        const child = holds ? test.yes : test.no;
        walk(child, [...taken, { place, player, holds, ratio: tree.cover[child]! / tree.cover[node]! }]);
      }
    };
    walk(root, []);
    return { nodes, leaves, players };
  }

  descend(0);
  words.push(0);
  return {
    words: Int32Array.from(words),
    cells: cells.done(),
    links,
    points: quadrature.nodes.length,
    levels,
  };
}

import type { Quadrature } from '../quadrature.ts';
import { failing, gainFailing, gainPassing, passing } from './cells.ts';

/** A feature that a cluster decides on. */
export interface Player {
  readonly feature: number;
  /** Where it was last decided above; 0 when nowhere. */
  readonly level: number;
  /** Product of the cover ratios of its decisions above. */
  readonly z: number;
}

/** A decision on the way from a cluster's root to a leaf. */
export interface Taken {
  /** Number of the node in its cluster. */
  readonly place: number;
  readonly player: number;
  readonly holds: boolean;
  readonly ratio: number;
}

/** A small subtree. Its index has a bit for each of its nodes, then one for each player that was decided above: does the row pass there? */
export interface Cluster {
  readonly nodes: readonly number[];
  readonly players: readonly Player[];
  readonly leaves: readonly { readonly node: number; readonly taken: readonly Taken[] }[];
}

/** Indices of a cluster. */
export const sizeOf = ({ nodes, players }: Cluster): number =>
  1 << (nodes.length + players.filter(({ level }) => level > 0).length);

/**
 * Fills in tables: for each index, at each point, the leaves' values times the factors of the cluster's decisions, summed, and what of that each
 * player gains. (indices × (1 + players) × points)
 *
 * @param most players of a cluster
 * @returns adds to `cells` from `at`, which hold 0
 */
export function clusterTables(
  { nodes: t, weights }: Quadrature,
  most: number,
): (cluster: Cluster, valueOf: (leaf: number) => number, cells: Float64Array, at: number) => void {
  const points = t.length;
  const product = new Float64Array(points);
  // By player of a leaf, by state (failed above, fails here, passes), by point.
  const factor = new Float64Array(most * 3 * points);
  const gain = new Float64Array(most * 3 * points);
  const from = new Int32Array(most);
  const failed = new Int32Array(most);
  // Of the players of a leaf: who, bits of its decisions and what they must be, bit of having passed above, cover ratios.
  const [who, bits, want, repeat] = [
    new Int32Array(most),
    new Int32Array(most),
    new Int32Array(most),
    new Int32Array(most),
  ];
  const z = new Float64Array(most);

  /** The players of a leaf. @returns how many */
  function meet({ players, nodes }: Cluster, taken: readonly Taken[]): number {
    let many = 0;
    for (const { place, player, holds, ratio } of taken) {
      let p = 0;
      while (p < many && who[p] !== player) p++;
      if (p === many) {
        many++;
        who[p] = player;
        bits[p] = want[p] = repeat[p] = 0;
        z[p] = players[player]!.z;
        if (players[player]!.level > 0) {
          let bit = nodes.length;
          for (let other = 0; other < player; other++) if (players[other]!.level > 0) bit++;
          repeat[p] = 1 << bit;
        }
      }
      bits[p]! |= 1 << place;
      if (holds) want[p]! |= 1 << place;
      z[p]! *= ratio;
    }
    for (let p = 0; p < many; p++) {
      const before = players[who[p]!]!.z;
      for (let q = 0; q < points; q++) {
        const cell = p * 3 * points + q;
        const old = passing(before, t[q]!);
        const had = gainPassing(before, t[q]!);
        factor[cell] = before === 0 ? 0 : z[p]! / before;
        factor[cell + points] = failing(z[p]!, t[q]!) / old;
        factor[cell + 2 * points] = passing(z[p]!, t[q]!) / old;
        gain[cell + points] = weights[q]! * (gainFailing(t[q]!) - had);
        gain[cell + 2 * points] = weights[q]! * (gainPassing(z[p]!, t[q]!) - had);
      }
    }
    return many;
  }

  function add(index: number, many: number, value: number, cells: Float64Array, to: number): void {
    for (let q = 0; q < points; q++) product[q] = value;
    for (let p = 0; p < many; p++) {
      failed[p] = repeat[p] !== 0 && (index & repeat[p]!) === 0 ? 1 : 0;
      const state = failed[p] === 1 ? 0 : (index & bits[p]!) === want[p] ? 2 : 1;
      const at = (p * 3 + state) * points;
      from[p] = at;
      for (let q = 0; q < points; q++) product[q]! *= factor[at + q]!;
    }
    for (let q = 0; q < points; q++) cells[to + q]! += product[q]!;
    for (let p = 0; p < many; p++) {
      if (failed[p] === 1) continue;
      const at = from[p]!;
      const share = to + (1 + who[p]!) * points;
      for (let q = 0; q < points; q++) cells[share + q]! += product[q]! * gain[at + q]!;
    }
  }

  return (cluster, valueOf, cells, at) => {
    const size = sizeOf(cluster);
    const stride = (1 + cluster.players.length) * points;
    for (const { node, taken } of cluster.leaves) {
      const value = valueOf(node);
      if (value === 0) continue;
      const many = meet(cluster, taken);
      for (let index = 0; index < size; index++) add(index, many, value, cells, at + index * stride);
    }
  };
}

import type { Tree } from '#common/onnx/trees.ts';
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

/** A small subtree. Its index has a bit for each of its nodes, then one for each player that was decided above: does the row pass there? */
export interface Cluster {
  readonly nodes: readonly number[];
  readonly players: readonly Player[];
  readonly leaves: readonly {
    readonly node: number;
    readonly taken: readonly { readonly place: number; readonly holds: boolean; readonly ratio: number }[];
  }[];
}

/**
 * For each index, at each point: the leaves' values times the factors of the cluster's decisions, summed; and what of that each player gains.
 *
 * @param valueOf a leaf
 * @returns (indices × (1 + players) × points)
 */
export function clusterTable(
  tree: Tree,
  { nodes, players, leaves }: Cluster,
  { nodes: t, weights }: Quadrature,
  valueOf: (node: number) => number,
): Float64Array {
  const points = t.length;
  const repeatBits = repeatBitsOf(players, nodes.length);
  const size = 1 << (nodes.length + players.filter(({ level }) => level > 0).length);
  const stride = (1 + players.length) * points;
  const table = new Float64Array(size * stride);
  const own = players.map((player) => ({ ...player, bit: 0, want: 0, z: player.z, old: player.z, player: 0 }));
  const product = new Float64Array(points);
  // By player of a leaf, by state (failed above, fails here, passes), by point.
  const factor = new Float64Array(players.length * 3 * points);
  const gain = new Float64Array(players.length * 3 * points);
  const state = new Int32Array(players.length);
  for (const leaf of leaves) {
    const value = valueOf(leaf.node);
    if (value === 0) continue;
    let many = 0;
    for (const { place, holds, ratio } of leaf.taken) {
      const player = players.findIndex(({ feature }) => feature === tree.feature[nodes[place]!]);
      let at = 0;
      while (at < many && own[at]!.player !== player) at++;
      const mine = own[at]!;
      if (at === many) {
        many++;
        Object.assign(mine, { bit: 0, want: 0, z: players[player]!.z, old: players[player]!.z, player });
      }
      mine.bit |= 1 << place;
      if (holds) mine.want |= 1 << place;
      mine.z *= ratio;
    }
    for (let at = 0; at < many; at++) {
      const { z, old } = own[at]!;
      for (let q = 0; q < points; q++) {
        const cell = at * 3 * points + q;
        const before = passing(old, t[q]!);
        const had = gainPassing(old, t[q]!);
        factor[cell] = old === 0 ? 0 : z / old;
        factor[cell + points] = failing(z, t[q]!) / before;
        factor[cell + 2 * points] = passing(z, t[q]!) / before;
        gain[cell + points] = weights[q]! * (gainFailing(t[q]!) - had);
        gain[cell + 2 * points] = weights[q]! * (gainPassing(z, t[q]!) - had);
      }
    }
    for (let index = 0; index < size; index++) {
      product.fill(value);
      for (let at = 0; at < many; at++) {
        const { player, bit, want } = own[at]!;
        const repeat = repeatBits[player]!;
        const passes = (index & bit) === want ? 2 : 1;
        state[at] = repeat !== 0 && (index & repeat) === 0 ? 0 : passes;
        const from = (at * 3 + state[at]!) * points;
        for (let q = 0; q < points; q++) product[q]! *= factor[from + q]!;
      }
      const to = index * stride;
      for (let q = 0; q < points; q++) table[to + q]! += product[q]!;
      for (let at = 0; at < many; at++) {
        if (state[at] === 0) continue;
        const from = (at * 3 + state[at]!) * points;
        const share = to + (1 + own[at]!.player) * points;
        for (let q = 0; q < points; q++) table[share + q]! += product[q]! * gain[from + q]!;
      }
    }
  }
  return table;
}

function repeatBitsOf(players: readonly Player[], from: number): Int32Array {
  let next = from;
  return Int32Array.from(players, ({ level }) => (level > 0 ? 1 << next++ : 0));
}

/**
 * A small subtree: its nodes, and its features, the players. A pattern of its decisions has a bit for each node, in preorder, and behind those one for
 * each player that was decided above: does the row pass there?
 */
import * as tree from './tree.as';

export const MOST_PLAYERS: usize = 16;
/** Bytes of room. */
export const LOCAL_BYTES: usize = 24 * MOST_PLAYERS;

/** How many nodes and players the subtree has, and players that were decided above. */
export let nodes: i32 = 0;
export let players: i32 = 0;
export let repeats: i32 = 0;
/** By node its number in the tree; by player its feature, where it was decided above or 0, and its bit if it was. */
export let nodeAt: usize = 0;
export let featureOf: usize = 0;
export let again: usize = 0;
export let bit: usize = 0;
/** By player: product of its cover ratios above. */
export let before: usize = 0;

/** @param room of LOCAL_BYTES */
export function setLocal(room: usize): void {
  before = room;
  nodeAt = before + 8 * MOST_PLAYERS;
  featureOf = nodeAt + 4 * MOST_PLAYERS;
  again = featureOf + 4 * MOST_PLAYERS;
  bit = again + 4 * MOST_PLAYERS;
}

/** Finds nodes and players below `root`. The caller says which players were decided above, and calls `settle`. */
export function collect(root: i32): void {
  nodes = 0;
  players = 0;
  visit(root);
}

function visit(node: i32): void {
  if (tree.int(tree.column, node) < 0) return;
  tree.put(nodeAt, nodes++, node);
  const feature = tree.int(tree.feature, node);
  if (playerOf(feature) == players) tree.put(featureOf, players++, feature);
  visit(tree.child(node, true));
  visit(tree.child(node, false));
}

export function playerOf(feature: i32): i32 {
  let player = 0;
  while (player < players && tree.int(featureOf, player) != feature) player++;
  return player;
}

/** Gives bits to the players that were decided above. @returns patterns */
export function settle(): i32 {
  repeats = 0;
  for (let player = 0; player < players; player++)
    tree.put(bit, player, tree.int(again, player) != 0 ? 1 << (nodes + repeats++) : 0);
  return 1 << (nodes + repeats);
}

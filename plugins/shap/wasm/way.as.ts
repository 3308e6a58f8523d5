/** The way from the root to where a tree is being split, and the features of the cluster that is written there. */
const MOST_LEVELS: usize = 66;
const MOST_FEATURES: usize = 16;
/** Bytes of room. */
export const WAY_BYTES: usize = 12 * MOST_LEVELS + 4 * MOST_FEATURES;

/** By level: the node, whether its test holds, and its number in the cluster or −1. */
export let pathNode: usize = 0;
export let pathHolds: usize = 0;
export let pathPlace: usize = 0;
/** Features of a cluster, those decided above first. */
export let features: usize = 0;
export let known: i32 = 0;

export function setWay(room: usize): void {
  pathNode = room;
  pathHolds = pathNode + 4 * MOST_LEVELS;
  pathPlace = pathHolds + 4 * MOST_LEVELS;
  features = pathPlace + 4 * MOST_LEVELS;
}

export function setKnown(count: i32): void {
  known = count;
}

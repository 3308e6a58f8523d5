/** What is called to write programs: where everything works, then the tree, then its program (lib/tables/writer.ts). */
import { CLUSTER_PAIR_BYTES, setClusterPairs } from './cluster-pairs.as';
import { COVER_BYTES, setCovers } from './cover-tables.as';
import { GAME_BYTES, setGame } from './leaf-game.as';
import { setLeaves } from './leaf-tables.as';
import { LOCAL_BYTES, setLocal } from './local.as';
import { LOCAL_TABLE_BYTES, setLocalTable } from './local-table.as';
import { setMeetings } from './meetings.as';
import { PAIR_BYTES, setPairs } from './pair-program.as';
import { NUMBER_BYTES, setNumbers } from './path-numbers.as';
import { PATH_BYTES, setPath } from './path-program.as';
import { setVisits, VISIT_BYTES } from './visits.as';
import { setWay, WAY_BYTES } from './way.as';

export { measureTree, setShape, writeCounts, writeTables } from './clusters.as';
export { leafBytes } from './leaf-tables.as';
export { writePairs } from './pair-program.as';
export { writePaths } from './path-program.as';
export { setRule, setTree } from './tree.as';
export { prepareVisits, visit } from './visits.as';

/** Bytes that everything but leaves' tables works in. */
export function roomBytes(): i32 {
  let bytes = WAY_BYTES + COVER_BYTES + LOCAL_BYTES + LOCAL_TABLE_BYTES + GAME_BYTES + CLUSTER_PAIR_BYTES;
  bytes += PATH_BYTES + PAIR_BYTES + NUMBER_BYTES + VISIT_BYTES;
  return <i32>bytes;
}

/**
 * @param room of `roomBytes` @param leaves of `leafBytes`, for leaves of up to `most` features with so many parts
 * @param pairs number of each two features' pair (features × features)
 */
export function setRooms(room: usize, leaves: usize, most: i32, parts: i32, pairs: usize, features: i32): void {
  setWay(room);
  setCovers((room += WAY_BYTES));
  setLocal((room += COVER_BYTES));
  setLocalTable((room += LOCAL_BYTES));
  setGame((room += LOCAL_TABLE_BYTES));
  setClusterPairs((room += GAME_BYTES));
  setPath((room += CLUSTER_PAIR_BYTES));
  setPairs((room += PATH_BYTES));
  setNumbers((room += PAIR_BYTES));
  setVisits(room + NUMBER_BYTES);
  setLeaves(leaves, most, parts);
  setMeetings(pairs, features);
}

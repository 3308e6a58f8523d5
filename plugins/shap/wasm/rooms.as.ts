/** What is called to write programs: where everything works, then the tree, then its program (lib/tables/writer.ts). */
import { CLUSTER_BYTES, setClusters } from './clusters.as';
import { COVER_BYTES, setCovers } from './cover-tables.as';
import { setLeaves } from './leaf-tables.as';
import { LOCAL_BYTES, setLocal } from './local.as';
import { LOCAL_TABLE_BYTES, setLocalTable } from './local-table.as';
import { setMeetings } from './meetings.as';
import { PAIR_BYTES, setPairs } from './pair-program.as';
import { PATH_BYTES, setPath } from './path-program.as';
import { setVisits, VISIT_BYTES } from './visits.as';

export { measureTree, setShape, writeCounts, writeTables } from './clusters.as';
export { leafBytes } from './leaf-tables.as';
export { writePairs } from './pair-program.as';
export { writePaths } from './path-program.as';
export { setRule, setTree } from './tree.as';
export { prepareVisits, visit } from './visits.as';

/** Bytes that everything but leaves' tables works in. */
export function roomBytes(): i32 {
  return <i32>(CLUSTER_BYTES + COVER_BYTES + LOCAL_BYTES + LOCAL_TABLE_BYTES + PATH_BYTES + PAIR_BYTES + VISIT_BYTES);
}

/**
 * @param room of `roomBytes` @param leaves of `leafBytes`, for leaves of up to `most` features with so many parts
 * @param pairs number of each two features' pair (features × features)
 */
export function setRooms(room: usize, leaves: usize, most: i32, parts: i32, pairs: usize, features: i32): void {
  setLocalTable(room);
  setCovers((room += LOCAL_TABLE_BYTES));
  setLocal((room += COVER_BYTES));
  setPath((room += LOCAL_BYTES));
  setPairs((room += PATH_BYTES));
  setClusters((room += PAIR_BYTES));
  setVisits(room + CLUSTER_BYTES);
  setLeaves(leaves, most, parts);
  setMeetings(pairs, features);
}

import { int } from './tree.as';

let numbers: usize = 0;
let width: i32 = 0;

/** @param at number of each two features' pair (features × features), i32 */
export function setMeetings(at: usize, features: i32): void {
  numbers = at;
  width = features;
}

/** The number of a pair of features that meets on some path. */
export function meeting(one: i32, other: i32): i32 {
  return int(numbers, one * width + other);
}

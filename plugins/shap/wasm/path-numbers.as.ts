/** What a branch of a program over paths needs at each point: three numbers, for rows that failed its feature above, fail here, pass. */
import { failing, gainFailing, passing, points, putReal, real, rule } from './tree.as';

const MOST_LEVELS: usize = 66;
const LEVEL: usize = 8 * 32;
/** Bytes of room. */
export const NUMBER_BYTES: usize = LEVEL * (2 * MOST_LEVELS + 1);

/** By level and point: one over the factor of its feature where that is passed, and what it gains then; and what any gains that is failed. */
let inverse: usize = 0;
let gain: usize = 0;
let fails: usize = 0;

export function setNumbers(room: usize): void {
  inverse = room;
  gain = inverse + LEVEL * MOST_LEVELS;
  fails = gain + LEVEL * MOST_LEVELS;
}

/** Before a program. Level 0 stands for a feature that was not decided yet. */
export function startNumbers(): void {
  for (let q = 0; q < points; q++) {
    putReal(inverse, q, 1);
    putReal(gain, q, 0);
    putReal(fails, q, gainFailing(real(rule, q)));
  }
}

/**
 * By how much a branch changes the product.
 *
 * @param above the level that decided on the same feature last @param before, share product of its cover ratios there, and here @returns the end
 */
export function writeFactors(at: usize, above: i32, level: i32, before: f64, share: f64): usize {
  const old = inverse + <usize>above * LEVEL;
  const own = inverse + <usize>level * LEVEL;
  const gained = gain + <usize>level * LEVEL;
  const failed = before == 0 ? 0 : share / before;
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const factor = passing(share, t);
    const one = 1 / factor;
    putReal(own, q, one);
    putReal(gained, q, (1 - share) * one);
    putReal(at, 0, failed);
    putReal(at, 1, failing(share, t) * real(old, q));
    putReal(at, 2, factor * real(old, q));
    at += 24;
  }
  return at;
}

/** What a branch's feature gains of what lies below, less what it had gained above. @returns the end */
export function writeGains(at: usize, above: i32, level: i32): usize {
  const old = gain + <usize>above * LEVEL;
  const own = gain + <usize>level * LEVEL;
  for (let q = 0; q < points; q++) {
    const weight = real(rule, points + q);
    putReal(at, 0, 0);
    putReal(at, 1, weight * (real(fails, q) - real(old, q)));
    putReal(at, 2, weight * (real(own, q) - real(old, q)));
    at += 24;
  }
  return at;
}

/** What the feature of a level gains where it is passed. @returns the end */
export function writePasses(at: usize, level: i32): usize {
  return copy(at, gain + <usize>level * LEVEL);
}

/** What any gains that is failed. @returns the end */
export function writeFails(at: usize): usize {
  return copy(at, fails);
}

function copy(at: usize, from: usize): usize {
  const bytes = (<usize>points) << 3;
  memory.copy(at, from, bytes);
  return at + bytes;
}

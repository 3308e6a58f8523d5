/** What a branch of a program over paths needs at each point: three numbers, for rows that failed its feature above, fail here, pass. */
import { failing, gainFailing, gainPassing, passing, points, putReal, real, rule } from './tree.as';

/** By how much a branch changes the product. @param before, share product of its feature's cover ratios above, and here @returns the end */
export function writeFactors(at: usize, before: f64, share: f64): usize {
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const old = passing(before, t);
    putReal(at, 0, before == 0 ? 0 : share / before);
    putReal(at, 1, failing(share, t) / old);
    putReal(at, 2, passing(share, t) / old);
    at += 24;
  }
  return at;
}

/** What a branch's feature gains of what lies below, less what it had gained above. @returns the end */
export function writeGains(at: usize, before: f64, share: f64): usize {
  for (let q = 0; q < points; q++) {
    const t = real(rule, q);
    const weight = real(rule, points + q);
    const old = gainPassing(before, t);
    putReal(at, 0, 0);
    putReal(at, 1, weight * (gainFailing(t) - old));
    putReal(at, 2, weight * (gainPassing(share, t) - old));
    at += 24;
  }
  return at;
}

/** What a feature gains that is passed, at each point. @returns the end */
export function writePasses(at: usize, share: f64): usize {
  for (let q = 0; q < points; q++) putReal(at, q, gainPassing(share, real(rule, q)));
  return at + ((<usize>points) << 3);
}

/** What one gains that is failed. @returns the end */
export function writeFails(at: usize): usize {
  for (let q = 0; q < points; q++) putReal(at, q, gainFailing(real(rule, q)));
  return at + ((<usize>points) << 3);
}

import type { Slice } from './explanation.ts';

/** What the model says of each row: the base and all parts. */
export function predictions(of: Slice): Float64Array {
  return Float64Array.from({ length: of.rows }, (_, row) => {
    let sum = of.base;
    for (let feature = 0; feature < of.features; feature++) sum += of.part(row, feature);
    return sum;
  });
}

/** Rows from the lowest prediction to the highest; equal ones, and those that have none, in their own order. */
export const byOutput = (said: Float64Array): Uint32Array =>
  Uint32Array.from(said.keys()).sort((a, b) => rising(said[a]!, said[b]!) || a - b);

/** Numbers before what is none. */
const rising = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;

/** Groups are cut until they hold this share of the rows: no eye tells more apart. */
const GROUPS = 512;
const STEPS = 12;

/**
 * Rows side by side whose parts are alike: the rows are cut in two along the direction in which their parts vary most, and each half again
 * (Boley 1998, principal direction divisive partitioning); the half with the lower predictions lies left. In time of rows × features × log
 * groups, where clustering by pairs would take the square of the rows.
 */
export function bySimilarity(of: Slice, features: readonly number[], said: Float64Array): Uint32Array {
  const order = byOutput(said);
  const least = Math.max(2, Math.ceil(of.rows / GROUPS));
  const cut = (group: Uint32Array): void => {
    if (group.length <= least) return;
    const along = projections(of, features, group);
    if (along === null) return;
    const [low, high] = halves(group, along);
    if (low.length === 0 || high.length === 0) return;
    const swap = mean(low, said) > mean(high, said);
    group.set(swap ? high : low);
    group.set(swap ? low : high, swap ? high.length : low.length);
    const middle = swap ? high.length : low.length;
    cut(group.subarray(0, middle));
    cut(group.subarray(middle));
  };
  cut(order);
  return order;
}

function halves(group: Uint32Array, along: Float64Array): [Uint32Array, Uint32Array] {
  return [group.filter((_, i) => along[i]! < 0), group.filter((_, i) => !(along[i]! < 0))];
}

const mean = (group: Uint32Array, said: Float64Array): number =>
  group.reduce((sum, row) => sum + said[row]!, 0) / group.length;

/** Where each row of a group lies along the group's first principal component, from its mean; null where all are the same. */
function projections(of: Slice, features: readonly number[], group: Uint32Array): Float64Array | null {
  const width = features.length;
  const parts = new Float64Array(group.length * width);
  const centre = new Float64Array(width);
  group.forEach((row, i) => {
    features.forEach((feature, j) => {
      const part = of.part(row, feature);
      parts[i * width + j] = Number.isFinite(part) ? part : 0;
      centre[j]! += parts[i * width + j]! / group.length;
    });
  });
  // Uneven, so that it stands at a right angle to no likely direction.
  let direction = Float64Array.from({ length: width }, (_, j) => 1 + 0.1 * Math.cos(j));
  const along = new Float64Array(group.length);
  for (let step = 0; step <= STEPS; step++) {
    const next = new Float64Array(width);
    for (let i = 0; i < group.length; i++) {
      let at = 0;
      for (let j = 0; j < width; j++) at += (parts[i * width + j]! - centre[j]!) * direction[j]!;
      along[i] = at;
      for (let j = 0; j < width; j++) next[j]! += at * (parts[i * width + j]! - centre[j]!);
    }
    const length = Math.hypot(...next);
    if (!(length > 1e-300)) return null;
    direction = next.map((value) => value / length);
  }
  return along;
}

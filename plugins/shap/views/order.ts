import type { Slice } from './explanation.ts';

/** What the model says of each row: the base and all parts. */
export function predictions(of: Slice): Float64Array {
  const said = new Float64Array(of.rows);
  for (let row = 0; row < of.rows; row++) {
    let sum = of.base;
    for (let feature = 0; feature < of.features; feature++) sum += of.part(row, feature);
    said[row] = sum;
  }
  return said;
}

/** Rows from the lowest prediction to the highest; equal ones, and those that have none, in their own order. */
export const byOutput = (said: Float64Array): Uint32Array =>
  Uint32Array.from(said.keys()).sort((a, b) => rising(said[a]!, said[b]!) || a - b);

/** Numbers before what is none. */
const rising = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;

/** Groups are cut until they hold this share of the rows: no eye tells more apart. */
const GROUPS = 512;
const SAMPLE = 2000;
/** Turns of the power method. */
const TURNS = 12;

/**
 * Rows side by side whose parts are alike: the rows are cut in two along the direction in which their parts vary most, and each half again
 * (Boley 1998, principal direction divisive partitioning); the half with the lower predictions lies left. In time of rows × features × log
 * groups, where clustering by pairs would take the square of the rows.
 */
export function bySimilarity(of: Slice, features: readonly number[], said: Float64Array): Uint32Array {
  const order = byOutput(said);
  const least = Math.max(2, Math.ceil(of.rows / GROUPS));
  const width = features.length;
  const parts = new Float64Array(of.rows * width);
  for (let row = 0; row < of.rows; row++) {
    for (let j = 0; j < width; j++) {
      const part = of.part(row, features[j]!);
      parts[row * width + j] = Number.isFinite(part) ? part : 0;
    }
  }
  const cut = (group: Uint32Array): void => {
    if (group.length <= least) return;
    const along = projections(parts, width, group);
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
  const parted = new Uint32Array(group.length);
  let [low, high] = [0, group.length];
  for (let i = 0; i < group.length; i++) {
    if (along[i]! < 0) parted[low++] = group[i]!;
    else parted[--high] = group[i]!;
  }
  return [parted.subarray(0, low), parted.subarray(low).reverse()];
}

function mean(group: Uint32Array, said: Float64Array): number {
  let sum = 0;
  for (const row of group) sum += said[row]!;
  return sum / group.length;
}

/** Where each row of a group lies along the group's first principal component, from its mean; null where all are the same. */
function projections(parts: Float64Array, width: number, group: Uint32Array): Float64Array | null {
  // The direction of a large group is that of an even sample of it.
  const step = Math.max(1, Math.floor(group.length / SAMPLE));
  const sample = Uint32Array.from({ length: Math.ceil(group.length / step) }, (_, i) => group[i * step]!);
  const centre = new Float64Array(width);
  for (const row of sample) for (let j = 0; j < width; j++) centre[j]! += parts[row * width + j]! / sample.length;
  const at = (row: number, direction: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (parts[row * width + j]! - centre[j]!) * direction[j]!;
    return sum;
  };
  // Uneven, so that it stands at a right angle to no likely direction.
  let direction = Float64Array.from({ length: width }, (_, j) => 1 + 0.1 * Math.cos(j));
  for (let turn = 0; turn < TURNS; turn++) {
    const next = new Float64Array(width);
    for (const row of sample) {
      const along = at(row, direction);
      for (let j = 0; j < width; j++) next[j]! += along * (parts[row * width + j]! - centre[j]!);
    }
    const length = Math.hypot(...next);
    if (!(length > 1e-300)) return null;
    direction = next.map((value) => value / length);
  }
  const along = new Float64Array(group.length);
  for (let i = 0; i < group.length; i++) along[i] = at(group[i]!, direction);
  return along;
}

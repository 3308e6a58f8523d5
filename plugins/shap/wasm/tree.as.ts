/** The tree that programs are written for, as lib/tables/writer.ts lays it out, and room to work in. Children come after their parents. */

/** Rows of its inner nodes' training, as counts or shares. */
export let cover: usize = 0;
let value: usize = 0;
/** By node: which column of codes is asked, −1 at a leaf, and the last code that goes to `yes`. */
export let column: usize = 0;
export let cut: usize = 0;
export let yes: usize = 0;
export let no: usize = 0;
export let feature: usize = 0;
/** Inner nodes of each subtree. */
export let inner: usize = 0;
let scores: usize = 0;

/** Nodes and weights of the quadrature that is exact for the tree's longest path. */
export let rule: usize = 0;
export let points: i32 = 0;

/** @param at f64 by node: covers, then values (nodes × scores); i32 by node: column, cut, yes, no, feature, and room for one more */
export function setTree(at: usize, nodes: i32, scoresOfLeaf: i32): void {
  const count = <usize>nodes;
  scores = <usize>scoresOfLeaf;
  cover = at;
  value = cover + (count << 3);
  column = value + ((count * scores) << 3);
  cut = column + (count << 2);
  yes = cut + (count << 2);
  no = yes + (count << 2);
  feature = no + (count << 2);
  inner = feature + (count << 2);
  for (let node = nodes - 1; node >= 0; node--) {
    const all = int(column, node) < 0 ? 0 : 1 + int(inner, int(yes, node)) + int(inner, int(no, node));
    store<i32>(inner + ((<usize>node) << 2), all);
  }
}

export function setRule(at: usize, count: i32): void {
  rule = at;
  points = count;
}

export function int(numbers: usize, i: i32): i32 {
  return load<i32>(numbers + ((<usize>i) << 2));
}

export function real(numbers: usize, i: i32): f64 {
  return load<f64>(numbers + ((<usize>i) << 3));
}

export function put(numbers: usize, i: i32, number: i32): void {
  store<i32>(numbers + ((<usize>i) << 2), number);
}

export function putReal(numbers: usize, i: i32, number: f64): void {
  store<f64>(numbers + ((<usize>i) << 3), number);
}

/** What a leaf adds to a score. */
export function valueAt(leaf: i32, score: i32): f64 {
  return load<f64>(value + ((<usize>leaf * scores + <usize>score) << 3));
}

export function child(node: i32, holds: bool): i32 {
  return int(holds ? yes : no, node);
}

/** Share of a node's training rows that took a branch. */
export function ratio(node: i32, branch: i32): f64 {
  return real(cover, branch) / real(cover, node);
}

/** Factor of a feature whose decisions a row fails. @param z product of their cover ratios */
export function failing(z: f64, t: f64): f64 {
  return z * (1 - t);
}
/** Of one whose decisions it passes. */
export function passing(z: f64, t: f64): f64 {
  return z + (1 - z) * t;
}
/** (o − z) over the factor: whatever z is, rows that fail get this. Where z is 0 nothing is left to share. */
export function gainFailing(t: f64): f64 {
  return -1 / (1 - t);
}
export function gainPassing(z: f64, t: f64): f64 {
  return (1 - z) / passing(z, t);
}

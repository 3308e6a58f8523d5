/**
 * What each feature of a leaf's path gets of a leaf of value 1, for each pattern of passed features: table (features × 2^features) of f64. And how
 * such a table is spread over the indices of a cluster. Quadratures are exact for polynomials of degree features − 1: nodes, then weights.
 */

/**
 * By covers: ∫ (oⱼ − zⱼ) Π_{i≠j} (zᵢ + (oᵢ − zᵢ) t) dt (see lib/path-dependent.ts).
 *
 * @param z product of the cover ratios of each feature's decisions (d)
 * @param product room for 2^d
 */
export function byCovers(z: usize, d: i32, quadrature: usize, points: i32, table: usize, product: usize): void {
  const patterns: usize = 8 << d;
  memory.fill(table, 0, <usize>d * patterns);
  for (let q = 0; q < points; q++) {
    const t = load<f64>(quadrature + ((<usize>q) << 3));
    const weight = load<f64>(quadrature + ((<usize>(points + q)) << 3));
    store<f64>(product, 1);
    for (let j = 0; j < d; j++) {
      const own = load<f64>(z + ((<usize>j) << 3));
      const failed = own * (1 - t);
      const passed = own + (1 - own) * t;
      const bit: usize = 8 << j;
      for (let s: usize = 0; s < bit; s += 8) {
        const p = load<f64>(product + s);
        store<f64>(product + s + bit, p * passed);
        store<f64>(product + s, p * failed);
      }
    }
    for (let j = 0; j < d; j++) {
      const own = load<f64>(z + ((<usize>j) << 3));
      const bit: usize = 8 << j;
      const at = table + <usize>j * patterns;
      const others = weight / (own + (1 - own) * t);
      for (let high = bit; high < patterns; high += bit << 1)
        for (let s = high; s < high + bit; s += 8)
          store<f64>(at + s, load<f64>(at + s) + load<f64>(product + s) * others);
    }
  }
  // So far: what the others leave. The feature gets 1 − z of that where it is passed, and −z where it is not.
  for (let j = 0; j < d; j++) {
    const own = load<f64>(z + ((<usize>j) << 3));
    const bit: usize = 8 << j;
    const at = table + <usize>j * patterns;
    for (let high = bit; high < patterns; high += bit << 1)
      for (let s = at + high; s < at + high + bit; s += 8) {
        const others = load<f64>(s);
        store<f64>(s, others * (1 - own));
        store<f64>(s - bit, others * -own);
      }
  }
}

/**
 * Where an absent feature takes its value from a background row (see lib/interventional.ts): ∫ Σ_b f(b) (xⱼ − bⱼ) Π_{i≠j} m(xᵢ, bᵢ) dt over
 * patterns b, where m is 1 when both pass, t when only the row does, 1 − t when only the background does, else 0. Each feature is one step over all
 * patterns at once, so no pair of patterns is ever looked at. Nothing is subtracted but the background's part from the row's: what is 0 stays 0.
 *
 * @param frequency of each pattern among the background rows (2^d)
 * @param done,rest room for 2^d each
 */
export function byBackground(
  frequency: usize,
  d: i32,
  quadrature: usize,
  points: i32,
  table: usize,
  done: usize,
  rest: usize,
): void {
  const patterns: usize = 8 << d;
  memory.fill(table, 0, <usize>d * patterns);
  for (let q = 0; q < points; q++) {
    const t = load<f64>(quadrature + ((<usize>q) << 3));
    const weight = load<f64>(quadrature + ((<usize>(points + q)) << 3));
    for (let s: usize = 0; s < patterns; s += 8) store<f64>(done + s, load<f64>(frequency + s) * weight);
    for (let j = d - 1; j >= 0; j--) {
      const at = table + <usize>j * patterns;
      let left = done;
      for (let i = j - 1; i >= 0; i--) {
        mix(left, rest, patterns, 8 << i, t);
        left = rest;
      }
      const bit: usize = 8 << j;
      for (let low: usize = 0; low < patterns; low += bit << 1)
        for (let s = low; s < low + bit; s += 8) {
          store<f64>(at + s, load<f64>(at + s) - load<f64>(left + s + bit));
          store<f64>(at + s + bit, load<f64>(at + s + bit) + load<f64>(left + s));
        }
      mix(done, done, patterns, bit, t);
    }
  }
}

/** From the background's pass or fail of one feature to the row's. */
export function mix(from: usize, to: usize, patterns: usize, bit: usize, t: f64): void {
  if (bit == 8) {
    for (let s: usize = 0; s < patterns; s += 16) {
      const passes = load<f64>(from + s, 8);
      const both = t * load<f64>(from + s) + passes;
      store<f64>(to + s, (1 - t) * passes);
      store<f64>(to + s, both, 8);
    }
    return;
  }
  const here = f64x2.splat(t);
  const there = f64x2.splat(1 - t);
  for (let low: usize = 0; low < patterns; low += bit << 1)
    for (let s = low; s < low + bit; s += 16) {
      const passes = v128.load(from + s + bit);
      const both = f64x2.add(f64x2.mul(here, v128.load(from + s)), passes);
      v128.store(to + s, f64x2.mul(there, passes));
      v128.store(to + s + bit, both);
    }
}

/** Adds a part of a leaf to each index of its cluster, where rows of tables are 64 bytes apart. @param passed pattern of each index, u16 */
export function spread(cell: usize, size: i32, amount: f64, table: usize, passed: usize): void {
  const end = passed + ((<usize>size) << 1);
  for (; passed < end; passed += 2) {
    store<f64>(cell, load<f64>(cell) + amount * load<f64>(table + ((<usize>load<u16>(passed)) << 3)));
    cell += 64;
  }
}

/** Adds how often each index comes up to its pattern, as a share of all. @param counts (size) @param frequency (2^features) */
export function gatherPatterns(counts: usize, size: i32, passed: usize, frequency: usize): void {
  let rows: f64 = 0;
  for (let index: usize = 0; index < <usize>size; index++) rows += load<f64>(counts + (index << 3));
  for (let index: usize = 0; index < <usize>size; index++) {
    const to = frequency + ((<usize>load<u16>(passed + (index << 1))) << 3);
    store<f64>(to, load<f64>(to) + load<f64>(counts + (index << 3)) / rows);
  }
}

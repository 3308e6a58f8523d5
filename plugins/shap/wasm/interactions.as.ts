/**
 * What each two features of a leaf's path get together of a leaf of value 1, for each pattern of passed features: a table (2^features of f64) a pair,
 * in the order (0, 1), (0, 2), (1, 2), (0, 3), … These are Shapley interaction indices; each of the two features is given half. As leaves.as.ts, with
 * the second derivative in place of the first; quadratures are exact for polynomials of degree features − 2.
 */
import { mix } from './leaves.as';

/**
 * By covers: ∫ (oᵢ − zᵢ) (oⱼ − zⱼ) Π_{k≠i,j} (z_k + (o_k − z_k) t) dt (see lib/interactions/by-quadrature.ts).
 *
 * @param z product of the cover ratios of each feature's decisions (d)
 * @param product room for 2^d
 */
export function pairsByCovers(z: usize, d: i32, quadrature: usize, points: i32, table: usize, product: usize): void {
  const patterns: usize = 8 << d;
  memory.fill(table, 0, <usize>((d * (d - 1)) >> 1) * patterns);
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
    let at = table;
    for (let j = 1; j < d; j++) {
      const second = load<f64>(z + ((<usize>j) << 3));
      for (let i = 0; i < j; i++) {
        const first = load<f64>(z + ((<usize>i) << 3));
        const both: usize = (8 << i) | (8 << j);
        const others = weight / ((first + (1 - first) * t) * (second + (1 - second) * t));
        // Patterns with both bits, in order.
        for (let s = both; s < patterns; s = (s + 8) | both)
          store<f64>(at + s, load<f64>(at + s) + load<f64>(product + s) * others);
        at += patterns;
      }
    }
  }
  // So far: what the others leave. Each of the two multiplies it by 1 − z where it is passed, and by −z where it is not.
  let at = table;
  for (let j = 1; j < d; j++) {
    const second = load<f64>(z + ((<usize>j) << 3));
    for (let i = 0; i < j; i++) {
      const first = load<f64>(z + ((<usize>i) << 3));
      const a: usize = 8 << i;
      const b: usize = 8 << j;
      const both = a | b;
      for (let s = both; s < patterns; s = (s + 8) | both) {
        const others = load<f64>(at + s);
        store<f64>(at + s, others * (1 - first) * (1 - second));
        store<f64>(at + s - a, others * -first * (1 - second));
        store<f64>(at + s - b, others * (1 - first) * -second);
        store<f64>(at + s - both, others * first * second);
      }
      at += patterns;
    }
  }
}

/**
 * Where an absent feature takes its value from a background row: ∫ Σ_b f(b) (xᵢ − bᵢ) (xⱼ − bⱼ) Π_{k≠i,j} m(x_k, b_k) dt, m as in leaves.as.ts.
 *
 * @param frequency of each pattern among the background rows (2^d)
 * @param done,rest,left room for 2^d each
 */
export function pairsByBackground(
  frequency: usize,
  d: i32,
  quadrature: usize,
  points: i32,
  table: usize,
  done: usize,
  rest: usize,
  left: usize,
): void {
  const patterns: usize = 8 << d;
  memory.fill(table, 0, <usize>((d * (d - 1)) >> 1) * patterns);
  for (let q = 0; q < points; q++) {
    const t = load<f64>(quadrature + ((<usize>q) << 3));
    const weight = load<f64>(quadrature + ((<usize>(points + q)) << 3));
    for (let s: usize = 0; s < patterns; s += 8) store<f64>(done + s, load<f64>(frequency + s) * weight);
    for (let j = d - 1; j > 0; j--) {
      memory.copy(rest, done, patterns);
      for (let i = j - 1; i >= 0; i--) {
        let from = rest;
        for (let k = i - 1; k >= 0; k--) {
          mix(from, left, patterns, 8 << k, t);
          from = left;
        }
        const at = table + <usize>(((j * (j - 1)) >> 1) + i) * patterns;
        const a: usize = 8 << i;
        const b: usize = 8 << j;
        const both = a | b;
        for (let s = both; s < patterns; s = (s + 8) | both) {
          store<f64>(at + s, load<f64>(at + s) + load<f64>(from + s - both));
          store<f64>(at + s - both, load<f64>(at + s - both) + load<f64>(from + s));
          store<f64>(at + s - a, load<f64>(at + s - a) - load<f64>(from + s - b));
          store<f64>(at + s - b, load<f64>(at + s - b) - load<f64>(from + s - a));
        }
        mix(rest, rest, patterns, a, t);
      }
      mix(done, done, patterns, 8 << j, t);
    }
  }
}

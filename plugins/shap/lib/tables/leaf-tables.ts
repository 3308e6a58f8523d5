import type { Quadrature } from '../quadrature.ts';

/** Room to work in, for leaves of up to `most` features. */
export interface Scratch {
  /** What each feature of a path gets of a leaf of value 1, for each pattern of passed features: (features × 2^features). */
  readonly table: Float64Array;
  /** How often each pattern comes up among the background rows (2^features). */
  readonly frequency: Float64Array;
  readonly one: Float64Array;
  readonly two: Float64Array;
}

export const emptyScratch = (most: number): Scratch => ({
  table: new Float64Array(most << most),
  frequency: new Float64Array(1 << most),
  one: new Float64Array(1 << most),
  two: new Float64Array(1 << most),
});

/**
 * Fills in the table of a leaf: ∫ (oⱼ − zⱼ) Π_{i≠j} (zᵢ + (oᵢ − zᵢ) t) dt (see path-dependent.ts).
 *
 * @param z product of the cover ratios of each feature's decisions (d)
 * @param quadrature exact for polynomials of degree d − 1
 */
export function pathDependentTable(
  { table, one: product }: Scratch,
  z: Float64Array,
  d: number,
  { nodes: t, weights }: Quadrature,
): void {
  const patterns = 1 << d;
  table.fill(0, 0, d * patterns);
  for (let q = 0; q < t.length; q++) {
    product[0] = 1;
    for (let j = 0; j < d; j++) {
      const [failed, passed] = [z[j]! * (1 - t[q]!), z[j]! + (1 - z[j]!) * t[q]!];
      const bit = 1 << j;
      for (let s = 0; s < bit; s++) {
        product[s | bit] = product[s]! * passed;
        product[s]! *= failed;
      }
    }
    for (let j = 0; j < d; j++) {
      const bit = 1 << j;
      const at = j * patterns;
      const others = weights[q]! / (z[j]! + (1 - z[j]!) * t[q]!);
      for (let high = bit; high < patterns; high += 2 * bit)
        for (let s = high; s < high + bit; s++) table[at + s]! += product[s]! * others;
    }
  }
  // So far: what the others leave. The feature gets 1 − z of that where it is passed, and −z where it is not.
  for (let j = 0; j < d; j++) {
    const bit = 1 << j;
    const at = j * patterns;
    for (let high = bit; high < patterns; high += 2 * bit)
      for (let s = high; s < high + bit; s++) {
        const others = table[at + s]!;
        table[at + s] = others * (1 - z[j]!);
        table[at + s - bit] = others * -z[j]!;
      }
  }
}

/**
 * Fills in the table of a leaf where an absent feature takes its value from a background row (see interventional.ts): ∫ Σ_b f(b) (xⱼ − bⱼ)
 * Π_{i≠j} m(xᵢ, bᵢ) dt over patterns b, where m is 1 when both pass, t when only the row does, 1 − t when only the background does, else 0. Each
 * feature is one step over all patterns at once, so no pair of patterns is ever looked at; nothing is subtracted, so what is 0 stays 0.
 *
 * @param quadrature exact for polynomials of degree d − 1
 */
export function interventionalTable(
  { table, frequency, one: done, two: rest }: Scratch,
  d: number,
  { nodes: t, weights }: Quadrature,
): void {
  const patterns = 1 << d;
  table.fill(0, 0, d * patterns);
  for (let q = 0; q < t.length; q++) {
    for (let s = 0; s < patterns; s++) done[s] = frequency[s]! * weights[q]!;
    for (let j = 0; j < d; j++) {
      const bit = 1 << j;
      const at = j * patterns;
      if (j + 1 < d) mix(done, rest, patterns, bit << 1, t[q]!);
      for (let i = j + 2; i < d; i++) mix(rest, rest, patterns, 1 << i, t[q]!);
      const left = j + 1 < d ? rest : done;
      for (let low = 0; low < patterns; low += 2 * bit)
        for (let s = low; s < low + bit; s++) {
          table[at + s]! -= left[s + bit]!;
          table[at + s + bit]! += left[s]!;
        }
      mix(done, done, patterns, bit, t[q]!);
    }
  }
}

/** From the background's pass or fail of one feature to the row's. */
function mix(from: Float64Array, to: Float64Array, patterns: number, bit: number, t: number): void {
  for (let low = 0; low < patterns; low += 2 * bit)
    for (let s = low; s < low + bit; s++) {
      const [fails, passes] = [from[s]!, from[s + bit]!];
      to[s] = (1 - t) * passes;
      to[s + bit] = t * fails + passes;
    }
}

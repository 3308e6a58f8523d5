import { coalitionWeight } from '../interventional.ts';
import type { Quadrature } from '../quadrature.ts';

/**
 * What each feature of a leaf's path gets of a leaf of value 1, for each pattern of passed features: ∫ (oⱼ − zⱼ) Π_{i≠j} (zᵢ + (oᵢ − zᵢ) t) dt
 * (see path-dependent.ts).
 *
 * @param z product of the cover ratios of each feature's decisions (features)
 * @param quadrature exact for polynomials of degree features − 1
 * @returns (2^features × features)
 */
export function pathDependentTable(z: Float64Array, { nodes: t, weights }: Quadrature): Float64Array {
  const d = z.length;
  const patterns = 1 << d;
  const table = new Float64Array(patterns * d);
  const product = new Float64Array(patterns);
  const gain = new Float64Array(2 * d);
  for (let q = 0; q < t.length; q++) {
    product[0] = 1;
    for (let j = 0; j < d; j++) {
      const [failed, passed] = [z[j]! * (1 - t[q]!), z[j]! + (1 - z[j]!) * t[q]!];
      // Where a factor is 0 the feature's gain is 0 too: z = 0 and not passed.
      gain[2 * j] = failed === 0 ? 0 : (weights[q]! * -z[j]!) / failed;
      gain[2 * j + 1] = (weights[q]! * (1 - z[j]!)) / passed;
      for (let s = (1 << j) - 1; s >= 0; s--) {
        product[s | (1 << j)] = product[s]! * passed;
        product[s] = product[s]! * failed;
      }
    }
    for (let s = 0, at = 0; s < patterns; s++)
      for (let j = 0; j < d; j++) table[at++]! += product[s]! * gain[2 * j + ((s >> j) & 1)]!;
  }
  return table;
}

/**
 * The same where an absent feature takes its value from a background row: patterns of the row and of the background decide (see
 * interventional.ts).
 *
 * @param frequency of each pattern of passed features among the background rows (2^features)
 * @returns (2^features × features)
 */
export function interventionalTable(frequency: Float64Array, d: number): Float64Array {
  const all = frequency.length - 1;
  const table = new Float64Array(frequency.length * d);
  for (let other = 0; other <= all; other++) {
    const share = frequency[other]!;
    if (share === 0) continue;
    // What the background row fails the explained row must pass; of the rest it may pass any part.
    const needed = all & ~other;
    const p = ones(needed);
    for (let extra = other; ; extra = (extra - 1) & other) {
      const own = needed | extra;
      const m = ones(other & ~extra);
      if (p > 0) {
        const weight = share * coalitionWeight(p - 1, m);
        for (let rest = needed; rest !== 0; rest &= rest - 1) table[own * d + lowest(rest)]! += weight;
      }
      if (m > 0) {
        const weight = share * coalitionWeight(m - 1, p);
        for (let rest = other & ~extra; rest !== 0; rest &= rest - 1) table[own * d + lowest(rest)]! -= weight;
      }
      if (extra === 0) break;
    }
  }
  return table;
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

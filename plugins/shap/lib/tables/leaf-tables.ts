import { gaussLegendre, type Quadrature } from '../quadrature.ts';

/** What wasm/leaves.as.ts exports. Places are addresses. */
export interface LeafExports {
  byCovers(z: number, d: number, quadrature: number, points: number, table: number, product: number): void;
  byBackground(
    frequency: number,
    d: number,
    quadrature: number,
    points: number,
    table: number,
    done: number,
    rest: number,
  ): void;
  spread(cells: number, size: number, amount: number, table: number, passed: number): void;
  gatherPatterns(counts: number, size: number, rows: number, passed: number, frequency: number): void;
}

/** The table of one leaf at a time: what each feature gets of a leaf of value 1, for each pattern of passed features. */
export interface LeafTables {
  /** Product of the cover ratios of each feature's decisions: to be written before `byCovers`. */
  readonly z: Float64Array;
  /** For each index of the cluster the pattern of passed features: to be written first of all. */
  readonly passed: Uint16Array;
  /** Of path-dependent SHAP. @param d features */
  byCovers(d: number): void;
  /** Of interventional SHAP. @param counts how often each index came up among `rows` background rows */
  byBackground(counts: Float64Array, rows: number, d: number): void;
  /** Adds what one of d features gets to `size` cells from address `at`. */
  spread(at: number, size: number, amount: number, feature: number, d: number): void;
}

/** Bytes that tables of up to `most` features need: z, a quadrature, six arrays of 2^most, and the table. */
export const bytesOfLeaves = (most: number): number => 24 * most + 16 + (most + 6) * (8 << most);

/** @param at address of `bytesOfLeaves(most)` bytes in `memory` */
export function openLeaves(exports: LeafExports, memory: ArrayBuffer, at: number, most: number): LeafTables {
  const room = 8 << most;
  const rule = at + 8 * most;
  const table = rule + 16 * (most + 1);
  const frequency = table + most * room;
  const counted = frequency + room;
  const one = counted + room;
  const two = one + room;
  const passed = two + room;
  const rules = new Map<number, Quadrature>();
  let written = -1;

  /** Writes the quadrature for d features. @returns its points */
  function points(d: number): number {
    const count = Math.max(1, Math.ceil(d / 2));
    if (count === written) return count;
    const quadrature = rules.get(count) ?? gaussLegendre(count);
    rules.set(count, quadrature);
    const place = new Float64Array(memory, rule, 2 * count);
    place.set(quadrature.nodes);
    place.set(quadrature.weights, count);
    written = count;
    return count;
  }

  return {
    z: new Float64Array(memory, at, most),
    passed: new Uint16Array(memory, passed, 1 << most),
    byCovers: (d) => exports.byCovers(at, d, rule, points(d), table, one),
    byBackground(counts, rows, d) {
      new Float64Array(memory, counted, counts.length).set(counts);
      new Float64Array(memory, frequency, 1 << d).fill(0);
      exports.gatherPatterns(counted, counts.length, rows, passed, frequency);
      exports.byBackground(frequency, d, rule, points(d), table, one, two);
    },
    spread: (to, size, amount, feature, d) => exports.spread(to, size, amount, table + feature * (8 << d), passed),
  };
}

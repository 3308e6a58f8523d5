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
  pairsByCovers(z: number, d: number, quadrature: number, points: number, table: number, product: number): void;
  pairsByBackground(
    frequency: number,
    d: number,
    quadrature: number,
    points: number,
    table: number,
    done: number,
    rest: number,
    left: number,
  ): void;
  spread(cells: number, size: number, amount: number, table: number, passed: number): void;
  gatherPatterns(counts: number, size: number, rows: number, passed: number, frequency: number): void;
}

/** The table of one leaf at a time: what each feature, or each two, get of a leaf of value 1, for each pattern of passed features. */
export interface LeafTables {
  /** Product of the cover ratios of each feature's decisions: to be written before `byCovers`. */
  readonly z: Float64Array;
  /** For each index of the cluster the pattern of passed features: to be written first of all. */
  readonly passed: Uint16Array;
  /** Of path-dependent SHAP. @param d features */
  byCovers(d: number): void;
  /** Of interventional SHAP. @param counts how often each index came up among `rows` background rows */
  byBackground(counts: Float64Array, rows: number, d: number): void;
  /** Adds what a part, one of d features or of their pairs, gets to `size` cells from address `at`. */
  spread(at: number, size: number, amount: number, part: number, d: number): void;
}

/** How many parts share a leaf: features, or pairs of them. */
const partsOf = (most: number, order: 1 | 2): number => (order === 1 ? most : (most * (most - 1)) / 2);

/** Bytes that tables of up to `most` features need: z, a quadrature, six arrays of 2^most, and the table. */
export const bytesOfLeaves = (most: number, order: 1 | 2): number =>
  24 * most + 16 + (partsOf(most, order) + 6) * (8 << most);

/** @param at address of `bytesOfLeaves(most, order)` bytes in `memory` @param order 2: of pairs of features, (0, 1), (0, 2), (1, 2), … */
export function openLeaves(
  exports: LeafExports,
  memory: ArrayBuffer,
  at: number,
  most: number,
  order: 1 | 2,
): LeafTables {
  const room = 8 << most;
  const rule = at + 8 * most;
  const table = rule + 16 * (most + 1);
  const frequency = table + partsOf(most, order) * room;
  const counted = frequency + room;
  const one = counted + room;
  const two = one + room;
  const three = two + room;
  const passed = three + room;
  const rules = new Map<number, Quadrature>();
  let written = -1;

  /** Writes the quadrature for d features. @returns its points */
  function points(d: number): number {
    const count = Math.max(1, Math.ceil((d - order + 1) / 2));
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
    byCovers: (d) =>
      order === 1
        ? exports.byCovers(at, d, rule, points(d), table, one)
        : exports.pairsByCovers(at, d, rule, points(d), table, one),
    byBackground(counts, rows, d) {
      new Float64Array(memory, counted, counts.length).set(counts);
      new Float64Array(memory, frequency, 1 << d).fill(0);
      exports.gatherPatterns(counted, counts.length, rows, passed, frequency);
      if (order === 1) exports.byBackground(frequency, d, rule, points(d), table, one, two);
      else exports.pairsByBackground(frequency, d, rule, points(d), table, one, two, three);
    },
    spread: (to, size, amount, part, d) => exports.spread(to, size, amount, table + part * (8 << d), passed),
  };
}

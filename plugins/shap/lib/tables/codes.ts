import { type Ensemble, holds, type Tree } from '#common/onnx/trees.ts';

/**
 * A column of codes: how many of `cuts` lie below a feature's value, so that every comparison of the ensemble is one of small integers, whatever
 * its mode and precision. Or, where `accepts` is given, 0 when it says yes and 1 otherwise.
 */
export interface Column {
  readonly feature: number;
  /** Ascending, different. */
  readonly cuts: Float64Array;
  /** A missing value's code: below all cuts, or above. */
  readonly missing: 'first' | 'last';
  readonly accepts: ((value: number) => boolean) | null;
}

/** What a node asks: does the code in `column` not exceed `cut`? If so the row goes to `yes`. */
export interface Test {
  readonly column: number;
  readonly cut: number;
  readonly yes: number;
  readonly no: number;
}

export interface Codes {
  readonly columns: readonly Column[];
  /** By tree, by node; null at leaves. */
  readonly tests: readonly (readonly (Test | null)[])[];
}

/** Codes are u16 (wasm/tables.as.ts), and one is kept for values above all cuts. */
const MOST_CUTS = 65_534;

const LT = 1;
const GTE = 2;
const GT = 3;

interface Half {
  readonly feature: number;
  readonly missing: 'first' | 'last';
  /** The value that must not be exceeded. */
  readonly cut: number;
  readonly swapped: boolean;
}

/** Null when a feature has more thresholds than codes can tell apart. */
export function codesOf({ trees }: Ensemble): Codes | null {
  const halves = trees.map((tree) =>
    Array.from(tree.feature, (feature, node) => (feature < 0 ? null : half(tree, node))),
  );
  const cuts = new Map<string, Set<number>>();
  for (const half of halves.flat())
    if (half !== null) {
      const key = keyOf(half);
      const known = cuts.get(key) ?? new Set();
      cuts.set(key, known.add(half.cut));
    }
  if ([...cuts.values()].some(({ size }) => size > MOST_CUTS)) return null;
  const columns: Column[] = [];
  const places = new Map<string, { readonly column: number; readonly ranks: ReadonlyMap<number, number> }>();
  for (const [key, values] of cuts) {
    const sorted = Float64Array.from(values).sort();
    const [missing, feature] = key.split(' ') as ['first' | 'last', string];
    const column = columns.push({ feature: Number(feature), cuts: sorted, missing, accepts: null }) - 1;
    places.set(key, { column, ranks: new Map(Array.from(sorted, (cut, rank) => [cut, rank])) });
  }
  const tests = trees.map((tree, t) =>
    Array.from(tree.feature, (feature, node): Test | null => {
      if (feature < 0) return null;
      const [yes, no] = [tree.yes[node]!, tree.no[node]!];
      const half = halves[t]![node]!;
      if (half === null) {
        const accepts = (value: number): boolean => holds(tree, node, value);
        return {
          column: columns.push({ feature, cuts: new Float64Array(), missing: 'last', accepts }) - 1,
          cut: 0,
          yes,
          no,
        };
      }
      const { column, ranks } = places.get(keyOf(half))!;
      return { column, cut: ranks.get(half.cut)!, yes: half.swapped ? no : yes, no: half.swapped ? yes : no };
    }),
  );
  return { columns, tests };
}

const keyOf = ({ missing, feature }: Half): string => `${missing} ${feature}`;

/** A comparison with one threshold as "x ≤ cut"; null for equality, membership, and what can never hold. */
function half(tree: Tree, node: number): Half | null {
  const threshold = tree.threshold[node]!;
  const mode = tree.mode[node]!;
  if (mode > GT || Number.isNaN(threshold)) return null;
  const strict = mode === LT || mode === GTE;
  if (strict && threshold === -Infinity) return null;
  const swapped = mode === GTE || mode === GT;
  const holdsMissing = (tree.missing[node] === 1) !== swapped;
  // +0: −0 and 0 are one cut.
  const cut = (strict ? below(threshold) : threshold) + 0;
  return { feature: tree.feature[node]!, missing: holdsMissing ? 'first' : 'last', cut, swapped };
}

const view = new DataView(new ArrayBuffer(8));

/** The largest double below x; x is not −∞. */
export function below(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, bits + (x > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

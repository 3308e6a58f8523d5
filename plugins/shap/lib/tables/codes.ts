import { type Ensemble, GT, GTE, holds, LT, type Tree } from '#common/onnx/trees.ts';

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

interface Half {
  readonly feature: number;
  readonly missing: 'first' | 'last';
  /** The value that must not be exceeded. */
  readonly cut: number;
  readonly swapped: boolean;
}

/** Null when a feature has more thresholds than codes can tell apart. */
export function codesOf({ trees, features }: Ensemble): Codes | null {
  const halves = trees.map((tree) =>
    Array.from(tree.feature, (feature, node) => (feature < 0 ? null : half(tree, node))),
  );
  // Two columns a feature at most: missing values come first, or last.
  const found = Array.from({ length: 2 * features }, (): number[] => []);
  for (const own of halves) for (const half of own) if (half !== null) found[keyOf(half)]!.push(half.cut);
  const columns: Column[] = [];
  const places = found.map((cuts, key) => {
    if (cuts.length === 0) return -1;
    const missing = key % 2 === 0 ? 'first' : 'last';
    return columns.push({ feature: key >> 1, cuts: different(cuts), missing, accepts: null }) - 1;
  });
  if (columns.some(({ cuts }) => cuts.length > MOST_CUTS)) return null;
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
      const column = places[keyOf(half)]!;
      const cut = rankOf(columns[column]!.cuts, half.cut);
      return { column, cut, yes: half.swapped ? no : yes, no: half.swapped ? yes : no };
    }),
  );
  return { columns, tests };
}

const keyOf = ({ missing, feature }: Half): number => 2 * feature + (missing === 'first' ? 0 : 1);

/** Ascending, each once. */
function different(values: readonly number[]): Float64Array {
  const sorted = Float64Array.from(values).sort();
  let count = 0;
  for (const value of sorted) if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return sorted.slice(0, count);
}

/** Where a value lies that is among `sorted`. */
function rankOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

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

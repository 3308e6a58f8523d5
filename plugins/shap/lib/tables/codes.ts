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

/** What the nodes of a tree ask: does the code in `column` not exceed `cut`? If so the row goes to `yes`. Column −1: a leaf. */
export interface Coded {
  readonly column: Int32Array;
  readonly cut: Int32Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
}

export interface Codes {
  readonly columns: readonly Column[];
  /** By tree. */
  readonly trees: readonly Coded[];
}

/** Codes are u16 (wasm/tables.as.ts), and one is kept for values above all cuts. */
const MOST_CUTS = 65_534;

/** Nodes of all trees as "x ≤ cut": the kind of their column, the cut, and whether the branches change places. */
interface Halves {
  /** Twice the feature, and 1 more where missing values come last; LEAF; or OTHER for what no threshold decides. */
  readonly key: Int32Array;
  readonly cut: Float64Array;
  readonly swapped: Uint8Array;
}
const LEAF = -1;
const OTHER = -2;

/** Null when a feature has more thresholds than codes can tell apart. */
export function codesOf({ trees, features }: Ensemble): Codes | null {
  const halves = trees.map(halvesOf);
  const columns: Column[] = [];
  const places = cutsOf(halves, 2 * features).map((cuts, key) => {
    if (cuts.length === 0) return -1;
    const missing = key % 2 === 0 ? 'first' : 'last';
    return columns.push({ feature: key >> 1, cuts: different(cuts), missing, accepts: null }) - 1;
  });
  if (columns.some(({ cuts }) => cuts.length > MOST_CUTS)) return null;
  const coded = trees.map((tree, t): Coded => {
    const { key, cut, swapped } = halves[t]!;
    const column = new Int32Array(key.length).fill(-1);
    const rank = new Int32Array(key.length);
    const yes = tree.yes.slice();
    const no = tree.no.slice();
    for (let node = 0; node < key.length; node++) {
      const kind = key[node]!;
      if (kind >= 0) {
        const place = places[kind]!;
        column[node] = place;
        rank[node] = rankOf(columns[place]!.cuts, cut[node]!);
        if (swapped[node] === 1) [yes[node], no[node]] = [no[node]!, yes[node]!];
      } else if (kind === OTHER) {
        const accepts = (value: number): boolean => holds(tree, node, value);
        const feature = tree.feature[node]!;
        column[node] = columns.push({ feature, cuts: new Float64Array(), missing: 'last', accepts }) - 1;
      }
    }
    return { column, cut: rank, yes, no };
  });
  return { columns, trees: coded };
}

/** The cuts of each kind of column, in no order. */
function cutsOf(halves: readonly Halves[], kinds: number): Float64Array[] {
  const counts = new Int32Array(kinds);
  for (const { key } of halves) for (const kind of key) if (kind >= 0) counts[kind]!++;
  const found = Array.from(counts, (count) => new Float64Array(count));
  for (const { key, cut } of halves)
    for (let node = 0; node < key.length; node++) {
      const kind = key[node]!;
      if (kind >= 0) found[kind]![--counts[kind]!] = cut[node]!;
    }
  return found;
}

/** Ascending, each once. */
function different(sorted: Float64Array): Float64Array {
  sorted.sort();
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

/** Comparisons with one threshold; equality, membership and what can never hold are others. */
function halvesOf({ feature, threshold, mode, missing }: Tree): Halves {
  const key = new Int32Array(feature.length).fill(LEAF);
  const cut = new Float64Array(feature.length);
  const swapped = new Uint8Array(feature.length);
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) continue;
    const own = mode[node]!;
    const at = threshold[node]!;
    const strict = own === LT || own === GTE;
    if (own > GT || Number.isNaN(at) || (strict && at === -Infinity)) {
      key[node] = OTHER;
      continue;
    }
    const turned = own === GTE || own === GT;
    const holdsMissing = (missing[node] === 1) !== turned;
    key[node] = 2 * feature[node]! + (holdsMissing ? 0 : 1);
    // +0: −0 and 0 are one cut.
    cut[node] = (strict ? below(at) : at) + 0;
    swapped[node] = turned ? 1 : 0;
  }
  return { key, cut, swapped };
}

const view = new BigInt64Array(1);
const double = new Float64Array(view.buffer);

/** The largest double below x; x is not −∞. */
export function below(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  double[0] = x;
  view[0]! += x > 0 ? -1n : 1n;
  return double[0];
}

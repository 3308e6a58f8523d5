import { depthOf, type Ensemble, type Tree } from '#common/onnx/trees.ts';
import { longestPath } from '../edges.ts';
import { type Meetings, placesOf } from '../interactions/meetings.ts';
import type { Codes } from './codes.ts';
import { type Kernel, openKernel } from './kernel.ts';
import { instantiate } from './exports.ts';
import { LEAST_BITS, openWriter, type Trees, type Writer } from './writer.ts';

/** Bytes of programs with tables that are held at once; more trees take turns. A tree that alone takes more has none. */
const MOST_BYTES = 2 ** 26;
/** Bytes of them that are used again and again before the next: about what the second-level cache holds. */
const CACHED = 2 ** 19;

/**
 * Different features on a path. By covers, trees with more have an own algorithm (../paths); against a background larger tables are still the fastest
 * way, up to where filling them in takes as long as visiting all leaves.
 */
const MOST_FEATURES = { covers: LEAST_BITS, background: 12 };

/** Masks of rows are held for every level above a cluster. */
const MOST_DEPTH = 64;

/** A tree whose paths fit into tables. */
interface Planned {
  readonly number: number;
  /** Different features on a path, at most. */
  readonly longest: number;
}

/** Trees that fit into tables, and the rest. */
export interface Plan {
  readonly trees: readonly Planned[];
  readonly rest: readonly number[];
  readonly codes: Codes;
  /** Pairs of features that the tables are about; null for each feature alone. */
  readonly meetings: Meetings | null;
}

/** @param numbers the trees that are asked about; all unless given */
export function planTables(
  ensemble: Ensemble,
  codes: Codes,
  game: 'covers' | 'background',
  numbers: readonly number[] = ensemble.trees.map((_, number) => number),
  meetings: Meetings | null = null,
): Plan {
  const trees: Planned[] = [];
  const rest: number[] = [];
  const measure = measuring(ensemble, codes, MOST_FEATURES[game], meetings);
  for (const number of numbers) {
    const tree = ensemble.trees[number]!;
    const longest = depthOf(tree) > MOST_DEPTH ? Infinity : longestPath(tree);
    if (longest > MOST_FEATURES[game] || measure({ number, longest }) > MOST_BYTES) rest.push(number);
    else trees.push({ number, longest });
  }
  return { trees, rest, codes, meetings };
}

/** Bytes of a tree's program with tables; no more than a bound where that is small enough. */
function measuring(
  ensemble: Ensemble,
  codes: Codes,
  most: number,
  meetings: Meetings | null,
): (planned: Planned) => number {
  let writer: Writer | undefined;
  return ({ number, longest }) => {
    const tree = ensemble.trees[number]!;
    const parts = meetings === null ? most : (most * (most - 1)) / 2;
    const bound = tree.feature.length * 2 ** Math.max(LEAST_BITS, longest) * (parts + 8) * 8 * ensemble.scores;
    if (bound <= MOST_BYTES) return bound;
    if (writer === undefined) {
      const { exports, memory } = instantiate();
      const layout = { features: ensemble.features, sums: 0, column: 0 };
      writer = openWriter(exports, memory, 64, {
        ...treesOf(ensemble.trees, ensemble.scores, most, meetings),
        ...layout,
      });
    }
    writer.choose(tree, codes.trees[number]!, longest);
    return writer.measure();
  };
}

const treesOf = (trees: readonly Tree[], scores: number, bits: number, meetings: Meetings | null): Trees => ({
  nodes: trees.reduce((most, { feature }) => Math.max(most, feature.length), 0),
  scores,
  bits: Math.max(LEAST_BITS, bits),
  order: meetings === null ? 1 : 2,
  pairs: meetings?.numbers ?? null,
});

/**
 * SHAP values by tables: a tree is split into clusters of a few decisions, and what each feature gets is computed once for every pattern of those
 * decisions; a row then costs a look-up a feature and cluster. After WOODELF (arXiv 2511.09376) and FastTreeSHAP v2 (arXiv 2109.09847); exact.
 * Tables cost as much as some 200 rows do by quadrature, whatever the number of rows or background rows.
 *
 * @param background rows that stand in for absent features; null for path-dependent SHAP, which takes covers
 * @param values (rows × features × scores): those of the planned trees are added; of pairs (rows × features × features × scores), above the diagonal
 * @param onTree called with trees done; throws to stop
 */
export function addByTables(
  { trees, codes, meetings }: Plan,
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: { readonly x: Float64Array; readonly rows: number } | null,
  values: Float64Array,
  onTree: (done: number) => void = () => undefined,
): void {
  const { features, scores } = ensemble;
  const own = trees.map(({ number }) => ensemble.trees[number]!);
  const bits = trees.reduce((most, { longest }) => Math.max(most, longest), 0);
  const kernel = openKernel({
    columns: codes.columns,
    features,
    sums: (meetings?.count ?? features) * scores,
    slots: 1 + own.reduce((most, tree) => Math.max(most, depthOf(tree)), 0),
    work: 0,
    trees: treesOf(own, scores, bits, meetings),
  });
  const { writer } = kernel;
  const width = features * scores * (meetings === null ? 1 : features);
  const places = meetings === null ? undefined : placesOf(meetings, features, scores);
  const choose = ({ number, longest }: Planned): void =>
    writer.choose(ensemble.trees[number]!, codes.trees[number]!, longest);
  let done = 0;
  while (done < trees.length) {
    writer.clear();
    const sizes = takeSizes(writer, trees, done, choose);
    const group = trees.slice(done, done + sizes.length);
    const counts = background === null ? null : countPatterns(kernel, group, choose, background);
    const starts = writeTables(writer, group, sizes, counts, (planned) => {
      onTree(done);
      choose(planned);
    });
    for (let start = 0; start < rows; start += kernel.chunk) {
      kernel.load(x, start, rows);
      kernel.run(starts);
      kernel.gather(values, width, places);
      onTree(done + Math.floor((group.length * Math.min(rows, start + kernel.chunk)) / rows));
    }
    done += group.length;
  }
}

/** How much the programs take of trees from `from` on, of as many as are held at once. */
function takeSizes(
  writer: Writer,
  trees: readonly Planned[],
  from: number,
  choose: (planned: Planned) => void,
): readonly number[] {
  const sizes: number[] = [];
  let room = MOST_BYTES;
  for (const planned of trees.slice(from)) {
    choose(planned);
    const bytes = writer.measure();
    if (bytes > room && sizes.length > 0) break;
    sizes.push(bytes);
    room -= bytes;
  }
  return sizes;
}

/** @returns where programs begin, each of as many trees as the cache holds tables of */
function writeTables(
  writer: Writer,
  group: readonly Planned[],
  sizes: readonly number[],
  counts: readonly number[] | null,
  choose: (planned: Planned) => void,
): readonly number[] {
  const starts: number[] = [];
  let begin = 0;
  group.forEach((planned, i) => {
    choose(planned);
    const fresh = i === 0 || writer.used - begin + sizes[i]! > CACHED;
    if (fresh && i > 0) writer.end();
    if (fresh) begin = writer.used;
    const at = writer.tables(sizes[i]!, counts?.[i] ?? 0);
    if (fresh) starts.push(at);
  });
  writer.end();
  return starts;
}

/** How many background rows come to each index of each cluster. @returns where each tree's counts are */
function countPatterns(
  kernel: Kernel,
  group: readonly Planned[],
  choose: (planned: Planned) => void,
  { x, rows }: { readonly x: Float64Array; readonly rows: number },
): readonly number[] {
  const { writer } = kernel;
  const counts = group.map((planned) => {
    choose(planned);
    return writer.counts();
  });
  writer.end();
  for (let start = 0; start < rows; start += kernel.chunk) {
    kernel.load(x, start, rows);
    kernel.run(counts.slice(0, 1));
  }
  return counts;
}

import { depthOf, type Ensemble } from '#common/onnx/trees.ts';
import { gaussLegendre, type Quadrature } from '../quadrature.ts';
import { splitTree } from './clusters.ts';
import { type Codes, codesOf } from './codes.ts';
import { CHUNK, type Kernel, openKernel } from './kernel.ts';
import { interventionalTable, pathDependentTable } from './leaf-tables.ts';
import { cellsOf, placeCounting, placeTables, type Split } from './program.ts';

/** Cells (f64) of tables that are held at once; more trees take turns. */
const MOST_CELLS = 2 ** 23;

/** Masks of rows are held for every level above a cluster. */
const MOST_DEPTH = 64;

/** Trees that fit into tables, and the rest. */
export interface Plan {
  readonly splits: readonly Split[];
  readonly rest: readonly number[];
  readonly codes: Codes;
}

export function planTables(ensemble: Ensemble): Plan | null {
  const codes = codesOf(ensemble);
  if (codes === null) return null;
  const splits: Split[] = [];
  const rest: number[] = [];
  ensemble.trees.forEach((tree, number) => {
    const steps = depthOf(tree) > MOST_DEPTH ? null : splitTree(tree, codes.tests[number]!);
    if (steps === null || cellsOf({ tree, number, steps }, ensemble.scores) > MOST_CELLS) rest.push(number);
    else splits.push({ tree, number, steps });
  });
  return { splits, rest, codes };
}

/**
 * SHAP values by tables: a tree is split into clusters of a few decisions, and what each feature gets is computed once for every pattern of those
 * decisions; a row then costs a look-up a feature and cluster. After WOODELF (arXiv 2511.09376) and FastTreeSHAP v2 (arXiv 2109.09847); exact.
 * Tables cost as much as some 200 rows do by quadrature, whatever the number of rows or background rows.
 *
 * @param background rows that stand in for absent features; null for path-dependent SHAP, which takes covers
 * @param values (rows × features × scores): those of the planned trees are added
 * @param onTree called with trees done; throws to stop
 */
export function addByTables(
  { splits, codes }: Plan,
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: { readonly x: Float64Array; readonly rows: number } | null,
  values: Float64Array,
  onTree: (done: number) => void = () => undefined,
): void {
  const { features, scores } = ensemble;
  const slots = Math.max(
    1,
    ...splits.flatMap(({ steps }) => steps.map((step) => ('branch' in step ? step.branch.to + 1 : 1))),
  );
  const kernel = openKernel({ columns: codes.columns, features, sums: features * scores, slots });
  const quadratures: Quadrature[] = [];
  const quadrature = (d: number): Quadrature => (quadratures[d] ??= gaussLegendre(Math.max(1, Math.ceil(d / 2))));
  let done = 0;
  for (const group of groups(splits, scores)) {
    const counts = background === null ? null : countPatterns(kernel, group, codes, background);
    const placed = new Map(group.map((split, i) => [split, i]));
    const starts = placeTables(
      kernel,
      group,
      codes,
      scores,
      (split, cluster, _leaf, { features: players, decisions, passed }) => {
        if (counts !== null) {
          const frequency = new Float64Array(1 << players.length);
          counts[placed.get(split)!]![cluster]!.forEach((count, index) => {
            frequency[passed[index]!]! += count / background!.rows;
          });
          return interventionalTable(frequency, players.length);
        }
        const { tree } = split;
        const z = Float64Array.from(decisions, (own) => {
          let ratio = 1;
          for (const { node, holds } of own) {
            const test = codes.tests[split.number]![node]!;
            ratio *= tree.cover[holds ? test.yes : test.no]! / tree.cover[node]!;
          }
          return ratio;
        });
        return pathDependentTable(z, quadrature(players.length));
      },
    );
    for (let start = 0; start < rows; start += CHUNK) {
      kernel.load(x, start, rows);
      kernel.run(starts);
      kernel.gather(values);
    }
    onTree((done += group.length));
  }
}

function groups(splits: readonly Split[], scores: number): Split[][] {
  const out: Split[][] = [];
  let room = 0;
  for (const split of splits) {
    const cells = cellsOf(split, scores);
    if (cells > room || out.length === 0) {
      out.push([]);
      room = MOST_CELLS;
    }
    out.at(-1)!.push(split);
    room -= cells;
  }
  return out;
}

/** How many background rows come to each index of each cluster. */
function countPatterns(
  kernel: Kernel,
  group: readonly Split[],
  codes: Codes,
  { x, rows }: { readonly x: Float64Array; readonly rows: number },
): Float64Array[][] {
  const { starts, places } = placeCounting(kernel, group, codes);
  for (let start = 0; start < rows; start += CHUNK) {
    kernel.load(x, start, rows);
    kernel.run(starts);
  }
  return places.map((clusters) => clusters.map((place) => place().slice()));
}

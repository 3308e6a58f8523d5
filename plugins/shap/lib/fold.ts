import { prepared } from '#common/onnx/prepare.ts';
import type { Column } from '#common/onnx/source.ts';
import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import { type Decision, decisionOver, type Derived, derivedFrom } from './decisions.ts';

/** An ensemble that takes each column of the graph's inputs once, and rows as it takes them. */
export interface Folded {
  readonly ensemble: Ensemble;
  /** Where each of its columns comes from. */
  readonly columns: readonly Pick<Column, 'from'>[];
  /** (rows × columns) */
  readonly x: Float64Array;
  readonly background: Float64Array | null;
}

/**
 * An encoder makes several columns of one, and a decision about any of them is one about that one: whether its value is among those for which the
 * decision holds. Each value that occurs gets its rank, and every decision becomes one about ranks. So a tree over the columns is one
 * over the features, with the same leaves and covers, and each feature is one player.
 *
 * @param ensemble its features are the `columns`
 * @param x (rows × width), as the graph takes them @param background likewise
 */
export function fold(
  ensemble: Ensemble,
  columns: readonly Column[],
  width: number,
  x: Float64Array,
  background: Float64Array | null,
): Folded {
  const sources = [...new Set(columns.map(({ from }) => from))];
  const count = sources.length;
  if (count === columns.length) {
    const rows = (of: Float64Array): Float64Array => prepared(columns, width, of, of.length / width);
    return { ensemble, columns, x: rows(x), background: background && rows(background) };
  }
  const places = new Map(sources.map((from, place) => [from, place]));
  const own = sources.map((from) => columns.filter((column) => column.from === from));
  const values = own.map((some, place) =>
    some.length === 1 ? null : distinct(sources[place]!, width, background === null ? [x] : [x, background]),
  );
  // What is ranked is the value as the graph takes it.
  const taken = own.map((some): Column => (some.length === 1 ? some[0]! : { ...some[0]!, steps: [] }));
  const ranks = values.map((some) => some && new Map(Array.from(some, (value, rank) => [value, rank])));
  const ranked = (of: Float64Array): Float64Array =>
    prepared(taken, width, of, of.length / width).map((value, at) => {
      const rank = ranks[at % count];
      return rank === null || rank === undefined ? value : (rank.get(value) ?? NaN);
    });
  const derived = columns.map(({ from, steps }) => {
    const some = values[places.get(from)!]!;
    return some === null ? null : derivedFrom(some, steps);
  });
  return {
    ensemble: { ...ensemble, features: count, trees: overRanks(ensemble.trees, columns, places, derived) },
    columns: sources.map((from) => ({ from })),
    x: ranked(x),
    background: background && ranked(background),
  };
}

/** @param derived what each column makes of the values that are ranked; null where it takes values as they are */
function overRanks(
  trees: readonly Tree[],
  columns: readonly Column[],
  places: ReadonlyMap<number, number>,
  derived: readonly (Derived | null)[],
): Tree[] {
  const known = columns.map(() => new Map<string, Decision>());
  return trees.map((tree): Tree => {
    const [mode, threshold, missing] = [tree.mode.slice(), tree.threshold.slice(), tree.missing.slice()];
    const members = new Map(tree.members);
    const feature = tree.feature.map((j, node) => {
      if (j < 0) return j;
      const of = derived[j]!;
      if (of !== null) {
        const set = tree.members?.get(node);
        const key = `${tree.mode[node]} ${tree.missing[node]} ${set === undefined ? tree.threshold[node] : [...set].join(' ')}`;
        const decision = known[j]!.get(key) ?? decisionOver(of, tree, node);
        known[j]!.set(key, decision);
        mode[node] = decision.mode;
        threshold[node] = decision.threshold;
        missing[node] = Number(decision.missing);
        members.delete(node);
        if (decision.members !== null) members.set(node, decision.members);
      }
      return places.get(columns[j]!.from)!;
    });
    return { ...tree, feature, mode, threshold, missing, members };
  });
}

/** Different values of a column, in ascending order; a missing one has no rank. */
function distinct(from: number, width: number, tables: readonly Float64Array[]): Float64Array {
  const values = new Set<number>();
  for (const table of tables) for (let at = from; at < table.length; at += width) values.add(table[at]!);
  values.delete(NaN);
  return Float64Array.from(values).sort();
}

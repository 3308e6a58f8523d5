import type { Ensemble, Tree } from '#common/onnx/trees.ts';
import type { Meetings } from '../interactions/meetings.ts';
import { shapeOf } from '../tree-shape.ts';
import type { Codes } from './codes.ts';
import { take } from './exports.ts';
import { LEAST_BITS, openWriter, type Trees, type Writer } from './writer.ts';

/** Bytes of programs with tables that are held at once; more trees take turns. A tree that alone takes more has none. */
export const MOST_BYTES = 2 ** 26;
/**
 * Different features on a path. By covers, trees with more have an own algorithm (../paths); against a background larger tables are still the fastest
 * way, up to where filling them in takes as long as visiting all leaves.
 */
const MOST_FEATURES = { covers: LEAST_BITS, background: 12 };

/** A tree whose paths fit into tables. */
export interface Planned {
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
    const { longest } = shapeOf(tree);
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
      const { exports, memory } = take({}).instance;
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

/** What programs of these trees are written for. */
export const treesOf = (trees: readonly Tree[], scores: number, bits: number, meetings: Meetings | null): Trees => ({
  nodes: trees.reduce((most, { feature }) => Math.max(most, feature.length), 0),
  scores,
  bits: Math.max(LEAST_BITS, bits),
  order: meetings === null ? 1 : 2,
  pairs: meetings?.numbers ?? null,
});

import { AssayError } from '#common/errors.ts';
import type { Feature } from '#common/onnx/features.ts';

/** Features and groups of them that come and go together: a number is a feature, or a player once reduced to a game. */
export type Hierarchy = number | readonly Hierarchy[];

const DEEPEST = 32;

/**
 * Reads `groups`: names of groups, each with a list of features or with groups of its own. Features that no group names stand alone beside them.
 *
 * @throws INPUT_INVALID when a feature doesn't exist or is in two groups, or when a group holds nothing
 */
export function hierarchyOf(groups: object, features: readonly Feature[]): Hierarchy {
  const numbers = new Map(features.map(({ name }, j) => [name, j]));
  const taken = new Set<number>();
  const invalid = (where: string, says: string): AssayError => new AssayError('INPUT_INVALID', says, { where });
  const feature = (name: unknown, where: string): number => {
    const j = typeof name === 'string' ? numbers.get(name) : undefined;
    if (j === undefined)
      throw invalid(
        where,
        `There is no feature ${JSON.stringify(name)}. There are: ${[...numbers.keys()].join(', ')}.`,
      );
    if (taken.has(j)) throw invalid(where, `The feature “${String(name)}” is in two groups, or in one twice.`);
    taken.add(j);
    return j;
  };
  const group = (value: unknown, where: string, depth: number): readonly Hierarchy[] => {
    const items = Array.isArray(value)
      ? value.map((name: unknown, i) => feature(name, `${where}/${i}`))
      : inner(value, where, depth);
    if (items.length === 0) throw invalid(where, 'This group has no features.');
    return items;
  };
  const inner = (value: unknown, where: string, depth: number): readonly Hierarchy[] => {
    if (typeof value !== 'object' || value === null)
      throw invalid(where, 'A group is a list of features, or an object of groups by name.');
    if (depth > DEEPEST) throw invalid(where, `Groups stand within groups no more than ${DEEPEST} deep.`);
    return Object.entries(value).map(([name, held]) => group(held, `${where}/${name}`, depth + 1));
  };
  const named = group(groups, '/groups', 0);
  return [...named, ...[...features.keys()].filter((j) => !taken.has(j))];
}

/** The hierarchy of a game's players: without features that are none, and without groups of one. */
export function reduced(hierarchy: Hierarchy, players: readonly number[]): Hierarchy | null {
  if (typeof hierarchy === 'number') {
    const player = players.indexOf(hierarchy);
    return player < 0 ? null : player;
  }
  const kept = hierarchy.map((item) => reduced(item, players)).filter((item) => item !== null);
  return kept.length > 1 ? kept : (kept[0] ?? null);
}

/** Players in the order of the hierarchy. */
export function flat(hierarchy: Hierarchy): number[] {
  return typeof hierarchy === 'number' ? [hierarchy] : hierarchy.flatMap(flat);
}

/** Independent orders in which the players of a group follow each other, and so the groups within it. */
export function groupShuffler(hierarchy: Hierarchy, random: () => number): () => Uint32Array {
  const shuffled = (item: Hierarchy): number[] => {
    if (typeof item === 'number') return [item];
    const parts = item.map(shuffled);
    for (let i = parts.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [parts[i], parts[other]] = [parts[other]!, parts[i]!];
    }
    return parts.flat();
  };
  return () => Uint32Array.from(shuffled(hierarchy));
}

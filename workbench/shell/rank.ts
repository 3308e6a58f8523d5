import type { Action } from './actions.ts';

/** Actions that hold every word of the query, those whose label begins with it first. Order is kept where nothing decides. */
export function rank(query: string, all: readonly Action[]): readonly Action[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  const score = ({ label, group, words: more = '' }: Action): number => {
    const name = label.toLowerCase();
    const text = `${name} ${group.toLowerCase()} ${more.toLowerCase()}`;
    if (!words.every((word) => text.includes(word))) return 0;
    const first = words[0] as string;
    return name.startsWith(first)
      ? 4
      : new RegExp(`\\b${first.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&')}`, 'u').test(name)
        ? 3
        : name.includes(first)
          ? 2
          : 1;
  };
  return all
    .map((action) => [score(action), action] as const)
    .filter(([points]) => points > 0)
    .toSorted(([a], [b]) => b - a)
    .map(([, action]) => action);
}

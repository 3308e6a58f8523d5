/** `round(share × count)` (at least one) of 0…count−1, rising: selection sampling (Knuth, Algorithm S). */
export function sample(count: number, share: number, random: () => number): number[] {
  const wanted = Math.min(count, Math.max(1, Math.round(share * count)));
  const chosen: number[] = [];
  for (let i = 0; i < count && chosen.length < wanted; i++)
    if (random() * (count - i) < wanted - chosen.length) chosen.push(i);
  return chosen;
}

/**
 * Holds back a share of the rows of each group, so that a rare class is on both sides.
 *
 * @param groups group of each row: its class, or 0 for all
 * @returns rising row numbers of both parts
 */
export function holdBack(
  groups: Float64Array,
  share: number,
  random: () => number,
): { kept: Int32Array; held: Int32Array } {
  const held = new Set<number>();
  for (const group of [...new Set(groups)].sort((a, b) => a - b)) {
    const members = [...groups.keys()].filter((row) => groups[row] === group);
    if (members.length < 2 || share <= 0) continue;
    for (const i of sample(members.length, share, random)) held.add(members[i]!);
  }
  const all = [...groups.keys()];
  return { kept: Int32Array.from(all.filter((row) => !held.has(row))), held: Int32Array.from(held).sort() };
}

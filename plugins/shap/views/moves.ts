import type { Slice } from './explanation.ts';

/** Rows whose values of a feature lie together, and what the prediction would be with their parts of it. */
export interface Group {
  /** Ends of its numbers, or the category twice; null for missing values. */
  readonly from: number | string | null;
  readonly to: number | string | null;
  readonly rows: number;
  /** The prediction with the mean part of the group, and with its least and largest. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Share of its rows whose part would carry the prediction over the threshold. */
  readonly share: number;
  /** Whether the row itself has such a value. */
  readonly own: boolean;
}

/** One feature of one row, were its part that of other rows. */
export interface Move {
  readonly feature: number;
  readonly groups: readonly Group[];
  /** The group nearest in value of which half the rows and more have such a part; null where there is none. Of categories, the surest. */
  readonly crossing: Group | null;
}

const MOST = 8;

/**
 * What one row's prediction would be if one of its parts were that of rows with another value of the feature. No model is asked: it is what the
 * explanation holds. Where features act together, the part that the model would give this very row may differ, and so would its others.
 */
export function movesOf(of: Slice, row: number, threshold: number, features: readonly number[]): Move[] {
  let said = of.base;
  for (let feature = 0; feature < of.features; feature++) said += of.part(row, feature);
  return features.map((feature) => {
    const without = said - of.part(row, feature);
    const groups = groupsOf(of, feature).map((rows): Group => {
      const parts = rows.map((other) => of.part(other, feature));
      const [low, high] = [parts.reduce((a, b) => Math.min(a, b)), parts.reduce((a, b) => Math.max(a, b))];
      return {
        from: of.value(rows[0]!, feature),
        to: of.value(rows.at(-1)!, feature),
        rows: rows.length,
        mean: without + parts.reduce((sum, part) => sum + part, 0) / rows.length,
        low: without + low,
        high: without + high,
        share: parts.filter((part) => without + part >= threshold !== said >= threshold).length / rows.length,
        own: rows.includes(row),
      };
    });
    const own = groups.findIndex((group) => group.own);
    const near = groups
      .map((group, i) => ({ group, far: Math.abs(i - own) }))
      .filter(({ group }) => !group.own && group.share >= 0.5)
      .sort((a, b) => (of.levels(feature) ? b.group.share - a.group.share : a.far - b.far));
    return { feature, groups, crossing: near[0]?.group ?? null };
  });
}

/** Rows of each category, or of each range of numbers, about as many in each, equal numbers together; rows without a value last. */
function groupsOf(of: Slice, feature: number): number[][] {
  const all = Array.from({ length: of.rows }, (_, row) => row);
  const missing = all.filter((row) => of.value(row, feature) === null);
  const known = all.filter((row) => of.value(row, feature) !== null);
  const levels = of.levels(feature);
  const groups: number[][] = [];
  if (levels !== null) {
    for (const level of levels) groups.push(known.filter((row) => of.value(row, feature) === level));
  } else {
    const value = (row: number): number => of.value(row, feature) as number;
    known.sort((a, b) => value(a) - value(b) || a - b);
    const distinct = new Set(known.map(value)).size;
    const size = distinct <= MOST ? 1 : known.length / MOST;
    for (const row of known) {
      const last = groups.at(-1);
      if (last && (value(last.at(-1)!) === value(row) || last.length < size)) last.push(row);
      else groups.push([row]);
    }
  }
  return [...groups, missing].filter((group) => group.length > 0);
}

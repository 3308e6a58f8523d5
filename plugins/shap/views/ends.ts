import { letters, ramp } from './colours.ts';
import { rowsOf, type Slice } from './explanation.ts';

interface End {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly fill: string;
}

export interface Ends {
  readonly start: readonly End[];
  readonly end: readonly End[];
}

/** How the names are written. */
export const ENDS = {
  x: 'x',
  y: 'y',
  text: 'text',
  fill: 'fill',
  stroke: 'var(--paper, canvas)',
  strokeWidth: 3,
  fontSize: 12,
} as const;

/** At both ends of a row of categories, which of them lies there: the one with the lowest mean and the one with the highest. */
export function endsOf(of: Slice, chosen: readonly number[], dark: boolean): Ends {
  const found = { start: [] as End[], end: [] as End[] };
  chosen.forEach((feature, place) => {
    const levels = of.levels(feature);
    if (levels === null || levels.length < 2) return;
    const groups = levels.map((level, i) => {
      const parts = rowsOf(of)
        .filter((row) => of.value(row, feature) === level)
        .map((row) => of.part(row, feature));
      return {
        level,
        fill: letters(ramp(i / (levels.length - 1), dark), dark),
        parts,
        mean: parts.reduce((sum, part) => sum + part, 0) / parts.length,
      };
    });
    const sorted = groups.filter(({ parts }) => parts.length > 0).sort((a, b) => a.mean - b.mean);
    const [low, high] = [sorted[0], sorted.at(-1)];
    if (low === undefined || high === undefined || low === high) return;
    const all = sorted.flatMap(({ parts }) => parts);
    found.start.push({ x: all.reduce((a, b) => Math.min(a, b)), y: place, text: low.level, fill: low.fill });
    found.end.push({ x: all.reduce((a, b) => Math.max(a, b)), y: place, text: high.level, fill: high.fill });
  });
  return found;
}

/** Wide enough for the dots and, at both ends, the names of categories. */
export function domainOf({ start, end }: Ends, least: number, most: number, pixels: number): [number, number] {
  if (least === most) return [least - 1, most + 1];
  const perPixel = (1.15 * (most - least)) / pixels;
  const room = ({ text }: End): number => (text.length * 6.8 + 12) * perPixel;
  const pad = 0.03 * (most - least);
  return [
    Math.min(least - pad, ...start.map((item) => item.x - room(item))),
    Math.max(most + pad, ...end.map((item) => item.x + room(item))),
  ];
}

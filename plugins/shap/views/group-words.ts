import type { Slice } from './explanation.ts';
import { number, withUnit } from './ink.ts';
import type { Group, Move } from './moves.ts';

/** The values of a group: a category, a number, or a range. */
export function namedIn(of: Slice, { feature }: Move, { from, to }: Group): string {
  if (from === null) return 'missing';
  if (typeof from === 'string' || typeof to !== 'number') return String(from);
  return withUnit(from === to ? number(from) : `${number(from)} to ${number(to)}`, of.unitOf(feature));
}

/** How many of its rows carry the prediction over. */
export const percent = ({ share }: Group): string => `${Math.round(100 * share)} %`;

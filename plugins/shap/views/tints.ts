import { half } from './certainty.ts';
import { mix, PAPER, RAMP } from './colours.ts';

/** How a piece of text is shown. */
export interface Tint {
  /** Ground behind it; letters of the ink stay readable on it. */
  readonly ground: string;
  /** The line under it. */
  readonly line: string;
  /** It may as well add nothing: its 95 % interval holds 0. */
  readonly unsure: boolean;
}

/** Most of the colour that goes into the ground: more, and the letters on it would be hard to read. */
const MOST = { light: 0.5, dark: 0.42 } as const;

/** @param largest size of any piece */
export function tintOf(part: number, error: number, largest: number, dark: boolean): Tint {
  const scheme = dark ? 'dark' : 'light';
  const [low, , high] = RAMP[scheme];
  const colour = part < 0 ? low : high;
  const unsure = !Number.isFinite(part) || (error > 0 && Math.abs(part) < half(error));
  const share = Number.isFinite(part) && largest > 0 ? Math.min(1, Math.abs(part) / largest) : 0;
  const ground = mix(PAPER[scheme], colour, MOST[scheme] * share * (unsure ? 0.35 : 1));
  return { ground, line: share === 0 ? PAPER[scheme] : mix(PAPER[scheme], colour, 0.35 + 0.65 * share), unsure };
}

/** Pieces that come with spaces of their own stand as they are; words without are parted. */
export function spaced(segments: readonly string[]): string[] {
  const own = segments.some((segment) => /^\s|\s$/u.test(segment));
  if (own) return [...segments];
  return segments.map((segment, i) => (i === 0 || /^[,.;:!?)\]’”%]/u.test(segment) ? segment : ` ${segment}`));
}

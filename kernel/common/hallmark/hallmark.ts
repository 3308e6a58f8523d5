/**
 * The hallmark: what a root digest looks like. A solid punch with a figure and a row of pips struck out of it, in one colour, so that two
 * people compare runs at a glance and a changed run looks changed. For the eye only: it shows 16 bits and says 24 more; digests decide.
 */
import { fromHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { circle, FIGURES, polar, PUNCHES, sweep, type Polygon } from './shapes.ts';
import { HALLMARK_WORDS } from './words.ts';

export interface Hallmark {
  readonly viewBox: '0 0 24 24';
  /** Fill it with one colour, `fill-rule: evenodd`. */
  readonly path: string;
  /** For screen readers, and to say on the telephone. */
  readonly words: string;
}

export interface HallmarkOptions {
  /** Cracked in two: a check failed. */
  readonly broken?: boolean;
}

const CENTRE = 12;
const PIPS = 12;
const NUMBERS = ['three', 'four', 'five', 'six', 'seven', 'eight'] as const;

interface Mark {
  readonly polygons: readonly Polygon[];
  readonly words: string;
}

/** @throws VALUE_MALFORMED unless `digest` is 64 hex digits */
function mark(digest: Digest): Mark {
  const bytes = fromHex(digest);
  if (bytes?.length !== 32) throw new AssayError('VALUE_MALFORMED', 'A digest has 64 lower-case hex digits.');
  const [a, b, c, d, e] = bytes as unknown as [number, number, number, number, number];
  const { name: punch, outline, scale } = PUNCHES[a % PUNCHES.length]!;
  const [figure, draw] = FIGURES[b % FIGURES.length]!;
  const count = 3 + (c % 6);
  const pierced = d % 2 === 1;
  const angles = pipAngles(e);
  const pips = angles.map((angle) => circle(0.72, polar(angle, outline(angle) * 0.8), 12));
  const cut = [...draw(count), ...(pierced ? [circle(figure === 'cluster' ? 0.7 : 1)] : [])];
  const spoken = [bytes[29]!, bytes[30]!, bytes[31]!].map((byte) => HALLMARK_WORDS[byte]!).join(' ');
  const pipWords = pips.length === 0 ? 'no pips' : pips.length === 1 ? 'one pip' : `${pips.length} pips`;
  return {
    polygons: [
      sweep(144, outline),
      ...cut.map((polygon) => polygon.map(([x, y]) => [x * scale, y * scale] as const)),
      ...pips,
    ],
    words: `${punch}, ${figure} of ${NUMBERS[count - 3]}${pierced ? ', pierced' : ''}, ${pipWords}: ${spoken}`,
  };
}

/** Seven bits, mirrored left and right: top, five pairs, bottom. */
function pipAngles(byte: number): number[] {
  return Array.from({ length: PIPS }, (_, index) => index)
    .filter((index) => (byte >> Math.min(index, PIPS - index)) & 1)
    .map((index) => (index / PIPS) * 2 * Math.PI);
}

/** @throws VALUE_MALFORMED unless `digest` is 64 hex digits */
export function drawHallmark(digest: Digest): Hallmark {
  const { polygons, words } = mark(digest);
  return { viewBox: '0 0 24 24', path: polygons.map(pathOf).join(''), words };
}

function pathOf(polygon: Polygon): string {
  return `M${polygon.map(([x, y]) => `${round(CENTRE + x)} ${round(CENTRE + y)}`).join('L')}Z`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** A whole SVG document in `currentColor`. */
export function hallmarkSvg(digest: Digest, { broken = false }: HallmarkOptions = {}): string {
  const { viewBox, path, words } = drawHallmark(digest);
  const label = `${broken ? 'Broken hallmark' : 'Hallmark'}: ${words}`;
  const whole = `<path fill-rule="evenodd" d="${path}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" fill="currentColor" role="img" aria-label="${label}">${broken ? halves(digest, whole) : whole}</svg>`;
}

/** Where it cracks, from top to bottom. */
const CRACK = '15.5 -2L12.6 7L15 10.5L9.4 15.5L11.4 18.5L8.6 26';

function halves(digest: Digest, whole: string): string {
  const half = (side: 'l' | 'r', edge: number, move: string): string => {
    const id = `crack-${digest.slice(0, 8)}-${side}`;
    return `<clipPath id="${id}"><path d="M${CRACK}L${edge} 26L${edge} -2Z"/></clipPath><g transform="${move}"><g clip-path="url(#${id})">${whole}</g></g>`;
  };
  return (
    half('l', -2, 'translate(.4 1) scale(.94) rotate(-4 12 24)') +
    half('r', 26, 'translate(1.2 1) scale(.94) rotate(5 12 24)')
  );
}

export function hallmarkWords(digest: Digest): string {
  return mark(digest).words;
}

/** Braille cells are 2 dots wide and 4 high: this many dots each way. */
const DOTS = 28;
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Seven lines of 14 characters for a terminal. */
export function hallmarkText(digest: Digest): string {
  const { polygons } = mark(digest);
  const inked = (column: number, row: number): boolean =>
    inside(polygons, ((column + 0.5) / DOTS - 0.5) * 24, ((row + 0.5) / DOTS - 0.5) * 24);
  return Array.from({ length: DOTS / 4 }, (_, line) =>
    Array.from({ length: DOTS / 2 }, (__, cell) => {
      let bits = 0x2800;
      BRAILLE.forEach((pair, y) => pair.forEach((bit, x) => (bits |= inked(2 * cell + x, 4 * line + y) ? bit : 0)));
      return String.fromCharCode(bits);
    }).join(''),
  ).join('\n');
}

/** Even-odd rule over all polygons. */
function inside(polygons: readonly Polygon[], x: number, y: number): boolean {
  let odd = false;
  for (const polygon of polygons) {
    let [fromX, fromY] = polygon.at(-1)!;
    for (const [toX, toY] of polygon) {
      if (toY > y !== fromY > y && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) odd = !odd;
      [fromX, fromY] = [toX, toY];
    }
  }
  return odd;
}

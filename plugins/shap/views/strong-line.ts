import { whisker } from './whiskers.ts';
import { shape } from './raster.ts';

/** Where lines lie in a drawing: its scales, and the room for what is written. */
interface Place {
  readonly document: Document;
  readonly left: number;
  readonly width: number;
  x(value: number): number;
  y(level: number): number;
}

/** One line before all others. */
export function strongLine({ document, x, y }: Place, path: Float64Array, stroke: string): SVGElement[] {
  const d = `M${Array.from(path, (value, level) => `${x(value).toFixed(1)},${y(level).toFixed(1)}`).join('L')}`;
  const line = { d, fill: 'none', 'stroke-linejoin': 'round' };
  return [
    shape(document, 'path', { ...line, stroke: 'var(--paper, canvas)', 'stroke-width': 6, 'stroke-opacity': 0.9 }),
    shape(document, 'path', { ...line, stroke, 'stroke-width': 2.4 }),
  ];
}

/** Where each of its steps might as well have ended. @param reach of each step, to either side */
export function whiskersOn({ document, x, y }: Place, path: Float64Array, reach: readonly number[]): SVGElement[] {
  return reach.flatMap((within, step) => {
    const [end, at] = [path[step + 1]!, y(step + 1)];
    return within > 0 ? whisker(document, [x(end - within), at], [x(end + within), at]) : [];
  });
}

/** What is written along it: the value of each step beside it, and where it ends over its end. */
export function wordsOn(place: Place, path: Float64Array, values: readonly string[], end: string): SVGElement[] {
  const { x, y, left, width } = place;
  const words = values.map((value, level) => {
    const at = (x(path[level]!) + x(path[level + 1]!)) / 2;
    const far = at > width - 90;
    return wordAt(place.document, value, at + (far ? -8 : 8), (y(level) + y(level + 1)) / 2, far ? 'end' : 'start');
  });
  const to = x(path.at(-1)!);
  const anchor = to > width - 90 ? 'end' : to < left + 50 ? 'start' : 'middle';
  const last = wordAt(place.document, end, to, y(values.length) - 13, anchor);
  last.setAttribute('font-weight', '600');
  return [...words, last];
}

function wordAt(document: Document, content: string, x: number, y: number, anchor: string): SVGElement {
  const word = shape(document, 'text', {
    x,
    y,
    'text-anchor': anchor,
    'dominant-baseline': 'central',
    fill: 'currentColor',
    stroke: 'var(--paper, canvas)',
    'stroke-width': 3,
    'paint-order': 'stroke',
    'stroke-linejoin': 'round',
  });
  word.textContent = content;
  return word;
}

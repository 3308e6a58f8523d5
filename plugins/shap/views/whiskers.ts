import { legendLine } from './ink.ts';
import { shape } from './raster.ts';

/** An interval in a drawing: a line with its ends marked, on a ground that parts it from what lies under it. */
export function whisker(
  document: Document,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
): SVGElement[] {
  const upright = from[0] === to[0];
  const ends = [from, to].map(([x, y]) => (upright ? `M${x - 3},${y}h6` : `M${x},${y - 3}v6`)).join('');
  const line = { d: `M${from.join(',')}L${to.join(',')}${ends}`, fill: 'none' };
  return [
    shape(document, 'path', { ...line, stroke: 'var(--paper, canvas)', 'stroke-width': 3.5, 'stroke-opacity': 0.8 }),
    shape(document, 'path', { ...line, stroke: 'currentColor', 'stroke-width': 1.25 }),
  ];
}

/** Says what the whiskers of a picture are. */
export function whiskerKey(document: Document, words = '95 % interval'): HTMLElement {
  const item = legendLine(document, '');
  const sample = shape(document, 'svg', { width: 22, height: 8, viewBox: '0 0 22 8', 'aria-hidden': 'true' });
  const line = { d: 'M1,4H21M1,1v6M21,1v6', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.25 };
  sample.append(shape(document, 'path', line));
  item.append(sample, words);
  return item;
}

/** A legend with what the whiskers are beside it. */
export function besides(document: Document, legend: Element | undefined, key: Element): Element {
  if (legend === undefined) return key;
  const both = document.createElement('div');
  both.style.cssText = 'display:flex;flex-wrap:wrap;gap:2px 18px;justify-content:flex-end';
  both.append(key, legend);
  return both;
}

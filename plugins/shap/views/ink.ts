import { rowsOf, type Slice } from './explanation.ts';
import { along, RAMP } from './colours.ts';
import type { ViewOptions } from './options.ts';
import type { Drawn } from './picture.ts';
import { shape } from './raster.ts';
import { number, withUnit } from './numbers.ts';

export { aligned, count, inUnit, number, withUnit } from './numbers.ts';

/** Attribution diverges between two colours that colour-blind readers tell apart; the page's tokens adapt them to the dark. */
export const DOWN = 'var(--negative, #3B6FB6)';
export const UP = 'var(--positive, #C8502D)';
export const MISSING = 'var(--grey-3, #b9b5ab)';
/** For canvases, which know no tokens. */
export const MISSING_HEX = '#9d998f';
export const MISSING_RGB = [0x9d, 0x99, 0x8f] as const;
export const QUIET = 'var(--grey, #55534d)';
export const FAINT = 'var(--line, #8884)';
const FONT = 'var(--sans, Inter, system-ui, sans-serif)';

/** Style of every drawing. */
export const STYLE = `background:transparent;font:12px ${FONT};overflow:visible;--plot-background:var(--raised,canvas)`;

export function shown(of: Slice, row: number, feature: number): string {
  const value = of.value(row, feature);
  if (value === null) return 'missing';
  return typeof value === 'string' ? value : withUnit(number(value), of.unitOf(feature));
}

/** Where a feature's values lie between low (5th percentile) and high (95th); categories by their order. */
export interface Shares {
  of(row: number): number | null;
  /** The ends in words; for numbers only. */
  readonly low: string;
  readonly high: string;
}

export function shares(of: Slice, feature: number): Shares {
  const levels = of.levels(feature);
  if (levels !== null) {
    const last = Math.max(1, levels.length - 1);
    const at = (row: number): number | null => {
      const value = of.value(row, feature);
      return value === null ? null : levels.indexOf(String(value)) / last;
    };
    return { of: at, low: levels[0] ?? '', high: levels.at(-1) ?? '' };
  }
  const known = rowsOf(of)
    .map((row) => of.value(row, feature))
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  const low = known[Math.floor(known.length * 0.05)] ?? 0;
  const high = known[Math.ceil(known.length * 0.95) - 1] ?? 1;
  return {
    of(row) {
      const value = of.value(row, feature);
      return typeof value === 'number' ? (high > low ? (value - low) / (high - low) : 0.5) : null;
    },
    low: number(low),
    high: withUnit(number(high), of.unitOf(feature)),
  };
}

/** Shortens a name so that it keeps to its room. */
export const fit = (text: string, px: number): string => {
  const letters = Math.max(4, Math.floor(px / 6.4));
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
};

/** A drawing with the sentence that says it to those who can't see it. */
export const figure = (drawing: Element, says: string, legend?: Element): Drawn => ({
  drawing,
  says,
  ...(legend ? { legend } : {}),
});

/** A line of small print over a drawing, to the right. */
export function legendLine(document: Document, title: string): HTMLElement {
  const box = document.createElement('div');
  box.style.cssText = `display:flex;flex-wrap:wrap;gap:2px 10px;align-items:center;justify-content:flex-end;font:12px ${FONT};color:${QUIET}`;
  box.append(title);
  return box;
}

/** A gradient with its ends named. */
export function gradient({ document, dark }: ViewOptions, title: string, low: string, high: string): HTMLElement {
  return scale(document, title, RAMP[dark ? 'dark' : 'light'], low, high);
}

/** Colours from left to right between the words for their ends. */
export function scale(
  document: Document,
  title: string,
  colours: readonly string[],
  low: string,
  high: string,
): HTMLElement {
  const box = legendLine(document, title);
  const bar = shape(document, 'svg', { width: 84, height: 7, viewBox: '0 0 84 7', 'aria-hidden': 'true' });
  const steps = 42;
  for (let step = 0; step < steps; step++) {
    const fill = along(colours, step / (steps - 1));
    bar.append(shape(document, 'rect', { x: step * 2, y: 0, width: 2.2, height: 7, fill }));
  }
  box.append(span(document, low), bar, span(document, high));
  return box;
}

/** A dot and its name. */
export function key(document: Document, color: string, name: string): HTMLElement {
  const item = span(document, name);
  const dot = document.createElement('span');
  dot.style.cssText = `display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:5px;background:${color}`;
  item.prepend(dot);
  return item;
}

function span(document: Document, content: string): HTMLElement {
  const item = document.createElement('span');
  item.textContent = content;
  return item;
}

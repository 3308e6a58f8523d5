import type { Slice } from './explanation.ts';

/** Attribution diverges between two colours that colour-blind readers tell apart. */
export const DOWN = '#3B6FB6';
export const UP = '#C8502D';
const MIDDLE = '#A9A2A0';
export const MISSING = 'var(--grey-2, #8a8580)';
export const INK = 'var(--ink, currentColor)';
export const FAINT = 'var(--line, #8884)';

const format = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** Three significant digits, with a true minus sign. */
export const number = (value: number): string => format.format(value).replace('-', '−');
export const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));

export function shown(value: number | string | null, unit: string): string {
  if (value === null) return 'missing';
  return typeof value === 'string' ? value : `${number(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** Blue for low over grey to orange-red for high; `share` from 0 to 1. */
export function ramp(share: number): string {
  const t = Math.min(1, Math.max(0, share)) * 2;
  return t < 1 ? mix(DOWN, MIDDLE, t) : mix(MIDDLE, UP, t - 1);
}

const channel = (hex: string, i: number): number => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);

function mix(from: string, to: string, t: number): string {
  return `#${[0, 1, 2]
    .map((i) =>
      Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * t)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Where a feature's values lie between low (5th percentile) and high (95th); categories by name; null where missing. */
export function shares(of: Slice, feature: number): (row: number) => number | null {
  if (of.isText(feature)) {
    const levels = [...new Set(rowsOf(of).map((row) => of.value(row, feature)))]
      .filter((level) => level !== null)
      .sort();
    const last = Math.max(1, levels.length - 1);
    return (row) => {
      const value = of.value(row, feature);
      return value === null ? null : levels.indexOf(value) / last;
    };
  }
  const known = rowsOf(of)
    .map((row) => of.value(row, feature))
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  const low = known[Math.floor(known.length * 0.05)] ?? 0;
  const high = known[Math.ceil(known.length * 0.95) - 1] ?? 1;
  return (row) => {
    const value = of.value(row, feature);
    return typeof value === 'number' ? (high > low ? (value - low) / (high - low) : 0.5) : null;
  };
}

export const rowsOf = (of: Slice): number[] => Array.from({ length: of.rows }, (_, row) => row);

/** Shortens a name so that the margin keeps its width. */
export const fit = (text: string, letters = 22): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;

/** Wraps a drawing with the sentence that says it to those who can't see it. */
export function figure(document: Document, drawing: Element, says: string, legend?: Element): Element {
  const box = document.createElement('figure');
  box.style.cssText = 'margin:0';
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', says);
  if (legend !== undefined) box.append(legend);
  box.append(drawing);
  return box;
}

/** A gradient with its two ends named. */
export function gradient(document: Document, low: string, high: string, title: string): Element {
  const box = document.createElement('div');
  box.style.cssText =
    'display:flex;gap:8px;align-items:center;justify-content:flex-end;font:12px var(--font-ui,Inter,sans-serif);color:var(--grey-1,#6b6661);margin-bottom:4px';
  const bar = document.createElement('span');
  bar.style.cssText = `width:96px;height:8px;border-radius:4px;background:linear-gradient(90deg,${DOWN},${MIDDLE},${UP})`;
  box.append(text(document, title), text(document, low), bar, text(document, high));
  return box;
}

function text(document: Document, content: string): Element {
  const span = document.createElement('span');
  span.textContent = content;
  return span;
}

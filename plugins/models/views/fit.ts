import type { Tensor } from '#common/data.ts';

/** What `models.train` gives, as far as it is drawn. */
export interface Fit {
  readonly target: string;
  readonly task: 'regression' | 'binary';
  readonly trees: number;
  readonly importance: readonly { readonly feature: string; readonly gain: number; readonly splits: number }[];
  readonly history: { readonly loss: 'rmse' | 'logloss'; readonly train: Tensor; readonly watched: Tensor | null };
}

/** What the frame gives every drawing. */
export interface ViewOptions {
  readonly width: number;
  readonly dark: boolean;
  readonly document: Document;
  /** Most features of `importance`. Default 12. */
  readonly top?: number;
}

export const LEARNED = 'var(--negative, #3B6FB6)';
export const WATCHED = 'var(--positive, #C8502D)';
export const FAINT = 'var(--line, #8884)';

/** Style of every drawing. */
export const STYLE =
  'background:transparent;font:12px var(--sans, Inter, system-ui, sans-serif);overflow:visible;--plot-background:var(--raised,canvas)';

const format = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
export const number = (value: number): string => format.format(value).replace('-', '−');

/** Wraps a drawing with the sentence that says it to those who can't see it. */
export function figure(document: Document, drawing: Element, says: string): Element {
  const box = document.createElement('figure');
  box.style.cssText = 'margin:0';
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', says);
  box.append(drawing);
  return box;
}

/** Markdown in the frame: `md` for view cells, and prose whose expressions are filled in. */
import { marked } from 'marked';
import { nodesOf } from './html.ts';
import { inspect } from './inspect.ts';

const HOLE = (i: number): string => `<span data-hole="${i}"></span>`;

/** Markdown with values in it: nodes and text, never markup. */
export function md(strings: readonly string[], ...values: readonly unknown[]): HTMLElement {
  const box = document.createElement('div');
  box.className = 'prose';
  box.append(prose({ text: strings, values }));
  return box;
}

export function prose({
  text,
  values,
}: {
  readonly text: readonly string[];
  readonly values: readonly unknown[];
}): DocumentFragment {
  const source = text.reduce((whole, piece, i) => (i === 0 ? piece : whole + HOLE(i - 1) + piece), '');
  const template = document.createElement('template');
  template.innerHTML = marked.parse(source, { async: false, gfm: true });
  for (const hole of template.content.querySelectorAll<HTMLElement>('[data-hole]')) {
    hole.replaceWith(...shown(values[Number(hole.dataset['hole'])]));
  }
  return template.content;
}

/** Numbers to six figures, since nobody reads sixteen in a sentence; objects as the inspector shows them. */
function shown(value: unknown): Node[] {
  if (typeof value === 'number') {
    const figure = document.createElement('span');
    figure.className = 'figure';
    figure.textContent = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
    figure.title = String(value);
    return [figure];
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object')) {
    return value.flatMap((item, i) => (i === 0 ? shown(item) : [new Text(', '), ...shown(item)]));
  }
  const isPlainObject =
    typeof value === 'object' && value !== null && !(value instanceof Node) && !(Symbol.iterator in value);
  return isPlainObject ? [inspect(value)] : nodesOf(value);
}

import { checkExplanation, type Explanation } from './explanation.ts';
import { QUIET } from './ink.ts';
import type { ViewOptions } from './options.ts';
import { outputPicker, rowPicker } from './pickers.ts';
import { choiceOf, choose, follow } from './shared.ts';

/** What a drawing gives. */
export interface Drawn {
  readonly drawing: Element;
  /** The sentence that says it to those who can't see it. */
  readonly says: string;
  readonly legend?: Element;
  /** Shows which row is chosen; a drawing without it is made anew for another row. */
  readonly mark?: (row: number | null) => void;
}

/** What a drawing is made with: what was asked for, and what has been chosen on the page since. */
export interface Scene extends ViewOptions {
  choose(row: number | null): void;
  /** Shows a few lines beside a place in the drawing; nothing for null. */
  tip(at: { readonly x: number; readonly y: number; readonly text: string } | null): void;
}

type Draw = (explanation: Explanation, scene: Scene) => Drawn;

/**
 * A picture of an explanation: the drawing, over it its legend and what can be chosen. Pictures of one explanation share the choice.
 *
 * @param of whether it shows one row, many, or none in particular
 */
export function picture(
  draw: Draw,
  of: 'row' | 'rows' | 'none',
): (explanation: Explanation, options: ViewOptions) => Element {
  return (explanation, options) => {
    checkExplanation(explanation);
    const { document } = options;
    const box = document.createElement('figure');
    box.style.cssText = 'margin:0;position:relative';
    const [rows = 0, features = 0, outputs = 1] = explanation.values.shape;
    if (rows === 0 || features === 0) {
      box.append(nothing(document, rows === 0 ? 'no rows' : 'no features'));
      return box;
    }
    const head = line(document);
    const legend = document.createElement('div');
    legend.style.cssText = 'margin-left:auto';
    const body = document.createElement('div');
    body.setAttribute('role', 'img');
    body.style.cssText = 'position:relative';
    const tip = tipOver(body, options.width);
    const output = outputs > 1 && options.output === undefined ? outputPicker(document, explanation) : null;
    const row =
      of === 'none' || rows < 2 ? null : rowPicker(document, explanation, of === 'row' ? (options.row ?? 0) : null);
    let shown = choiceOf(explanation);
    let drawn: Drawn | null = null;

    const render = (): void => {
      const now = choiceOf(explanation);
      output?.update();
      row?.update();
      if (drawn === null || now.output !== shown.output || (of === 'row' && now.row !== shown.row)) {
        drawn = draw(explanation, sceneOf(explanation, options, tip));
        body.setAttribute('aria-label', drawn.says);
        body.replaceChildren(drawn.drawing, tip.node);
        legend.replaceChildren(...(drawn.legend ? [drawn.legend] : []));
      }
      shown = now;
      drawn.mark?.(now.row);
      head.hidden = !drawn.legend && [output, row].every((picker) => picker === null || picker.node.hidden);
      head.style.display = head.hidden ? 'none' : 'flex';
    };
    head.append(...[output?.node, row?.node].filter((node) => node !== undefined), legend);
    box.append(head, body);
    render();
    follow(explanation, box, render);
    return box;
  };
}

function sceneOf(explanation: Explanation, options: ViewOptions, tip: Tip): Scene {
  const { row, output } = choiceOf(explanation);
  const scene = { ...options, choose: (next: number | null) => choose(explanation, { row: next }), tip: tip.show };
  if (row !== null) Object.assign(scene, { row });
  if (output !== null && options.output === undefined) Object.assign(scene, { output });
  return scene;
}

/** A line over a drawing: on the left what can be chosen, on the right the legend. */
export function line(document: Document): HTMLElement {
  const head = document.createElement('div');
  head.style.cssText = `display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center;font:12px var(--sans, system-ui);color:${QUIET};margin-bottom:4px`;
  return head;
}

export function nothing(document: Document, what: string): Element {
  const text = document.createElement('p');
  text.style.cssText = `margin:0;font:13px var(--sans, system-ui);color:${QUIET}`;
  text.textContent = `The explanation has ${what}: there is nothing to draw.`;
  return text;
}

export interface Tip {
  readonly node: HTMLElement;
  readonly show: Scene['tip'];
}

/** A few lines that stay beside the pointer and within the drawing. */
export function tipOver(over: HTMLElement, width: number): Tip {
  const node = over.ownerDocument.createElement('div');
  node.style.cssText =
    'position:absolute;top:0;left:0;pointer-events:none;white-space:pre-line;font:12px/1.45 var(--sans, system-ui);padding:5px 9px;' +
    'border-radius:4px;background:var(--raised, canvas);color:var(--ink, canvastext);border:1px solid var(--line-strong, var(--line, #8888));max-width:240px;overflow-wrap:anywhere;z-index:1';
  node.hidden = true;
  node.setAttribute('data-passing', '');
  return {
    node,
    show(at) {
      node.hidden = at === null;
      if (at === null) return;
      node.textContent = at.text;
      const scale = over.clientWidth / width || 1;
      const left = at.x * scale + 12;
      const beside = left + node.offsetWidth > over.clientWidth ? at.x * scale - 12 - node.offsetWidth : left;
      node.style.transform = `translate(${Math.max(0, beside)}px, ${Math.max(0, at.y * scale - node.offsetHeight - 6)}px)`;
    },
  };
}

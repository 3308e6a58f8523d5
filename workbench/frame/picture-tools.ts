/** Quiet buttons under a drawing, which hand it to the page as a picture. The page alone can make a file or reach the clipboard. */
import { element } from './element.ts';
import { pictureSvg } from './picture-svg.ts';

export type PictureKind = 'svg' | 'png';
export type Hand = (kind: PictureKind, svg: string) => void;

/** What is of the page and in no picture: these buttons, and what comes and goes with the pointer. */
const PASSING = '.picture-tools, [data-passing], [aria-label="tip"]';
/** What a drawing is made of. Text and tables alone are copied as they are. */
const DRAWN = 'svg, canvas, img';

export const pictureOf = (drawing: Element): string => pictureSvg(drawing, PASSING);

/** Under a figure that a plugin has made. */
export function withTools(made: unknown, hand: Hand): unknown {
  if (made instanceof HTMLElement && made.localName === 'figure') made.append(toolsFor(made, hand));
  return made;
}

/** Under all that a cell has drawn itself, as one picture. What a plugin has made has its own. */
export function addTools(drawing: HTMLElement, hand: Hand): void {
  drawing.querySelector(':scope > .picture-tools')?.remove();
  const drawn = Array.from(drawing.querySelectorAll(DRAWN)).some(
    (mark) => mark.closest('figure:has(> .picture-tools)') === null,
  );
  if (drawn) drawing.append(toolsFor(drawing, hand));
}

function toolsFor(drawing: Element, hand: Hand): HTMLElement {
  const tools = element('div', 'picture-tools');
  for (const kind of ['svg', 'png'] as const) {
    const button = element('button', '', kind.toUpperCase());
    button.type = 'button';
    button.title = `Save or copy as ${kind.toUpperCase()}`;
    button.setAttribute('aria-label', `Save this picture as ${kind.toUpperCase()}`);
    button.addEventListener('click', () => hand(kind, pictureOf(drawing)));
    tools.append(button);
  }
  return tools;
}

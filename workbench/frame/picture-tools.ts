/** Quiet buttons under a plugin's drawing, which hand it to the page as a picture. The page alone can make a file or reach the clipboard. */
import { element } from './element.ts';
import { pictureSvg } from './picture-svg.ts';

export type PictureKind = 'svg' | 'png';

/** What is of the page and in no picture: these buttons, and what comes and goes with the pointer. */
const PASSING = '.picture-tools, [data-passing]';

export function withTools(made: unknown, hand: (kind: PictureKind, svg: string) => void): unknown {
  if (!(made instanceof HTMLElement) || made.localName !== 'figure') return made;
  const tools = element('div', 'picture-tools');
  for (const kind of ['svg', 'png'] as const) {
    const button = element('button', '', kind.toUpperCase());
    button.type = 'button';
    button.title = `Save as ${kind.toUpperCase()}`;
    button.setAttribute('aria-label', `Save this picture as ${kind.toUpperCase()}`);
    button.addEventListener('click', () => hand(kind, pictureSvg(made, PASSING)));
    tools.append(button);
  }
  made.append(tools);
  return made;
}

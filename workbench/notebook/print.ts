/**
 * A sheet on paper. What the cells drew lies in the frame behind the page, at places that were measured on the screen, so the sheet is
 * printed as it stands there, with nothing laid out anew. Blocks that would lie across two pages are moved down first.
 */

/** Height of a page without its margins in print.css, in CSS pixels. */
const PAGE = (303 / 25.4) * 96;
/** Room left and right of the column, for the ground of code. */
const BESIDE = 20;
/** A frame is laid out, told the new places, and draws. */
const SETTLE = 400;

/** Asks for the sheet on paper, as Ctrl P does. */
export const PRINT = 'assay:print';

/**
 * Makes Ctrl P and the browser's own menu print the sheet. Returns the function that ends it.
 *
 * @param light shows what cells drew as on light paper, or again as the page is
 */
export function printSheet(sheet: HTMLElement, light: (on: boolean) => Promise<void>): () => void {
  const before = (): void => measure(sheet);
  const key = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== 'p' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    dispatchEvent(new Event(PRINT));
  };
  const start = async (): Promise<void> => {
    await light(true);
    turnPages(sheet);
    setTimeout(() => print(), SETTLE);
  };
  const asked = (): void => void start();
  const after = (): void => {
    for (const block of blocksOf(sheet)) block.style.marginTop = '';
    void light(false);
  };
  addEventListener('beforeprint', before);
  addEventListener('afterprint', after);
  addEventListener('keydown', key);
  addEventListener(PRINT, asked);
  return () => {
    removeEventListener('beforeprint', before);
    removeEventListener('afterprint', after);
    removeEventListener('keydown', key);
    removeEventListener(PRINT, asked);
  };
}

const blocksOf = (sheet: HTMLElement): HTMLElement[] => [
  ...sheet.querySelectorAll<HTMLElement>('.text, .cell, .seal-footer'),
];

/** Left edge of the column, in the sheet. */
function leftOf(sheet: HTMLElement): number {
  const body = sheet.querySelector('.cell-body, .text-body')?.getBoundingClientRect();
  return body ? body.left - sheet.getBoundingClientRect().left : BESIDE;
}

/** Fixes what the print style sheet needs to know of the screen. */
function measure(sheet: HTMLElement): void {
  const style = getComputedStyle(sheet);
  const foot = sheet.querySelector('.seal-footer')?.getBoundingClientRect().bottom ?? Number.POSITIVE_INFINITY;
  const height = Math.min(sheet.offsetHeight, foot - sheet.getBoundingClientRect().top);
  const set = (name: string, value: string): void => sheet.style.setProperty(name, value);
  set('--print-width', `${sheet.clientWidth}px`);
  set('--print-full', `${sheet.offsetHeight}px`);
  set('--print-height', `${height}px`);
  set('--print-left', `${BESIDE - leftOf(sheet)}px`);
  for (const name of ['--gutter', '--rail']) set(`--print${name.slice(1)}`, style.getPropertyValue(name));
}

/** Moves what would be cut in two to the next page; what is longer than a page stays. */
function turnPages(sheet: HTMLElement): void {
  const { top } = sheet.getBoundingClientRect();
  // All measured before any is moved: how far it takes effect at once depends on transitions.
  const measured = blocksOf(sheet).map((block) => ({ block, rect: block.getBoundingClientRect() }));
  let moved = 0;
  for (const { block, rect } of measured) {
    const begins = (rect.top - top + moved) % PAGE;
    if (rect.height >= PAGE || begins + rect.height <= PAGE) continue;
    // A pixel more, so that no rounding leaves its edge behind.
    const by = PAGE - begins + 1;
    block.style.marginTop = `${by}px`;
    moved += by;
  }
}

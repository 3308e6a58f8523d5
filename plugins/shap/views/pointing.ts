import type { Scene } from './picture.ts';

/** A place in a drawing that stands for a row. */
export interface Found {
  readonly row: number;
  /** Where what is said of it is shown, in the drawing's pixels. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** What lies under the pointer is told beside it; a click chooses its row, or no row where it was chosen already. */
export function pointing(
  drawing: SVGElement,
  { width, tip, choose }: Scene,
  find: (x: number, y: number) => Found | null,
  hover: (row: number | null) => void = () => undefined,
): (row: number | null) => void {
  let chosen: number | null = null;
  const at = (event: MouseEvent): Found | null => {
    const box = drawing.getBoundingClientRect();
    const scale = width / (box.width || width);
    return find((event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
  };
  drawing.addEventListener('pointermove', (event) => {
    const found = at(event);
    tip(found);
    hover(found?.row ?? null);
    drawing.style.cursor = found === null ? '' : 'pointer';
  });
  drawing.addEventListener('pointerleave', () => {
    tip(null);
    hover(null);
  });
  drawing.addEventListener('click', (event) => {
    const found = at(event);
    if (found) choose(found.row === chosen ? null : found.row);
  });
  return (row) => void (chosen = row);
}

/** The nearest of many points that is no further than `reach`, or -1. */
export function nearest(xs: ArrayLike<number>, ys: ArrayLike<number>, x: number, y: number, reach: number): number {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < xs.length; i++) {
    const [dx, dy] = [xs[i]! - x, ys[i]! - y];
    const distance = dx * dx + dy * dy;
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

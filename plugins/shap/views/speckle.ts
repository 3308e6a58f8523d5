import { channels } from './colours.ts';
import { type Box, cells, shape } from './raster.ts';

const SHARP = 2;

/** Many dots, set into pixels one by one: a million take a moment, where a canvas would take seconds. */
export interface Dots {
  /** In the drawing's own pixels. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Which of the colours each has; all the first without it. */
  readonly colour?: Uint8Array;
  readonly colours: readonly string[];
  /** Half a dot's width. */
  readonly half: number;
  /** How much one dot covers what is under it, from 0 to 1. */
  readonly cover: number;
}

export function speckled(document: Document, box: Box, { xs, ys, colour, colours, half, cover }: Dots): SVGElement {
  const [width, height] = [Math.max(1, Math.round(box.width * SHARP)), Math.max(1, Math.round(box.height * SHARP))];
  const pixels = new Uint8ClampedArray(4 * width * height);
  const known = colours.map(channels);
  const side = Math.max(1, Math.round(2 * half * SHARP));
  for (let i = 0; i < xs.length; i++) {
    const left = Math.round((xs[i]! - box.x - half) * SHARP);
    const top = Math.round((ys[i]! - box.y - half) * SHARP);
    const [red, green, blue] = known[colour?.[i] ?? 0]!;
    for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
        const at = 4 * (y * width + x);
        pixels[at] = red;
        pixels[at + 1] = green;
        pixels[at + 2] = blue;
        pixels[at + 3]! += (255 - pixels[at + 3]!) * cover;
      }
    }
  }
  return cells(document, box, width, height, pixels);
}

/** The same as marks of their own. */
export function circles(document: Document, { xs, ys, colour, colours, half, cover }: Dots): SVGElement {
  const group = shape(document, 'g', { 'aria-label': 'dot', 'fill-opacity': cover });
  xs.forEach((x, i) =>
    group.append(shape(document, 'circle', { cx: x, cy: ys[i]!, r: half, fill: colours[colour?.[i] ?? 0]! })),
  );
  return group;
}

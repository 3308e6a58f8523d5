import type { RenderFunction } from '@observablehq/plot';

/** More marks than this are painted on a canvas, which stands in the drawing as an image: it prints, and is copied, with the rest. */
export const MANY = 6000;
const SHARP = 2;
const SVG = 'http://www.w3.org/2000/svg';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An image at a place in a drawing, painted in the drawing's own pixels. */
export function painted(document: Document, box: Box, paint: (context: CanvasRenderingContext2D) => void): SVGElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(box.width * SHARP));
  canvas.height = Math.max(1, Math.round(box.height * SHARP));
  const context = canvas.getContext('2d')!;
  context.scale(canvas.width / box.width, canvas.height / box.height);
  context.translate(-box.x, -box.y);
  paint(context);
  return imageOf(document, box, canvas);
}

/** An image of as many pixels as there are cells, stretched without being smoothed. */
export function cells(
  document: Document,
  box: Box,
  columns: number,
  rows: number,
  pixels: Uint8ClampedArray<ArrayBuffer>,
): SVGElement {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  const image = imageOf(document, box, canvas);
  image.setAttribute('style', 'image-rendering:pixelated');
  return image;
}

function imageOf(document: Document, box: Box, canvas: HTMLCanvasElement): SVGElement {
  const image = document.createElementNS(SVG, 'image');
  for (const name of ['x', 'y', 'width', 'height'] as const) image.setAttribute(name, String(box[name]));
  image.setAttribute('preserveAspectRatio', 'none');
  image.setAttribute('href', canvas.toDataURL('image/png'));
  return image;
}

/** What a mark of Plot is drawn with: its scales, and all of the drawing. */
type Make = (x: (value: number) => number, y: (value: number) => number, box: Box, document: Document) => SVGElement;

/** A mark of Plot that is one image over the whole drawing. */
export const imageMark =
  (make: Make): RenderFunction =>
  (_index, { x, y }, _channels, { width, height }, { document }) =>
    make(x as never, y as never, { x: 0, y: 0, width, height }, document);

/** A shape in a drawing. */
export function shape(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** Words in a drawing; shortened ones tell all of themselves to the pointer. */
export function text(
  document: Document,
  content: string,
  attributes: Readonly<Record<string, string | number>>,
  whole = content,
): SVGElement {
  const element = shape(document, 'text', { 'dominant-baseline': 'central', fill: 'currentColor', ...attributes });
  element.textContent = content;
  if (whole !== content) {
    const title = shape(document, 'title', {});
    title.textContent = whole;
    element.append(title);
  }
  return element;
}

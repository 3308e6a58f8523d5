/**
 * A picture that the frame hands over may be anything: cells draw it. What is kept is shapes, text and images of pixels, each with
 * attributes that say how they look; a file of it, opened anywhere, runs nothing, loads nothing and links nowhere.
 */
import { AssayError } from '#common/errors.ts';

const SVG = 'http://www.w3.org/2000/svg';
const LONGEST = 24_000_000;
const MOST = 200_000;
const LARGEST = 8000;
const ELEMENTS = new Set([
  'svg', 'g', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan', 'image',
  'defs', 'clipPath', 'linearGradient', 'radialGradient', 'stop', 'marker',
]); // prettier-ignore
/** What names a part of the same picture, and nothing else. */
const NAMES = /^(?:fill|stroke|clip-path|marker-(?:start|mid|end))$/;
const NAMED = /^url\(["']?#[\w-]+["']?\)$/;
const ATTRIBUTES =
  /^(?:x|y|[xy][12]|d[xy]|r|r[xy]|c[xy]|d|points|width|height|viewBox|transform|preserveAspectRatio|fill|fill-opacity|stroke|stroke-(?:opacity|width|dasharray|linejoin|linecap)|opacity|font-(?:family|size|style|weight|variant-numeric)|text-anchor|textLength|offset|f[xy]|gradientUnits|gradientTransform|spreadMethod|clipPathUnits|marker(?:Width|Height|Units)|orient|ref[XY]|stop-color|stop-opacity|dominant-baseline|paint-order|image-rendering)$/;
const PIXELS = /^data:image\/png;base64,[A-Za-z0-9+/]*={0,2}$/;

export interface CheckedPicture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** @throws PICTURE_REFUSED when it is no SVG or too large; what has no place in a picture is left out. */
export function checkPicture(text: unknown): CheckedPicture {
  if (typeof text !== 'string' || text.length > LONGEST || /<!(?:DOCTYPE|ENTITY)/i.test(text)) throw refused();
  const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml');
  if (root.localName !== 'svg' || root.namespaceURI !== SVG) throw refused();
  const [width, height] = ['width', 'height'].map((name) => Number(root.getAttribute(name))) as [number, number];
  if (!(width >= 1 && width <= LARGEST && height >= 1 && height <= LARGEST)) throw refused();
  let count = 0;
  const clean = (from: Element): Element => {
    if (++count > MOST) throw refused();
    const made = document.createElementNS(SVG, from.localName);
    for (const { name, value } of from.attributes)
      if (isSafe(from.localName, name, value)) made.setAttribute(name, value);
    for (const child of from.childNodes) {
      if (child instanceof Element) {
        if (child.namespaceURI === SVG && ELEMENTS.has(child.localName)) made.append(clean(child));
      } else if (child.nodeType === Node.TEXT_NODE && /^(?:text|tspan)$/.test(from.localName))
        made.append(child.nodeValue!);
    }
    return made;
  };
  return { svg: new XMLSerializer().serializeToString(clean(root)), width, height };
}

function isSafe(element: string, name: string, value: string): boolean {
  if (name === 'href') return element === 'image' && PIXELS.test(value);
  if (name === 'id') return /^[\w-]+$/.test(value);
  if (NAMES.test(name) && NAMED.test(value)) return true;
  return ATTRIBUTES.test(name) && !/url\s*\(|\\|javascript:/i.test(value);
}

const refused = (): AssayError => new AssayError('PICTURE_REFUSED');

/**
 * A drawing as one SVG that stands alone: marks with the colours and letters that they have on the page, its legend and captions as text. What
 * the page's styles say is written at each mark, so that any program shows the same.
 */
const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 12;
/** What a mark takes from its parent, and is written only where it differs. */
const INHERITED = [
  'fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'stroke-linecap',
  'font-family', 'font-size', 'font-style', 'font-weight', 'font-variant-numeric', 'text-anchor', 'dominant-baseline', 'paint-order', 'image-rendering', 'marker-start', 'marker-mid', 'marker-end',
] as const; // prettier-ignore
const OWN = { opacity: '1', 'clip-path': 'none', 'stop-color': 'rgb(0, 0, 0)', 'stop-opacity': '1' } as const;
/** As marks are described; the rest (classes, styles, descriptions) belongs to the page. */
const GEOMETRY =
  /^(?:x|y|[xy][12]|d[xy]|r|r[xy]|c[xy]|d|points|width|height|viewBox|transform|href|preserveAspectRatio|id|offset|f[xy]|gradientUnits|gradientTransform|spreadMethod|clipPathUnits|marker(?:Width|Height|Units)|orient|ref[XY])$/;
const SHAPES = new Set(['g', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan', 'image', 'svg', 'defs', 'clipPath', 'linearGradient', 'radialGradient', 'stop', 'marker']); // prettier-ignore
/** They are drawn only where others name them. */
const NAMED = 'defs, defs *, clipPath, clipPath *, linearGradient, radialGradient, stop, marker, marker *';

type Values = Readonly<Record<string, string | number>>;

/** @param skip what belongs to the page and not to the picture */
export function pictureSvg(picture: Element, skip: string): string {
  const box = boxOf(picture, skip);
  const [width, height] = [Math.ceil(box.width) + 2 * MARGIN, Math.ceil(box.height) + 2 * MARGIN];
  const root = shape('svg', { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const paper = getComputedStyle(document.documentElement).getPropertyValue('--paper').trim() || '#fff';
  root.append(shape('rect', { width, height, fill: paper }));
  const place = { x: MARGIN - box.left, y: MARGIN - box.top };
  addTo(root, picture, place, skip);
  return new XMLSerializer().serializeToString(root);
}

/** Where something is drawn or written, which may be less than all of its place. */
function boxOf(picture: Element, skip: string): DOMRect {
  const parts: DOMRect[] = [];
  const walker = document.createTreeWalker(picture, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (!(node instanceof Element)) return NodeFilter.FILTER_ACCEPT;
    if (node.matches(skip)) return NodeFilter.FILTER_REJECT;
    if (!node.matches('svg, canvas, img, select, input')) return NodeFilter.FILTER_SKIP;
    parts.push(node.getBoundingClientRect());
    return NodeFilter.FILTER_REJECT;
  });
  const range = document.createRange();
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    parts.push(range.getBoundingClientRect());
  }
  const seen = parts.filter(({ width, height }) => width > 0 && height > 0);
  if (seen.length === 0) return picture.getBoundingClientRect();
  const [left, top] = [Math.min(...seen.map((part) => part.left)), Math.min(...seen.map((part) => part.top))];
  const [right, bottom] = [Math.max(...seen.map((part) => part.right)), Math.max(...seen.map((part) => part.bottom))];
  return new DOMRect(left, top, right - left, bottom - top);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function addTo(into: Element, node: Node, place: Place, skip: string): void {
  if (node instanceof Text) {
    for (const line of linesOf(node)) into.append(textAt(line.text, line.box, node.parentElement!, place));
  } else if (node instanceof SVGElement) {
    const box = node.getBoundingClientRect();
    const made = copy(node, null, skip);
    if (!made) return;
    for (const [name, value] of Object.entries({
      x: box.left + place.x,
      y: box.top + place.y,
      width: box.width,
      height: box.height,
    }))
      made.setAttribute(name, String(value));
    into.append(made);
  } else if (node instanceof HTMLElement && !node.matches(skip) && !node.hidden) {
    const style = getComputedStyle(node);
    if (style.display === 'none') return;
    if (node instanceof HTMLSelectElement || node instanceof HTMLInputElement) {
      const shown = node instanceof HTMLSelectElement ? (node.selectedOptions[0]?.textContent ?? '') : node.value;
      into.append(textAt(shown, node.getBoundingClientRect(), node, place));
      return;
    }
    if (node instanceof HTMLButtonElement) return;
    if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
      const href = pixelsOf(node);
      const { left, top, width, height } = node.getBoundingClientRect();
      const at = { x: left + place.x, y: top + place.y, width, height, preserveAspectRatio: 'none' };
      if (href !== null) into.append(shape('image', { ...at, href }));
      return;
    }
    ground(into, node, style, place);
    for (const child of node.childNodes) addTo(into, child, place, skip);
  }
}

/** An image of pixels as it is shown; null where it has none, or they may not be read. */
function pixelsOf(node: HTMLCanvasElement | HTMLImageElement): string | null {
  try {
    if (node instanceof HTMLCanvasElement) return node.toDataURL('image/png');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [node.naturalWidth, node.naturalHeight];
    canvas.getContext('2d')!.drawImage(node, 0, 0);
    return canvas.toDataURL('image/png');
  } catch {
    return null;
  }
}

/** What lies behind an element's text and under it. */
function ground(into: Element, node: HTMLElement, style: CSSStyleDeclaration, place: Place): void {
  const clear = /^rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor);
  const border = Number.parseFloat(style.borderBottomWidth);
  for (const { left, top, width, height } of clear && !border ? [] : node.getClientRects()) {
    const [x, y] = [left + place.x, top + place.y];
    const round = style.borderRadius.endsWith('%') ? width / 2 : Number.parseFloat(style.borderRadius) || 0;
    const outline =
      style.borderTopStyle === 'solid' && border > 0 ? { stroke: style.borderTopColor, 'stroke-width': border } : {};
    if (!clear || 'stroke' in outline)
      into.append(
        shape('rect', { x, y, width, height, rx: round, fill: clear ? 'none' : style.backgroundColor, ...outline }),
      );
    if (border > 0 && !('stroke' in outline)) {
      const at = y + height - border / 2;
      const dashes = style.borderBottomStyle === 'dashed' ? { 'stroke-dasharray': `${2 * border}` } : {};
      into.append(
        shape('line', {
          x1: x,
          x2: x + width,
          y1: at,
          y2: at,
          stroke: style.borderBottomColor,
          'stroke-width': border,
          ...dashes,
        }),
      );
    }
  }
}

/** Words that stand on one line, and where. */
function linesOf(node: Text): { text: string; box: DOMRect }[] {
  const range = document.createRange();
  const lines: { text: string; box: DOMRect }[] = [];
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.box.top - box.top) < 2) {
      last.text += word;
      last.box = new DOMRect(last.box.x, last.box.y, box.right - last.box.left, last.box.height);
    } else lines.push({ text: word, box });
  }
  return lines;
}

function textAt(content: string, box: DOMRect, styled: Element, { x, y }: Place): Element {
  const style = getComputedStyle(styled);
  const inset =
    Number.parseFloat(style.paddingLeft) *
    (styled instanceof HTMLSelectElement || styled instanceof HTMLInputElement ? 1 : 0);
  const text = shape('text', {
    x: box.left + x + inset,
    y: box.top + y + box.height / 2,
    // In a font of another width it still ends where it ended.
    ...(inset === 0 && content.trim().length > 1 ? { textLength: box.width } : {}),
    'dominant-baseline': 'central',
    fill: style.color,
    'font-family': style.fontFamily,
    'font-size': style.fontSize,
    'font-weight': style.fontWeight,
    'font-style': style.fontStyle,
  });
  text.textContent = content.trimEnd();
  return text;
}

/** @param around what the parent has, which is inherited */
function copy(node: Element, around: CSSStyleDeclaration | null, skip: string): Element | null {
  if (!SHAPES.has(node.localName) || node.matches(skip)) return null;
  const style = getComputedStyle(node);
  if ((style.display === 'none' || style.visibility === 'hidden') && !node.matches(NAMED)) return null;
  const made = document.createElementNS(SVG, node.localName);
  for (const { localName, value } of node.attributes) if (GEOMETRY.test(localName)) made.setAttribute(localName, value);
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value !== '' && value !== around?.getPropertyValue(name)) made.setAttribute(name, value);
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value !== '' && value !== usual) made.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    if (child instanceof Text && /^(?:text|tspan)$/.test(node.localName)) made.append(child.data);
    else if (child instanceof Element) {
      const part = copy(child, style, skip);
      if (part) made.append(part);
    }
  }
  return made;
}

function shape(name: string, attributes: Values): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (key !== 'xmlns') element.setAttribute(key, String(value));
  return element;
}

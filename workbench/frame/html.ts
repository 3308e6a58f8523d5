/** `html` and `svg` tagged templates: values become text, nodes, attributes and listeners, never markup. */

const MARK = /assay-(\d+)-hole/g;
const mark = (index: number): string => `assay-${index}-hole`;

type Tag<T extends Element> = (
  strings: readonly string[],
  ...values: readonly unknown[]
) => T | DocumentFragment | Text;

export const html: Tag<HTMLElement> = (strings, ...values) => {
  const template = document.createElement('template');
  template.innerHTML = join(strings);
  return build(template.content, values) as HTMLElement;
};

export const svg: Tag<SVGElement> = (strings, ...values) => {
  const template = document.createElement('template');
  template.innerHTML = `<svg>${join(strings)}</svg>`;
  const content = document.createDocumentFragment();
  content.append(...template.content.firstElementChild!.childNodes);
  return build(content, values) as SVGElement;
};

/** `onclick=${f}` waits under another name, since the policy refuses handlers that stand in markup. */
const join = (strings: readonly string[]): string =>
  strings
    .reduce(
      (text, string, i) => (i === 0 ? string : text.replace(/\son(\w+)=$/, ' data-on-$1=') + mark(i - 1) + string),
      '',
    )
    .trim();

/** A lone element, else the fragment. */
function build(content: DocumentFragment, values: readonly unknown[]): Node {
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Element) setAttributes(node, values);
    else if (node.nodeValue!.includes('assay-')) texts.push(node as Text);
  }
  for (const text of texts) text.replaceWith(...fill(text.data, values));
  return content.childNodes.length === 1 ? content.firstChild! : content;
}

function fill(text: string, values: readonly unknown[]): Node[] {
  return text
    .split(MARK)
    .flatMap((piece, i) => (i % 2 === 0 ? (piece === '' ? [] : [new Text(piece)]) : nodesOf(values[Number(piece)])));
}

/** Nodes as they are, lists one by one, anything else as text. */
export function nodesOf(value: unknown): Node[] {
  if (value === null || value === undefined || value === false) return [];
  if (value instanceof Node) return [value];
  if (typeof value === 'object' && Symbol.iterator in value) return [...(value as Iterable<unknown>)].flatMap(nodesOf);
  return [new Text(typeof value === 'object' ? JSON.stringify(value) : String(value))];
}

function setAttributes(element: Element, values: readonly unknown[]): void {
  for (const { name, value } of Array.from(element.attributes)) {
    const lone = /^assay-(\d+)-hole$/.exec(value);
    const given = lone ? values[Number(lone[1])] : undefined;
    if (lone && typeof given === 'function') {
      element.removeAttribute(name);
      element.addEventListener(name.replace(/^data-on-/, ''), given as EventListener);
    } else if (lone && name === 'style' && typeof given === 'object' && given !== null) {
      element.removeAttribute(name);
      Object.assign((element as HTMLElement).style, given);
    } else if (lone && (given === false || given === null || given === undefined)) element.removeAttribute(name);
    else if (lone && given === true) element.setAttribute(name, '');
    else if (value.includes('assay-'))
      element.setAttribute(
        name,
        value.replace(MARK, (_, i: string) => String(values[Number(i)])),
      );
  }
}

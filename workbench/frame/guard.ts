/**
 * Before a frame, link or page is loaded, Chromium connects to its host, and only then asks the content security policy: a name in the DNS
 * query is enough to carry a secret out. So no such element comes to be here: not by `createElement`, not by markup (trusted types
 * hand every string that is to be parsed to the policy below), and no navigation begins. Imported before anything that evaluates text.
 */

const BARRED = [
  'iframe',
  'frame',
  'frameset',
  'fencedframe',
  'portal',
  'object',
  'embed',
  'applet',
  'link',
  'meta',
  'base',
];
/** A tag's name follows `<` at once, in XML after a prefix; entities could hold what isn't seen. Too strict is fine. */
const BARRED_MARKUP = new RegExp(`<(?:[^\\s<>/]*:)?(?:${BARRED.join('|')})\\b|<!entity`, 'i');
/** Newer ways to parse markup, some without trusted types: nobody here needs them. */
const PARSER = /^(?:set|parse|stream|append|prepend|before|after|replace)\w*HTML/;

const barred = new Set(BARRED);
// A cell may put another Reflect on the window.
const { apply, deleteProperty, get, ownKeys } = Reflect;

function refuse(): never {
  throw new TypeError('Cells make no frames, links, plugins or meta elements.');
}

/** The name as text, read once: an object could give another the next time. Null names no element. */
function allowed(name: unknown): unknown {
  if (name === null) return null;
  const text = `${name as string}`;
  return barred.has(text.toLowerCase().replace(/^.*:/s, '')) ? refuse() : text;
}

/** Wraps a method whose argument `at` names an element. */
function guardName(prototype: object, method: string, at: number): void {
  const native = get(prototype, method) as (...args: unknown[]) => unknown;
  const guarded = {
    [method](this: unknown, ...args: unknown[]): unknown {
      args[at] = allowed(args[at]);
      return apply(native, this, args);
    },
  };
  Object.defineProperty(prototype, method, { value: guarded[method] });
}

/** A custom element is an element of its own and extends no other, which could be any. */
function guardCustomElements(): void {
  const { define } = CustomElementRegistry.prototype;
  Object.defineProperty(CustomElementRegistry.prototype, 'define', {
    value(this: CustomElementRegistry, name: string, constructor: CustomElementConstructor) {
      apply(define, this, [name, constructor]);
    },
  });
}

interface TrustedTypes {
  createPolicy(name: string, rules: Readonly<Record<string, (text: string) => string>>): unknown;
}

function guardMarkup(): void {
  // They parse markup that nobody sees; duckdb's worker has its own.
  for (const name of ['XMLHttpRequest', 'XSLTProcessor', 'Sanitizer']) deleteProperty(globalThis, name);
  for (const owner of [Element.prototype, ShadowRoot.prototype, Document]) {
    for (const name of ownKeys(owner)) if (PARSER.test(String(name))) deleteProperty(owner, name);
  }
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => (BARRED_MARKUP.test(text) ? refuse() : text),
    createScript: (text) => text,
    createScriptURL: (text) => text,
  });
  // Those of the document itself have done their work, and could be cloned and changed.
  for (const node of document.querySelectorAll(BARRED.join())) node.remove();
}

function guardNavigation(): void {
  const { preventDefault } = Event.prototype;
  const { navigation } = globalThis as { navigation?: EventTarget };
  navigation?.addEventListener('navigate', (event) => apply(preventDefault, event, []));
  // The history is the page's, too.
  for (const name of ['back', 'forward', 'go']) deleteProperty(History.prototype, name);
}

guardName(Document.prototype, 'createElement', 0);
guardName(Document.prototype, 'createElementNS', 1);
guardName(DOMImplementation.prototype, 'createDocument', 1);
guardCustomElements();
guardMarkup();
guardNavigation();

// What messages and events go through cannot be replaced by a view cell.
for (const { prototype } of [
  Document,
  DOMImplementation,
  CustomElementRegistry,
  Event,
  EventTarget,
  History,
  MessagePort,
  MessageEvent,
  Worker,
]) {
  Object.freeze(prototype);
}

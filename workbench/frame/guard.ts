/**
 * Before a frame, link or page is loaded, Chromium connects to its host, and only then asks the content security policy: a name in the DNS
 * query is enough to carry a secret out. So no such element comes to be here: not by `createElement`, not by markup (trusted types
 * hand every string that is to be parsed to the policy below), and no navigation begins.
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
const barred = new Set(BARRED);

function refuse(): never {
  throw new TypeError('Cells make no frames, links, plugins or meta elements.');
}

/** The name as text, read once: an object could give another the next time. */
function allowed(name: unknown): string {
  const text = String(name);
  return barred.has(text.toLowerCase().replace(/^.*:/s, '')) ? refuse() : text;
}

/** Wraps a method whose argument `at` names an element. */
function guardName(prototype: object, method: string, at: number): void {
  const native = Reflect.get(prototype, method) as (...args: unknown[]) => unknown;
  const guarded = {
    [method](this: unknown, ...args: unknown[]): unknown {
      args[at] = allowed(args[at]);
      return Reflect.apply(native, this, args);
    },
  };
  Object.defineProperty(prototype, method, { value: guarded[method] });
}

interface TrustedTypes {
  createPolicy(name: string, rules: Readonly<Record<string, (text: string) => string>>): unknown;
}

interface Navigation extends EventTarget {
  readonly currentEntry: unknown;
}

/** Once, before lockdown and before any cell. */
export function guardDocument(): void {
  guardName(Document.prototype, 'createElement', 0);
  guardName(Document.prototype, 'createElementNS', 1);
  guardName(DOMImplementation.prototype, 'createDocument', 1);
  const define = CustomElementRegistry.prototype.define;
  Object.defineProperty(CustomElementRegistry.prototype, 'define', {
    value(this: CustomElementRegistry, name: string, constructor: CustomElementConstructor) {
      Reflect.apply(define, this, [name, constructor]); // without `extends`, which would make any element
    },
  });
  // They parse markup that nobody sees; duckdb's worker has its own.
  for (const name of ['XMLHttpRequest', 'XSLTProcessor']) Reflect.deleteProperty(globalThis, name);
  const { trustedTypes, navigation } = globalThis as { trustedTypes?: TrustedTypes; navigation?: Navigation };
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => (BARRED_MARKUP.test(text) ? refuse() : text),
    createScript: (text) => text,
    createScriptURL: (text) => text,
  });
  const { preventDefault } = Event.prototype;
  navigation?.addEventListener('navigate', (event) => Reflect.apply(preventDefault, event, []));
  // What messages and events go through cannot be replaced by a view cell.
  for (const { prototype } of [
    Document,
    DOMImplementation,
    CustomElementRegistry,
    Event,
    EventTarget,
    MessagePort,
    MessageEvent,
  ]) {
    Object.freeze(prototype);
  }
}

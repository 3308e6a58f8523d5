/** The names that cells may read without anyone defining them. The compiler and the runtime share these lists. */

/** JavaScript itself, pinned: the same in Node and in every browser. */
export const GLOBALS = [
  'Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Error', 'EvalError',
  'Float32Array', 'Float64Array', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'Iterator', 'JSON', 'Map', 'NaN',
  'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String', 'Symbol',
  'SyntaxError', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet',
  'AggregateError', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'isFinite', 'isNaN', 'parseFloat',
  'parseInt', 'console', 'Table',
] as const; // prettier-ignore

/** Each cell has its own: random numbers and the clock start afresh with every run of the cell. */
export const CELL_GLOBALS = ['Math', 'Date', 'random', 'now'] as const;

/** What view cells have besides, from Assay. */
export const VIEW_GLOBALS = ['Plot', 'html', 'svg', 'md', 'display', 'width', 'dark', 'invalidation'] as const;

/** What view cells have of the frame's document. It is sandboxed: these reach nothing outside. */
export const DOM_GLOBALS = [
  'document', 'window', 'requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout', 'setInterval',
  'clearInterval', 'queueMicrotask', 'performance', 'Blob', 'URL', 'Image', 'ImageData', 'Path2D', 'OffscreenCanvas',
  'createImageBitmap', 'Event', 'CustomEvent', 'EventTarget', 'AbortController', 'Node', 'Element', 'HTMLElement', 'SVGElement',
  'DocumentFragment', 'DOMParser', 'XMLSerializer', 'ResizeObserver', 'IntersectionObserver', 'MutationObserver',
  'getComputedStyle', 'matchMedia', 'devicePixelRatio', 'navigator', 'Intl', 'TextEncoder', 'TextDecoder', 'atob', 'btoa',
  'structuredClone', 'fetch',
] as const; // prettier-ignore

/** Helpers that the compiler writes into cells; a cell's own names never begin like this. */
export const HELPERS = ['$pow', '$powset', '$template', '$regexp'] as const;

/** The variable under which a plugin's methods stand: `eeg-tools` → `eegTools`. */
export function namespaceOf(use: string): string {
  return use.split('.', 1)[0]!.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether `uses` covers `plugin.method`. */
export function isUsed(uses: readonly string[], method: string): boolean {
  return uses.includes(method) || uses.includes(method.split('.', 1)[0]!);
}

/** Id of the cell that stands for a text part with `${expressions}`: the frame draws that part, the page all others. */
export const textCellId = (part: number): string => `text-${part}`;

/** What becomes of a cell's outputs: frozen where that is cheap, hashed, described in a line. */
import type { Tensor } from '#common/data.ts';
import type { CellState } from '#common/notebook.ts';
import { Table } from '#common/data/table.ts';
import { digestValue, encodeParts } from '#common/value/value.ts';

/** Freezing costs 0.1–0.2 µs a node; beyond this many the digest at the end has to notice changes instead. */
const MAX_FROZEN = 200_000;
/** Freezing turns a long array of plain numbers into one of objects: slow, and slower to read ever after. */
const MAX_NUMBERS = 10_000;

export type Outputs = Readonly<Record<string, unknown>>;

/** Freezes plain objects and arrays within. False when something stays changeable: typed arrays, maps, sets, dates, what is too large. */
export function freezeDeep(value: unknown): boolean {
  let budget = MAX_FROZEN;
  let solid = true;
  const visit = (item: unknown): void => {
    if (typeof item === 'function') return void Object.freeze(item);
    if (typeof item !== 'object' || item === null || Object.isFrozen(item)) return;
    if (--budget < 0 || (Array.isArray(item) && item.length > MAX_NUMBERS && typeof item[0] === 'number')) {
      solid = false;
    } else if (Array.isArray(item)) {
      Object.freeze(item);
      if (typeof item[0] !== 'number' || typeof item.at(-1) !== 'number') for (const element of item) visit(element);
    } else if (isPlain(item)) {
      Object.freeze(item);
      for (const key in item) visit((item as Record<string, unknown>)[key]);
    } else {
      solid = false;
      if (item instanceof Map) for (const pair of item) pair.forEach(visit);
      else if (item instanceof Set) for (const element of item) visit(element);
      else if (item instanceof Table) Object.freeze(item);
    }
  };
  visit(value);
  return solid;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Cheap to hash later, since nothing can change it and the codec takes it. */
export function isPrimitive(value: unknown): boolean {
  const type = typeof value;
  if (type === 'string') return (value as string).length < 100 && (value as string).isWellFormed();
  return type === 'object' ? value === null : type !== 'function' && type !== 'symbol';
}

/** A function stands for its own text: the compiler gives the same everywhere. */
const encodable = (value: unknown): unknown =>
  typeof value === 'function' ? { function: Function.prototype.toString.call(value) } : value;

/** The bytes of a cell's outputs, in pieces: its digest is their SHA-256. @throws VALUE_UNSUPPORTED naming the path */
export function encodeOutputs(outputs: Outputs): Uint8Array[] {
  return encodeParts(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, encodable(value)])));
}

/** `digests`: each output is hashed by itself as well. */
export function describeOutputs(outputs: Outputs, digests: boolean): NonNullable<CellState['outputs']> {
  return Object.entries(outputs).map(([name, value]) => ({
    name,
    ...(digests ? { digest: digestValue(encodable(value)) } : {}),
    type: typeName(value),
    preview: preview(value, 2).slice(0, 200),
  }));
}

export function typeName(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return `array ${value.length}`;
  if (value instanceof Table) return `table ${value.rows} × ${value.columns.length}`;
  if (isTensor(value)) return `tensor ${value.shape.join(' × ')}`;
  if (value instanceof Map || value instanceof Set) return `${value instanceof Map ? 'map' : 'set'} ${value.size}`;
  if (value instanceof Date) return 'date';
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${value.byteLength / bytesEach(value)}`;
  return value instanceof ArrayBuffer ? `bytes ${value.byteLength}` : 'object';
}

const bytesEach = (view: ArrayBufferView): number =>
  'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1;

function isTensor(value: object): value is Tensor {
  return '$' in value && value.$ === 'tensor' && 'shape' in value;
}

/** One line for a person; long things end in an ellipsis. */
export function preview(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `${value.name || 'function'}()`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Table) return value.columns.map((column) => column.name).join(', ');
  if (depth === 0) return typeName(value);
  const few = (items: Iterable<unknown>, open: string, close: string, count: number): string => {
    const shown: string[] = [];
    for (const item of items) {
      if (shown.length === 8) break;
      shown.push(preview(item, depth - 1));
    }
    return open + shown.join(', ') + (count > shown.length ? ', …' : '') + close;
  };
  if (isTensor(value)) return few(value.data as Iterable<unknown>, '[', ']', value.data.length);
  if (Array.isArray(value)) return few(value, '[', ']', value.length);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = value as Float64Array;
    return few(numbers, '[', ']', numbers.length);
  }
  if (value instanceof Set) return few(value, '{', '}', value.size);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const shown = entries.slice(0, 8).map(([key, item]) => `${String(key)}: ${preview(item, depth - 1)}`);
  return `{${shown.join(', ')}${entries.length > 8 ? ', …' : ''}}`;
}

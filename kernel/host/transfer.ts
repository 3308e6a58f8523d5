import type { TypedArray } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';

/** A value as it goes to another thread: plain objects only, and the buffers that go along without being copied. */
export interface Parcel {
  readonly value: unknown;
  readonly transfer: ArrayBuffer[];
}

/**
 * Makes a parcel of a value. Arrays whose buffer is at least half used are transferred, which detaches them here; small views into
 * large buffers (of a Wasm memory, of Node's pool) are copied so that the rest of the buffer stays; shared memory is shared. Tables of any class become plain.
 *
 * @param given the buffers that may be detached; all when absent
 */
export function parcel(value: unknown, given?: ReadonlySet<ArrayBufferLike>): Parcel {
  const used = new Map<ArrayBufferLike, number>();
  visit(value, (buffer, bytes) => void used.set(buffer, (used.get(buffer) ?? 0) + bytes));
  const goes = (buffer: ArrayBufferLike): boolean =>
    buffer instanceof ArrayBuffer &&
    (given === undefined ? (used.get(buffer) ?? 0) * 2 >= buffer.byteLength : given.has(buffer));
  const transfer = [...used.keys()].filter((buffer): buffer is ArrayBuffer => buffer.byteLength > 0 && goes(buffer));
  const going = new Set<ArrayBufferLike>(transfer);
  return {
    value: rebuild(value, (array) => (isSmallView(array) && !going.has(array.buffer) ? copyOf(array) : array)),
    transfer,
  };
}

/** With a buffer of its own, which a Buffer's `slice` would not give it. */
function copyOf(array: TypedArray): TypedArray {
  return Uint8Array.prototype.slice.call(array) as TypedArray;
}

function isSmallView(array: TypedArray): boolean {
  return array.buffer instanceof ArrayBuffer && array.byteLength * 2 < array.buffer.byteLength;
}

/**
 * Posts a value, transferring what it can; what cannot be detached (a Wasm memory) is copied.
 *
 * @throws PLUGIN_OUTPUT_INVALID for functions and other things that stay in their thread
 */
export function post(
  port: { postMessage(value: unknown, transfer?: readonly ArrayBuffer[]): void },
  wrap: (value: unknown) => unknown,
  { value, transfer }: Parcel,
): void {
  const message = wrap(value);
  try {
    port.postMessage(message, transfer);
  } catch {
    try {
      port.postMessage(message);
    } catch (error) {
      throw new AssayError('PLUGIN_OUTPUT_INVALID', (error as Error).message);
    }
  }
}

function visit(value: unknown, onBuffer: (buffer: ArrayBufferLike, bytes: number) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) return onBuffer(value.buffer, value.byteLength);
  if (value instanceof ArrayBuffer) return onBuffer(value, value.byteLength);
  for (const child of childrenOf(value)) if (typeof child === 'object' && child !== null) visit(child, onBuffer);
}

/** The same value with its arrays passed through `swap`; containers are made anew only where something in them changed. */
function rebuild(value: unknown, swap: (array: TypedArray) => TypedArray): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? value : swap(value as TypedArray);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i++) {
      const child: unknown = value[i];
      if (typeof child !== 'object' || child === null) continue;
      const other = rebuild(child, swap);
      if (other !== child) (copy ??= [...(value as unknown[])])[i] = other;
    }
    return copy ?? value;
  }
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [rebuild(k, swap), rebuild(v, swap)]));
  if (value instanceof Set) return new Set([...value].map((v) => rebuild(v, swap)));
  if (isTable(value)) return { $: 'table', rows: value.rows, columns: rebuild(value.columns, swap) };
  if (!isPlain(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const [key, child] of Object.entries(value)) {
    const other = rebuild(child, swap);
    if (other !== child) (copy ??= { ...value } as Record<string, unknown>)[key] = other;
  }
  return copy ?? value;
}

function childrenOf(value: object): Iterable<unknown> {
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  if (isTable(value)) return value.columns as Iterable<unknown>;
  return isPlain(value) ? Object.values(value) : [];
}

function isPlain(value: object): boolean {
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

function isTable(value: object): value is { rows: unknown; columns: unknown } {
  return '$' in value && value.$ === 'table' && 'columns' in value && Array.isArray(value.columns) && 'rows' in value;
}

import type { Comparator } from '#common/receipt.ts';

/** Where two values are furthest apart, in units of what is allowed there; `path` like `values[3].x`. */
export interface Difference {
  readonly path: string;
  readonly sealed: string;
  readonly found: string;
}

export type Tolerance = Pick<Comparator, 'absolute' | 'relative'>;

/**
 * Compares decoded values. Numbers may differ by `absolute` plus `relative` times the sealed one; everything else is equal or not,
 * shapes and keys included. NaN equals NaN and 0 equals −0.
 * @returns the first difference beyond the tolerance, or null
 */
export function differ(sealed: unknown, found: unknown, tolerance: Tolerance, path = ''): Difference | null {
  if (typeof sealed === 'number' && typeof found === 'number')
    return near(sealed, found, tolerance) ? null : different(path, sealed, found);
  if (typeof sealed !== 'object' || typeof found !== 'object' || sealed === null || found === null)
    return Object.is(sealed, found) ? null : different(path, sealed, found);
  if (Object.getPrototypeOf(sealed) !== Object.getPrototypeOf(found)) return different(path, sealed, found);
  if (ArrayBuffer.isView(sealed)) return differArrays(sealed as Float64Array, found as Float64Array, tolerance, path);
  if (sealed instanceof ArrayBuffer)
    return differArrays(new Uint8Array(sealed), new Uint8Array(found as ArrayBuffer), { absolute: 0 }, path);
  if (sealed instanceof Date)
    return Object.is(sealed.getTime(), (found as Date).getTime()) ? null : different(path, sealed, found);
  if (sealed instanceof Map) return differEntries([...sealed], [...(found as Map<unknown, unknown>)], tolerance, path);
  if (sealed instanceof Set) return differ([...sealed], [...(found as Set<unknown>)], tolerance, path);
  if (Array.isArray(sealed)) return differArrays(sealed, found as unknown[], tolerance, path);
  const [before, after] = [sealed as Record<string, unknown>, found as Record<string, unknown>];
  const keys = Object.keys(before);
  if (keys.length !== Object.keys(after).length || keys.some((key) => !Object.hasOwn(after, key)))
    return different(path, `{${keys.join(', ')}}`, `{${Object.keys(after).join(', ')}}`);
  return first(keys, (key) => differ(before[key], after[key], tolerance, path === '' ? key : `${path}.${key}`));
}

/** What the sealed comparators say of a cell: the one that names it or one of its outputs, else `*`; exact when there is none. */
export function comparatorOf(comparators: readonly Comparator[], cell: string, outputs: readonly string[]): Comparator {
  const names = [cell, ...outputs, '*'];
  const found = names
    .map((name) => comparators.find(({ of }) => of === name))
    .find((comparator) => comparator !== undefined);
  return found ?? { of: '*', how: 'exact' };
}

function near(sealed: number, found: number, { absolute = 0, relative = 0 }: Tolerance): boolean {
  if (sealed === found || (Number.isNaN(sealed) && Number.isNaN(found))) return true;
  if (!Number.isFinite(sealed) || !Number.isFinite(found)) return false;
  return Math.abs(sealed - found) <= absolute + relative * Math.abs(sealed);
}

function differArrays(
  sealed: ArrayLike<unknown>,
  found: ArrayLike<unknown>,
  tolerance: Tolerance,
  path: string,
): Difference | null {
  if (sealed.length !== found.length) return different(`${path}.length`, sealed.length, found.length);
  for (let i = 0; i < sealed.length; i++) {
    const [a, b] = [sealed[i], found[i]];
    if (typeof a === 'number' && typeof b === 'number' ? near(a, b, tolerance) : Object.is(a, b)) continue;
    const difference = differ(a, b, tolerance, `${path}[${i}]`);
    if (difference !== null) return difference;
  }
  return null;
}

function differEntries(
  sealed: readonly (readonly [unknown, unknown])[],
  found: readonly (readonly [unknown, unknown])[],
  tolerance: Tolerance,
  path: string,
): Difference | null {
  if (sealed.length !== found.length) return different(`${path}.size`, sealed.length, found.length);
  return first(
    sealed,
    ([key, value], i) =>
      differ(key, found[i]?.[0], tolerance, `${path}.key(${i})`) ??
      differ(value, found[i]?.[1], tolerance, `${path}.get(${String(key)})`),
  );
}

function first<T>(items: readonly T[], look: (item: T, index: number) => Difference | null): Difference | null {
  for (const [i, item] of items.entries()) {
    const difference = look(item, i);
    if (difference !== null) return difference;
  }
  return null;
}

function different(path: string, sealed: unknown, found: unknown): Difference {
  return { path: path || 'value', sealed: show(sealed), found: show(found) };
}

function show(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null
      ? (value.constructor?.name ?? 'object')
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/**
 * A call must give the same whichever way its input and result travel, in memory or as canonical bytes: so keys are put in the order that
 * the codec gives them before anybody can see another. Copies plain objects and arrays; all else is passed on.
 */
import type { TableData } from '#common/data.ts';

export function inOrder(value: unknown, table: (data: TableData) => unknown = (data) => data): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === 'object' && item !== null)
      ? value.map((item) => inOrder(item, table))
      : value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const source = value as Record<string, unknown>;
  if (source['$'] === 'table') return table(value as TableData);
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(source).sort()) {
    Object.defineProperty(sorted, key, {
      value: inOrder(source[key], table),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return sorted;
}

/** Values of a table's column as people read them. */
import type { Column } from '#common/data.ts';

const numbers = new Intl.NumberFormat('en', { maximumSignificantDigits: 7, useGrouping: false });

const isMissing = (column: Column, row: number): boolean =>
  column.valid?.[row] === 0 || Number.isNaN(column.values[row]);

/** `''` stays `''`; missing is null. */
export function cellText(column: Column, row: number): string | null {
  if (isMissing(column, row)) return null;
  const value = column.values[row];
  if (column.type === 'date') return dateText(Number(value));
  if (column.type === 'bool') return value ? 'true' : 'false';
  return typeof value === 'number' ? numbers.format(value) : String(value);
}

function dateText(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

export const isNumber = ({ type }: Column): boolean => type === 'float64' || type === 'int32' || type === 'int64';

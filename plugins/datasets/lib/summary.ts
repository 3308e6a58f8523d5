import type { Column, TableData } from '#common/data.ts';

/** What one looks at first in a column. Numbers and dates have a range, text and booleans their commonest values. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: Column['type'];
  readonly unit?: string;
  readonly missing: number;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly mean?: number;
  /** Different values, when they were counted. */
  readonly distinct?: number;
  readonly top?: readonly { readonly value: string; readonly count: number }[];
}

const TOP = 12;

export function summarise(table: TableData): ColumnSummary[] {
  return table.columns.map((column) => {
    const present = (row: number): boolean =>
      column.valid?.[row] !== 0 && !(column.values instanceof Float64Array && Number.isNaN(column.values[row]));
    let missing = 0;
    for (let row = 0; row < table.rows; row++) if (!present(row)) missing++;
    const head = {
      name: column.name,
      type: column.type,
      ...(column.unit === undefined ? {} : { unit: column.unit }),
      missing,
    };
    return {
      ...head,
      ...(column.type === 'text' || column.type === 'bool' ? counts(column, present) : range(column, present)),
    };
  });
}

function range(column: Column, present: (row: number) => boolean): Partial<ColumnSummary> {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let row = 0; row < column.values.length; row++) {
    if (!present(row)) continue;
    const value = Number(column.values[row]);
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  if (count === 0) return {};
  if (column.type === 'date') return { min: new Date(min).toISOString(), max: new Date(max).toISOString() };
  return { min, max, mean: sum / count };
}

function counts(column: Column, present: (row: number) => boolean): Partial<ColumnSummary> {
  const seen = new Map<string, number>();
  for (let row = 0; row < column.values.length; row++) {
    if (!present(row)) continue;
    const value = column.type === 'bool' ? String(column.values[row] !== 0) : String(column.values[row]);
    seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  const top = [...seen].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, TOP);
  return { distinct: seen.size, top: top.map(([value, count]) => ({ value, count })) };
}

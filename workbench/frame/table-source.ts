/** What the table draws from: a Table, or an array of like objects. Rows are made when they come into view. */
import type { Column } from '#common/data.ts';
import type { Table } from '#common/data/table.ts';
import { preview } from '#common/cells/values.ts';

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  /** Right-aligned with tabular figures. */
  readonly numeric: boolean;
  /** Null is a missing value. */
  text(row: number): string | null;
}

export interface TableSource {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

export function tableSource(table: Table): TableSource {
  return { rows: table.rows, columns: table.columns.map(column) };
}

function column(column: Column): TableColumn {
  const { name, type, unit = '', valid } = column;
  const write = writer(column);
  return {
    name,
    type,
    unit,
    numeric: type === 'float64' || type === 'int32' || type === 'int64',
    text: (row) => (valid?.[row] === 0 ? null : write(row)),
  };
}

function writer(column: Column): (row: number) => string | null {
  switch (column.type) {
    case 'text':
      return (row) => column.values[row]!;
    case 'bool':
      return (row) => (column.values[row] === 1 ? 'true' : 'false');
    case 'date':
      return (row) => (Number.isNaN(column.values[row]!) ? null : shortDate(new Date(column.values[row]!)));
    case 'int64':
    case 'int32':
      return (row) => String(column.values[row]);
    default: {
      const format = figures(column.values);
      return (row) => (Number.isNaN(column.values[row]!) ? null : format(column.values[row]!));
    }
  }
}

const shortDate = (date: Date): string =>
  Number.isNaN(date.getTime())
    ? 'Invalid Date'
    : date.toISOString().replace('T00:00:00.000Z', '').replace('T', ' ').replace('.000Z', '');

/** As many decimals as the first thousand numbers need, four at most: columns align at the point. */
function figures(values: ArrayLike<number>): (value: number) => string {
  let decimals = 0;
  let largest = 0;
  for (let i = 0; i < values.length && i < 1000 && decimals < 4; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    largest = Math.max(largest, Math.abs(value));
    while (decimals < 4 && Number(value.toFixed(decimals)) !== value) decimals++;
  }
  return (value) => {
    const size = Math.abs(value);
    if (!Number.isFinite(value)) return String(value);
    if (size !== 0 && (size >= 1e15 || size < 5 * 10 ** -(decimals + 1))) return value.toExponential(3);
    return value.toFixed(decimals);
  };
}

/** An array whose first rows are plain objects with the same few keys; else null. */
export function recordSource(value: unknown): TableSource | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const names = new Set<string>();
  for (const row of value.slice(0, 100) as unknown[]) {
    if (typeof row !== 'object' || row === null || Object.getPrototypeOf(row) !== Object.prototype) return null;
    for (const name of Object.keys(row)) names.add(name);
  }
  if (names.size === 0 || names.size > 200 || names.has('$')) return null;
  const rows = value as Record<string, unknown>[];
  return { rows: rows.length, columns: Array.from(names, (name) => fieldOf(rows, name)) };
}

function fieldOf(rows: readonly Record<string, unknown>[], name: string): TableColumn {
  const sample = rows.slice(0, 1000).map((row) => row[name]);
  const present = sample.filter((item) => item !== null && item !== undefined);
  const numeric = present.length > 0 && present.every((item) => typeof item === 'number' || typeof item === 'bigint');
  const format = numeric ? figures(present.map(Number)) : null;
  return {
    name,
    type: numeric ? 'number' : typeof present[0],
    unit: '',
    numeric,
    text(row) {
      const item = rows[row]![name];
      if (item === null || item === undefined || Number.isNaN(item)) return null;
      if (typeof item === 'number' && format) return format(item);
      if (item instanceof Date) return shortDate(item);
      return typeof item === 'string' ? item : preview(item, 1);
    },
  };
}

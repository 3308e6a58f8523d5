import type { Column, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { nested } from './tensor.ts';
import { columnFrom } from '#common/data/table-columns.ts';
import { isTableData, Table } from '#common/data/table.ts';
import { isTensor } from '#common/data/tensor.ts';

/** A table by rows, as JSON writes it. */
interface RowsTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A table out of `{columns, rows}`, an array of row objects, an array of rows without names, or a table; null is missing. `rows` may be a tensor of two axes.
 *
 * @param path JSON Pointer, for errors
 * @throws INPUT_INVALID naming the row
 */
export function tableFrom(value: unknown, path: string): TableData {
  if (isTableData(value)) return located(() => new Table(value), path);
  const flat = isTensor(value) ? value.shape.length === 1 : isFlat(value);
  if (flat)
    throw new AssayError(
      'INPUT_INVALID',
      `${path} must be a table: a list of numbers could be a row or a column. [[…]] is one row, [[…], […]] are several.`,
      { where: path },
    );
  if (isTensor(value)) return tableFrom({ columns: unnamed(value.shape[1] ?? 1), rows: value }, path);
  if (Array.isArray(value) && value.length > 0 && value.every(Array.isArray))
    return tableFrom({ columns: unnamed((value[0] as unknown[]).length), rows: value }, path);
  if (Array.isArray(value)) return located(() => Table.fromRows(value as Record<string, unknown>[]), path);
  if (!isRows(value))
    throw new AssayError('INPUT_INVALID', `${path} must be a table: {"columns": […], "rows": [[…], …]}.`, {
      where: path,
    });
  const { columns: names } = value;
  const rows = isTensor(value.rows) ? (nested(value.rows, (x) => x) as unknown[][]) : value.rows;
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    if (!Array.isArray(row) || row.length !== names.length) {
      const got = Array.isArray(row) ? `${row.length} values` : typeof row;
      const where = `${path}/rows/${i}`;
      throw new AssayError(
        'INPUT_INVALID',
        `${where} must be an array of ${names.length} values, one a column; got ${got}.`,
        { where },
      );
    }
  }
  const columns = names.map((name, j): Column =>
    located(
      () =>
        columnFrom(
          name,
          rows.map((row) => row[j]),
        ),
      `${path}/columns/${j}`,
    ),
  );
  return located(() => new Table({ $: 'table', rows: rows.length, columns }), path);
}

const isFlat = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object' || item === null);

function located<T>(make: () => T, where: string): T {
  try {
    return make();
  } catch (error) {
    throw new AssayError('INPUT_INVALID', `${where}: ${(error as Error).message}`, { where, cause: error });
  }
}

/** Whether a value could be meant as a table. */
export function looksLikeTable(value: unknown): boolean {
  if (isTableData(value) || isRows(value)) return true;
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
  );
}

function isRows(value: unknown): value is RowsTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'columns' in value &&
    Array.isArray(value.columns) &&
    value.columns.every((name) => typeof name === 'string') &&
    'rows' in value &&
    (Array.isArray(value.rows) || isTensor(value.rows))
  );
}

function unnamed(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `x${i}`);
}

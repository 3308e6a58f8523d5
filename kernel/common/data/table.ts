import type { Column, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import {
  columnFrom,
  readerOf,
  takeColumn,
  valuesOf,
  type Cell,
  type ColumnInput,
  type ColumnValues,
} from './table-columns.ts';

export type { Cell, ColumnInput, ColumnValues } from './table-columns.ts';

/** One row: a frozen plain object. Missing is null; a whole number of an int64 column is a bigint only beyond ±2^53. */
export type Row = Readonly<Record<string, Cell>>;

/**
 * A table by columns, and rows made only when somebody looks. Own properties are exactly those of `TableData`, so a structured clone
 * of a Table is its TableData. What `column` returns may be the table's own memory: read it, don't write to it.
 */
export class Table implements TableData {
  readonly $ = 'table';
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly #at: ReadonlyMap<string, number>;
  readonly #readers: (readonly [name: string, inherited: boolean, read: (row: number) => Cell])[] = [];
  readonly #values = new Map<string, ColumnValues>();

  /** @throws TABLE_INVALID naming the column */
  constructor(data: TableData) {
    const at = new Map<string, number>();
    for (const [i, column] of data.columns.entries()) {
      if (at.has(column.name)) throw invalid(`Two columns are called “${column.name}”.`, column.name);
      if (column.values.length !== data.rows || (column.valid !== undefined && column.valid.length !== data.rows))
        throw invalid(`The table has ${data.rows} rows and this column ${column.values.length}.`, column.name);
      at.set(column.name, i);
    }
    this.rows = data.rows;
    this.columns = data.columns;
    this.#at = at;
  }

  /** `Table.fromColumns({age: [34, null], name: ['Ada', 'Bo']})`; typed arrays and ready `Column`s are taken as they are. */
  static fromColumns(columns: Readonly<Record<string, ColumnInput>>): Table {
    const made = Object.entries(columns).map(([name, values]) => columnFrom(name, values));
    return new Table({ $: 'table', rows: made[0]?.values.length ?? 0, columns: made });
  }

  /** Columns in the order in which the rows first name them; a row that lacks one has a missing value there. */
  static fromRows(rows: Iterable<Readonly<Record<string, unknown>>>): Table {
    const columns = new Map<string, unknown[]>();
    let count = 0;
    for (const row of rows) {
      for (const name of Object.keys(row)) {
        let values = columns.get(name);
        if (values === undefined) columns.set(name, (values = []));
        while (values.length < count) values.push(null);
        values.push(row[name]);
      }
      count++;
    }
    for (const values of columns.values()) while (values.length < count) values.push(null);
    const made = [...columns].map(([name, values]) => columnFrom(name, values));
    return new Table({ $: 'table', rows: count, columns: made });
  }

  get numRows(): number {
    return this.rows;
  }

  get names(): readonly string[] {
    return [...this.#at.keys()];
  }

  /** The row at `index`, or undefined beyond the ends. */
  get(index: number): Row | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.rows ? this.#row(index) : undefined;
  }

  /** @throws TABLE_INVALID when there is no such column */
  column(name: string): ColumnValues {
    let values = this.#values.get(name);
    if (values === undefined) {
      const position = this.#at.get(name);
      if (position === undefined) throw this.#unknown(name);
      this.#values.set(name, (values = valuesOf(this.columns[position]!)));
    }
    return values;
  }

  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (let i = 0; i < this.rows; i++) yield this.#row(i);
  }

  toArray(): Row[] {
    return this.map((row) => row);
  }

  map<T>(each: (row: Row, index: number) => T): T[] {
    const out: T[] = [];
    for (let i = 0; i < this.rows; i++) out.push(each(this.#row(i), i));
    return out;
  }

  filter(keep: (row: Row, index: number) => unknown): Table {
    const rows: number[] = [];
    for (let i = 0; i < this.rows; i++) if (keep(this.#row(i), i)) rows.push(i);
    return this.take(rows);
  }

  slice(start = 0, end = this.rows): Table {
    const place = (at: number): number => Math.max(0, Math.min(this.rows, at < 0 ? this.rows + at : at));
    const [from, to] = [place(start), place(end)];
    return this.take(Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i));
  }

  /** The rows at these positions, in this order. */
  take(rows: readonly number[]): Table {
    for (const row of rows)
      if (!Number.isInteger(row) || row < 0 || row >= this.rows)
        throw invalid(`There is no row ${row}: the table has ${this.rows}.`);
    return new Table({
      $: 'table',
      rows: rows.length,
      columns: this.columns.map((column) => takeColumn(column, rows)),
    });
  }

  /** Only these columns, in this order. */
  select(...names: readonly string[]): Table {
    const columns = names.map((name) => this.columns[this.#at.get(name) ?? -1] ?? this.#fail(name));
    return new Table({ $: 'table', rows: this.rows, columns });
  }

  /** The table with these columns added, or put in the place of those of the same name. */
  with(columns: Readonly<Record<string, ColumnInput>>): Table {
    const made = new Map(Object.entries(columns).map(([name, values]) => [name, columnFrom(name, values)]));
    const kept = this.columns.map((column) => {
      const replaced = made.get(column.name);
      made.delete(column.name);
      return replaced ?? column;
    });
    const all = [...kept, ...made.values()];
    return new Table({
      $: 'table',
      rows: this.columns.length > 0 ? this.rows : (all[0]?.values.length ?? 0),
      columns: all,
    });
  }

  #row(index: number): Row {
    const readers = this.#readers;
    while (readers.length < this.columns.length) {
      const column = this.columns[readers.length]!;
      readers.push([column.name, column.name in Object.prototype, readerOf(column)]);
    }
    const row: Record<string, Cell> = {};
    for (const [name, inherited, read] of readers) {
      // A plain assignment would call the setter of __proto__, and fail for inherited names once SES has frozen them.
      if (inherited) Object.defineProperty(row, name, { value: read(index), enumerable: true });
      else row[name] = read(index);
    }
    return Object.freeze(row);
  }

  #fail(name: string): never {
    throw this.#unknown(name);
  }

  #unknown(name: string): AssayError {
    return invalid(`There is no column “${name}”. There are: ${this.names.join(', ')}.`, name);
  }
}

export function isTableData(value: unknown): value is TableData {
  return (
    typeof value === 'object' &&
    value !== null &&
    '$' in value &&
    value.$ === 'table' &&
    'rows' in value &&
    typeof value.rows === 'number' &&
    'columns' in value &&
    Array.isArray(value.columns)
  );
}

function invalid(message: string, where?: string): AssayError {
  return new AssayError('TABLE_INVALID', message, where === undefined ? {} : { where });
}

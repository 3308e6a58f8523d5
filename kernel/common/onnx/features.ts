import type { Column, TableData } from '../data.ts';
import { AssayError } from '../errors.ts';
import type { OnnxModel } from './model.ts';
import type { Feed } from './session.ts';

/** One column of a model's input. */
export interface Feature {
  readonly name: string;
  readonly type: 'number' | 'category' | 'boolean' | 'date';
  readonly unit?: string;
  /** The text of code 0, 1, …; a text that isn't listed is a missing value. */
  readonly categories?: readonly string[];
}

/** Where a model keeps what Assay adds about it, in metadata_props. */
export const METADATA = {
  features: 'assay.features',
  target: 'assay.target',
  /** Unit of the target, when the table said one. */
  unit: 'assay.unit',
  task: 'assay.task',
  training: 'assay.training',
} as const;

/** The features that the file itself names; null when it names none. @throws MODEL_INVALID when what it says is no list of features */
export function describedFeatures({ metadata }: OnnxModel): readonly Feature[] | null {
  const text = metadata[METADATA.features];
  if (text === undefined) return null;
  try {
    const list: unknown = JSON.parse(text);
    if (
      Array.isArray(list) &&
      list.every((item) => typeof item === 'object' && item !== null && typeof (item as Feature).name === 'string')
    )
      return list as readonly Feature[];
  } catch {
    // Falls through to the error: the text is no JSON.
  }
  throw new AssayError('MODEL_INVALID', `The model’s ${METADATA.features} is no list of features.`);
}

/**
 * The features of a model as these tables fill them: those that the file describes, else one for each input of one column, else the tables'
 * own columns in order.
 *
 * @param width columns that the model takes, when known
 * @throws COLUMNS_MISMATCH
 */
export function featuresFor(model: OnnxModel, tables: readonly TableData[], width: number | null): readonly Feature[] {
  const described = describedFeatures(model);
  if (described !== null) return described;
  if (model.inputs.length > 1)
    return model.inputs.map(({ name, type }) => ({
      name,
      ...(type === 'string'
        ? { type: 'category' as const, categories: textsOf(name, tables) }
        : { type: 'number' as const }),
    }));
  const port = model.inputs[0];
  const [first] = tables;
  const wanted = width ?? (port?.shape.length === 2 ? port.shape[1]! : null);
  if (first === undefined || (wanted !== null && first.columns.length !== wanted))
    throw new AssayError(
      'COLUMNS_MISMATCH',
      `The model takes ${wanted} columns and doesn’t name them; the table has ${first?.columns.length ?? 0}: ${list(first)}.`,
    );
  return first.columns.map(({ name, type, unit }) => ({
    name,
    ...(type === 'text' && port?.type === 'string'
      ? { type: 'category' as const, categories: textsOf(name, tables) }
      : { type: type === 'bool' ? ('boolean' as const) : type === 'date' ? ('date' as const) : ('number' as const) }),
    ...(unit === undefined ? {} : { unit }),
  }));
}

function textsOf(name: string, tables: readonly TableData[]): string[] {
  const columns = tables.flatMap((table) =>
    table.columns.filter((column) => column.name === name && column.type === 'text'),
  );
  return [...new Set(columns.flatMap(({ values }) => values as readonly string[]))].sort();
}

const list = (table: TableData | undefined): string => table?.columns.map(({ name }) => name).join(', ') ?? '';

/** Whether these are the names x0, x1, … that an array gets which has none. */
const unnamed = (items: readonly { readonly name: string }[]): boolean =>
  items.every(({ name }, i) => name === `x${i}`);

/**
 * The columns of these features, in their order: by name, or by position where one side comes from an array without names.
 *
 * @throws COLUMNS_MISMATCH
 */
export function selectFeatures(table: TableData, features: readonly Feature[]): TableData {
  if (table.columns.length === features.length && (unnamed(table.columns) || unnamed(features)))
    return { $: 'table', rows: table.rows, columns: features.map(({ name }, j) => ({ ...table.columns[j]!, name })) };
  const columns = features.map(({ name }) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined)
      throw new AssayError('COLUMNS_MISMATCH', `The model needs the column “${name}”; the table has ${list(table)}.`, {
        where: name,
      });
    return column;
  });
  return { $: 'table', rows: table.rows, columns };
}

/**
 * A table as the model reads it.
 *
 * @param table columns in the order of `features`
 * @param double the model takes float64: otherwise numbers are rounded to float32, as they are on their way into the model
 * @returns (rows × features), NaN where a value is missing
 * @throws COLUMN_UNFIT when a column's type is not the feature's
 */
export function matrixOf(table: TableData, features: readonly Feature[], double: boolean): Float64Array {
  const { rows } = table;
  const out = new Float64Array(rows * features.length);
  features.forEach((feature, j) => {
    const values = numbersOf(table.columns[j]!, feature);
    for (let row = 0; row < rows; row++)
      out[row * features.length + j] = double ? values[row]! : Math.fround(values[row]!);
  });
  return out;
}

/** @returns numbers (rows), NaN where missing */
export function numbersOf(column: Column, { categories }: Feature): Float64Array {
  const { valid } = column;
  const length = column.values.length;
  const out = new Float64Array(length);
  if (column.type === 'text') {
    if (categories === undefined)
      throw new AssayError('COLUMN_UNFIT', `“${column.name}” holds text, and the model takes a number there.`, {
        where: column.name,
      });
    const codes = new Map(categories.map((text, code) => [text, code]));
    for (let i = 0; i < length; i++) out[i] = codes.get(column.values[i]!) ?? NaN;
  } else if (categories !== undefined && !allMissing(column)) {
    throw new AssayError(
      'COLUMN_UNFIT',
      `“${column.name}” holds ${column.type}, and the model takes a category there.`,
      { where: column.name },
    );
  } else for (let i = 0; i < length; i++) out[i] = Number(column.values[i]!);
  if (valid !== undefined) for (let i = 0; i < length; i++) if (valid[i] === 0) out[i] = NaN;
  return out;
}

/** Nothing but missing values: such a column has no type of its own. */
function allMissing({ type, values, valid }: Column): boolean {
  if (valid !== undefined) return valid.every((flag) => flag === 0);
  return type === 'float64' && values.every(Number.isNaN);
}

/** What each graph input gets. @param x (rows × features) @throws MODEL_UNSUPPORTED when the features don't fill the inputs */
export function feedsOf(model: OnnxModel, features: readonly Feature[], x: Float64Array, rows: number): Feed[] {
  const count = features.length;
  if (model.inputs.length === 1 && model.inputs[0]!.type !== 'string') return [{ numbers: x, width: count }];
  if (model.inputs.length !== count)
    throw new AssayError(
      'MODEL_UNSUPPORTED',
      `The model has ${model.inputs.length} inputs, and Assay can’t tell which of ${count} columns go where.`,
    );
  return model.inputs.map((port, j) => {
    const column = Float64Array.from({ length: rows }, (_, row) => x[row * count + j]!);
    if (port.type !== 'string') return { numbers: column, width: 1 };
    const { categories, name } = features[j]!;
    return {
      texts: Array.from(column, (code) => {
        const text = categories?.[code];
        if (text === undefined)
          throw new AssayError('VALUE_MISSING', `“${name}”: the model takes text, and a value is missing.`, {
            where: name,
          });
        return text;
      }),
    };
  });
}

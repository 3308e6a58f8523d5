import type { Column, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { type OnnxModel, type Port, widthOf } from './model.ts';
import { vocabularyOf } from './prepare.ts';
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
  const vocabulary = vocabularyOf(model, tables[0]?.columns.length ?? null);
  const category = (name: string, at: number): Pick<Feature, 'type' | 'categories'> => ({
    type: 'category',
    categories: textsOf(name, at, tables, vocabulary.get(at) ?? []),
  });
  if (model.inputs.length > 1 && model.inputs.every((port) => widthOf(port) === 1))
    return model.inputs.map(({ name, type }, at) => ({
      name,
      ...(type === 'string'
        ? category(name, at)
        : { type: type === 'bool' ? ('boolean' as const) : ('number' as const) }),
    }));
  const port = model.inputs[0];
  // No rows and no columns, as an empty list is read: another table may have names.
  const first = tables.find(({ columns }) => columns.length > 0) ?? tables[0];
  const all = model.inputs.reduce((sum, input) => sum + widthOf(input), 0);
  const own = port !== undefined && port.shape.length > 1 && !port.shape.slice(1).includes(null) ? all : null;
  const wanted = model.inputs.length > 1 ? all : (own ?? width);
  if (first?.rows === 0 && first.columns.length === 0 && wanted !== null)
    return Array.from({ length: wanted }, (_, j) => ({ name: `x${j}`, type: 'number' }));
  if (first === undefined || (wanted !== null && first.columns.length !== wanted))
    throw new AssayError(
      'COLUMNS_MISMATCH',
      `The model takes ${wanted} columns and doesn’t name them; the table has ${first?.columns.length ?? 0}: ${list(first)}.`,
    );
  const ports = portsOf(model, first.columns.length);
  return first.columns.map(({ name, type, unit }, j) => ({
    name,
    ...(type === 'text' && ports[j]?.type === 'string'
      ? category(name, j)
      : { type: type === 'bool' ? ('boolean' as const) : type === 'date' ? ('date' as const) : ('number' as const) }),
    ...(unit === undefined ? {} : { unit }),
  }));
}

/** The port that each of so many columns goes into. @throws MODEL_UNSUPPORTED when they don't fill the ports */
function portsOf(model: OnnxModel, columns: number): readonly Port[] {
  const [only] = model.inputs;
  const ports =
    model.inputs.length === 1 && only !== undefined
      ? Array.from({ length: columns }, () => only)
      : model.inputs.flatMap((port) => Array.from({ length: widthOf(port) }, () => port));
  if (ports.length !== columns)
    throw new AssayError(
      'MODEL_UNSUPPORTED',
      `The model has ${model.inputs.length} inputs, and Assay can’t tell which of ${columns} columns go where.`,
    );
  return ports;
}

/** The model's own texts for a column, then all others that the tables have there. */
function textsOf(name: string, at: number, tables: readonly TableData[], known: readonly string[]): string[] {
  const columns = tables
    .map(({ columns: all }) => all.find((column) => column.name === name) ?? (unnamed(all) ? all[at] : undefined))
    .filter((column) => column?.type === 'text');
  const others = new Set(columns.flatMap((column) => column!.values as readonly string[]));
  for (const text of known) others.delete(text);
  return [...known, ...[...others].sort()];
}

const list = (table: TableData | undefined): string => table?.columns.map(({ name }) => name).join(', ') ?? '';

/** Whether these are the names x0, x1, … that an array gets which has none. */
const unnamed = (items: readonly { readonly name: string }[]): boolean =>
  items.every(({ name }, i) => name === `x${i}`);

const emptyColumn = ({ name, categories }: Feature): Column =>
  categories === undefined
    ? { name, type: 'float64', values: new Float64Array(0) }
    : { name, type: 'text', values: [] };

/**
 * The columns of these features, in their order: by name, or by position where one side comes from an array without names.
 *
 * @throws COLUMNS_MISMATCH
 */
export function selectFeatures(table: TableData, features: readonly Feature[]): TableData {
  if (table.rows === 0 && table.columns.length === 0)
    return { $: 'table', rows: 0, columns: features.map(emptyColumn) };
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
 * A table as the model reads it: numbers are rounded where an input takes float32, as they are on their way in.
 *
 * @param table columns in the order of `features`
 * @returns (rows × features), NaN where a value is missing
 * @throws COLUMN_UNFIT when a column's type is not the feature's; MODEL_UNSUPPORTED when the features don't fill the inputs
 */
export function inputMatrix(model: OnnxModel, table: TableData, features: readonly Feature[]): Float64Array {
  const ports = portsOf(model, features.length);
  const whole = ports.findIndex(({ type }, j) => {
    const column = table.columns[j]!;
    if (!/^u?int/u.test(type) || column.type === 'text') return false;
    return numbersOf(column, features[j]!).some((value) => !Number.isNaN(value) && !Number.isInteger(value));
  });
  if (whole >= 0)
    throw new AssayError(
      'COLUMN_UNFIT',
      `“${features[whole]!.name}” holds fractions, and the model takes ${ports[whole]!.type} there.`,
      { where: features[whole]!.name },
    );
  return matrixOf(table, features, (j) => ports[j]!.type === 'float32');
}

/** @param rounds whether a column's numbers are rounded to float32 @throws COLUMN_UNFIT */
export function matrixOf(
  table: TableData,
  features: readonly Feature[],
  rounds: (column: number) => boolean,
): Float64Array {
  const { rows } = table;
  const out = new Float64Array(rows * features.length);
  features.forEach((feature, j) => {
    const values = numbersOf(table.columns[j]!, feature);
    const round = rounds(j);
    for (let row = 0; row < rows; row++)
      out[row * features.length + j] = round ? Math.fround(values[row]!) : values[row]!;
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
  portsOf(model, count);
  let start = 0;
  return model.inputs.map((port) => {
    const first = start;
    const width = model.inputs.length === 1 ? count : widthOf(port);
    start += width;
    const numbers = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++)
      numbers.set(x.subarray(row * count + first, row * count + first + width), row * width);
    return port.type === 'string'
      ? { texts: Array.from(numbers, (code, i) => textOf(features[first + (i % width)]!, code)), width }
      : { numbers, width };
  });
}

/** @throws VALUE_MISSING */
function textOf({ categories, name }: Feature, code: number): string {
  const text = categories?.[code];
  if (text !== undefined) return text;
  throw new AssayError('VALUE_MISSING', `“${name}”: the model takes text, and a value is missing.`, { where: name });
}

import type { Column } from '#common/data.ts';
import { DataType, tableFromIPC, type Vector } from 'apache-arrow';
import { broken } from './spec.ts';

/** Arrow IPC, file or stream. @throws DATASET_INVALID */
export function readArrow(bytes: Uint8Array): Column[] {
  let table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw broken(`It is not a whole Arrow file: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  return table.schema.fields.map((field, i) => {
    const vector = table.getChildAt(i);
    if (vector === null) throw broken('The column is missing in the file.', `column “${field.name}”`);
    return columnOf(field.name, vector);
  });
}

export function columnOf(name: string, vector: Vector): Column {
  const { type, length } = vector;
  const valid =
    vector.nullCount === 0 ? {} : { valid: Uint8Array.from({ length }, (_, row) => (vector.isValid(row) ? 1 : 0)) };
  const numbers = (missing: number): Float64Array =>
    Float64Array.from({ length }, (_, row) => Number(vector.get(row) ?? missing));
  if (DataType.isBool(type))
    return {
      name,
      type: 'bool',
      values: Uint8Array.from({ length }, (_, row) => (vector.get(row) === true ? 1 : 0)),
      ...valid,
    };
  if (DataType.isInt(type) && type.bitWidth === 64)
    return {
      name,
      type: 'int64',
      values: BigInt64Array.from({ length }, (_, row) => BigInt((vector.get(row) as bigint | null) ?? 0n)),
      ...valid,
    };
  if (DataType.isInt(type) && (type.bitWidth < 32 || type.isSigned))
    return { name, type: 'int32', values: Int32Array.from(numbers(0)), ...valid };
  // Whole arrays at once: ten times as fast, where nothing is missing and halves need no decoding.
  if (DataType.isFloat(type) && type.precision > 0 && vector.nullCount === 0)
    return { name, type: 'float64', values: Float64Array.from(vector.toArray() as ArrayLike<number>) };
  if (DataType.isInt(type) || DataType.isFloat(type)) return { name, type: 'float64', values: numbers(NaN), ...valid };
  if (DataType.isDate(type) || DataType.isTimestamp(type))
    return { name, type: 'date', values: numbers(NaN), ...valid };
  if (DataType.isDecimal(type))
    throw broken('Decimals are not read yet: cast the column to double first.', `column “${name}”`);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isDictionary(type))
    return { name, type: 'text', values: Array.from({ length }, (_, row) => String(vector.get(row) ?? '')), ...valid };
  throw broken(`Arrow’s type ${String(type)} has no place in a table here.`, `column “${name}”`);
}

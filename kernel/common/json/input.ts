/** Inputs as people and programs write them, turned into what a method's schema asks for. */
import { sha256Hex } from '#crypto';
import { fromBase64 } from '#common/bytes.ts';
import type { Digest, TableData, Tensor } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { looksLikeTable, tableFrom } from './table.ts';
import { looksLikeTensor, nested, tensorFrom } from './tensor.ts';
import { walkInput, type Wanted } from './walk.ts';
import { isNpy, readNpy } from '#common/data/npy.ts';
import type { JsonSchema } from '#common/plugin.ts';
import { isRecord, referenceOf, tableFormat, type Reference } from '#common/reference.ts';
import { decodeValue } from '#common/value/value.ts';

/** Where the bytes behind `{file}`, `{digest}` and `{dataset}` come from; passed in, so that command line and kernel share this. */
export interface InputSource {
  /** @throws FORBIDDEN, NOT_FOUND */
  file(path: string): Promise<Uint8Array>;
  /** Keeps a file as an artifact; it is never whole in memory. @throws FORBIDDEN, NOT_FOUND */
  keepFile(path: string): Promise<Digest>;
  /** @throws NOT_FOUND */
  artifact(digest: Digest): Promise<Uint8Array>;
  /** Keeps bytes as an artifact. */
  keep(bytes: Uint8Array): Promise<Digest>;
  table(of: { readonly name: string } | { readonly bytes: Uint8Array; readonly format?: string }): Promise<TableData>;
  /** Hears of every file and artifact that went into the input, under its place in it. */
  uses(name: string, digest: Digest): void;
}

/**
 * Follows the schema's keyword `assay` through a value: tables and tensors in any of their forms become TableData and Tensor, bytes
 * Uint8Array, artifacts digests; `{"file": "x.npy"}` also stands for a plain array.
 *
 * @throws INPUT_INVALID, NPY_INVALID naming the place; what `source` throws
 */
export function resolveInput(schema: JsonSchema, input: unknown, source: InputSource): Promise<unknown> {
  return walkInput(schema, input, (wanted, value, path) => convert(wanted, value, path, source));
}

type Kept = Pick<InputSource, 'file' | 'keep' | 'keepFile'>;

/** The input with its files turned into artifacts, for a kernel that cannot see them. @throws as `file` and `keepFile` do */
export function shipInput(schema: JsonSchema, input: unknown, from: Kept): Promise<unknown> {
  const ship = async (value: unknown, asText: boolean): Promise<unknown> => {
    const ref = referenceOf(value);
    if (ref === null || !('file' in ref)) return value;
    const digest = await (asText ? keepWhole(ref.file, from) : from.keepFile(ref.file));
    return asText ? digest : { digest };
  };
  return walkInput(schema, input, async (wanted, value) => {
    if (isRecord(value) && 'rows' in value) return { ...value, rows: await ship(value['rows'], false) };
    if (wanted === 'array' || wanted === 'anything') {
      const tensor = readNpy(await from.file((value as { file: string }).file));
      return wanted === 'array' ? nested(tensor, Number) : tensor;
    }
    return ship(value, wanted === 'artifact');
  });
}

async function convert(wanted: Wanted, value: unknown, path: string, source: InputSource): Promise<unknown> {
  switch (wanted) {
    case 'tensor':
    case 'anything':
      return tensorOf(value, path, source);
    case 'array':
      return nested(await tensorOf(value, path, source), Number);
    case 'table':
      return tableOf(value, path, source);
    case 'bytes': {
      const plain = plainBytes(value, path);
      const ref = plain === null ? referenceOf(value) : null;
      return plain ?? (ref === null || 'dataset' in ref ? value : await fetch(ref, path, source));
    }
    case 'artifact': {
      const plain = plainBytes(value, path);
      if (plain !== null) return source.keep(plain);
      const ref = referenceOf(value);
      if (ref === null) return value;
      if ('digest' in ref) return ref.digest;
      return keepWhole('file' in ref ? ref.file : ref.dataset, source);
    }
  }
}

/** A file as an artifact; a model with what it keeps beside itself. */
async function keepWhole(path: string, { file, keep, keepFile }: Kept): Promise<Digest> {
  if (!/\.onnx$/iu.test(path)) return keepFile(path);
  const { inOnePiece } = await import('#common/onnx/parts.ts');
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return keep(await inOnePiece(await file(path), (name) => file(`${folder}${name}`)));
}

async function tensorOf(value: unknown, path: string, source: InputSource): Promise<Tensor> {
  const ref = looksLikeTensor(value) ? null : referenceOf(value);
  if (ref === null || 'dataset' in ref) return tensorFrom(value, path);
  const bytes = await fetch(ref, path, source);
  if (isNpy(bytes)) return located(() => readNpy(bytes), path);
  if (isValue(bytes)) return tensorFrom(decodeValue(bytes), path);
  const name = 'file' in ref ? ref.file : ref.digest;
  throw new AssayError('INPUT_INVALID', `${path}: ${name} is no array: neither .npy nor a value that Assay wrote.`, {
    where: path,
  });
}

async function tableOf(value: unknown, path: string, source: InputSource): Promise<TableData> {
  if (looksLikeTable(value)) return tableFrom(value, path);
  if (isRecord(value) && 'rows' in value && 'columns' in value) {
    const ref = referenceOf(value['rows']);
    const rows = ref === null ? value['rows'] : await tensorOf(value['rows'], `${path}/rows`, source);
    return tableFrom({ columns: value['columns'], rows }, path);
  }
  const ref = looksLikeTensor(value) ? null : referenceOf(value);
  if (ref === null) return tableFrom(value, path);
  if ('dataset' in ref) return source.table({ name: ref.dataset });
  const bytes = await fetch(ref, path, source);
  if (isNpy(bytes))
    return tableFrom(
      located(() => readNpy(bytes), path),
      path,
    );
  if (isValue(bytes)) return tableFrom(decodeValue(bytes), path);
  const format = tableFormat(bytes, 'file' in ref ? ref.file : null);
  const rows = format === 'json' ? rowsIn(bytes) : null;
  if (rows !== null) return tableFrom(rows, path);
  return source.table({ bytes, ...(format === null ? {} : { format }) });
}

async function fetch(
  ref: Exclude<Reference, { dataset: string }>,
  path: string,
  source: InputSource,
): Promise<Uint8Array> {
  const bytes = 'digest' in ref ? await source.artifact(ref.digest) : await source.file(ref.file);
  source.uses(path.slice(1) || 'input', 'digest' in ref ? ref.digest : sha256Hex(bytes));
  return bytes;
}

/** Bytes that are in the input itself: an array of them, or `{base64}`. */
function plainBytes(value: unknown, path: string): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!isRecord(value) || typeof value['base64'] !== 'string') return null;
  const bytes = fromBase64(value['base64']);
  if (bytes === null) throw new AssayError('INPUT_INVALID', `${path}/base64 is not base64.`, { where: path });
  return bytes;
}

/** `{columns, rows}` in a JSON file, which `datasets` has no reason to know. */
function rowsIn(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) && looksLikeTable(value) ? value : null;
  } catch {
    return null;
  }
}

/** Begins as value.ts writes. */
function isValue(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && String.fromCharCode(...bytes.subarray(1, 7)) === 'Assay1';
}

function located<T>(make: () => T, path: string): T {
  try {
    return make();
  } catch (error) {
    const coded = AssayError.from(error);
    throw new AssayError(coded.code, `${path}: ${coded.message}`, { where: path, cause: error });
  }
}

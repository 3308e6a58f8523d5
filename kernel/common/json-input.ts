/** Inputs as people and programs write them, turned into what a method's schema asks for. */
import { sha256Hex } from '#crypto';
import { fromBase64, isDigest } from './bytes.ts';
import type { Digest, TableData, Tensor } from './data.ts';
import { AssayError } from './errors.ts';
import { looksLikeTable, tableFrom } from './json-table.ts';
import { looksLikeTensor, nested, tensorFrom } from './json-tensor.ts';
import { isNpy, readNpy } from './npy.ts';
import type { JsonSchema } from './plugin.ts';
import { decodeValue } from './value.ts';

/** Where the bytes behind `{file}`, `{digest}` and `{dataset}` come from; passed in, so that command line and kernel share this. */
export interface InputSource {
  /** @throws FORBIDDEN, NOT_FOUND */
  file(path: string): Promise<Uint8Array>;
  /** @throws NOT_FOUND */
  artifact(digest: Digest): Promise<Uint8Array>;
  /** Keeps bytes as an artifact. */
  keep(bytes: Uint8Array): Promise<Digest>;
  table(of: { readonly name: string } | { readonly bytes: Uint8Array; readonly format?: string }): Promise<TableData>;
  /** Hears of every file and artifact that went into the input, under its place in it. */
  uses(name: string, digest: Digest): void;
}

type Kind = 'tensor' | 'table' | 'bytes' | 'artifact';

/** File endings and the formats that the plugin `datasets` knows them by. */
const FORMATS: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'tsv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
};

/**
 * Follows the schema's keyword `assay` through a value: tables and tensors in any of their forms become TableData and Tensor, bytes
 * Uint8Array, artifacts digests. What comes back shares nothing that a validator may write to with what came in.
 *
 * @throws INPUT_INVALID, NPY_INVALID naming the place; what `source` throws
 */
export function resolveInput(schema: JsonSchema, input: unknown, source: InputSource): Promise<unknown> {
  const walk = async (node: unknown, value: unknown, path: string): Promise<unknown> => {
    const here = follow(schema, node);
    const kind = kindOf(here);
    if (kind !== null) return value === undefined ? value : await convert(kind, value, path, source);
    for (const key of ['anyOf', 'oneOf'] as const) {
      const branches = here[key];
      if (Array.isArray(branches)) value = await walk(branchFor(schema, branches, value), value, path);
    }
    for (const part of Array.isArray(here['allOf']) ? (here['allOf'] as unknown[]) : [])
      value = await walk(part, value, path);
    if (isArrayFile(here, value)) return arrayFrom(await tensorOf(value, path, source), here);
    if (Array.isArray(value)) {
      const { items } = here;
      if (!isRecord(items)) return [...(value as unknown[])];
      const out: unknown[] = [];
      for (const [i, item] of value.entries())
        out.push(isRecord(item) || needsWalk(items) ? await walk(items, item, `${path}/${i}`) : item);
      return out;
    }
    if (!isPlain(value)) return value;
    const out: Record<string, unknown> = { ...value };
    const properties = isRecord(here['properties']) ? here['properties'] : {};
    for (const key of Object.keys(out)) {
      const inner = Object.hasOwn(properties, key) ? properties[key] : here['additionalProperties'];
      out[key] = await walk(isRecord(inner) ? inner : {}, out[key], `${path}/${key}`);
    }
    return out;
  };
  return walk(schema, input, '');
}

async function convert(kind: Kind, value: unknown, path: string, source: InputSource): Promise<unknown> {
  if (kind === 'tensor') return tensorOf(value, path, source);
  if (kind === 'table') return tableOf(value, path, source);
  if (value instanceof Uint8Array) return kind === 'bytes' ? value : source.keep(value);
  if (value instanceof ArrayBuffer) return convert(kind, new Uint8Array(value), path, source);
  if (kind === 'artifact' && isDigest(value)) return value;
  if (isRecord(value) && typeof value['base64'] === 'string') {
    const bytes = fromBase64(value['base64']);
    if (bytes === null) throw new AssayError('INPUT_INVALID', `${path}/base64 is not base64.`, { where: path });
    return convert(kind, bytes, path, source);
  }
  const ref = referenceOf(value);
  if (ref === null || 'dataset' in ref) return value;
  if (kind === 'artifact') return 'digest' in ref ? ref.digest : source.keep(await source.file(ref.file));
  return (await fetch(ref, path, source)).bytes;
}

async function tensorOf(value: unknown, path: string, source: InputSource): Promise<Tensor> {
  const ref = looksLikeTensor(value) ? null : referenceOf(value);
  if (ref === null || 'dataset' in ref) return tensorFrom(value, path);
  const { bytes } = await fetch(ref, path, source);
  if (isNpy(bytes)) return located(() => readNpy(bytes), path);
  if (isValue(bytes)) return tensorFrom(decodeValue(bytes), path);
  throw new AssayError(
    'INPUT_INVALID',
    `${path}: ${nameOf(ref)} is no array: neither .npy nor a value that Assay wrote.`,
    { where: path },
  );
}

async function tableOf(value: unknown, path: string, source: InputSource): Promise<TableData> {
  if (looksLikeTable(value)) return tableFrom(value, path);
  if (isRecord(value) && 'rows' in value && 'columns' in value) {
    const rows =
      referenceOf(value['rows']) === null ? value['rows'] : await tensorOf(value['rows'], `${path}/rows`, source);
    return tableFrom({ columns: value['columns'], rows }, path);
  }
  const ref = looksLikeTensor(value) ? null : referenceOf(value);
  if (ref === null) return tableFrom(value, path);
  if ('dataset' in ref) return source.table({ name: ref.dataset });
  const { bytes, format } = await fetch(ref, path, source);
  if (isNpy(bytes))
    return tableFrom(
      located(() => readNpy(bytes), path),
      path,
    );
  if (isValue(bytes)) return tableFrom(decodeValue(bytes), path);
  const rows = format === 'json' ? rowsIn(bytes) : null;
  if (rows !== null) return tableFrom(rows, path);
  return source.table({ bytes, ...(format === null ? {} : { format }) });
}

type Reference = { readonly file: string } | { readonly digest: Digest } | { readonly dataset: string };

/** `{file}`, `{digest}`, `{dataset}`, or a string: a digest, the name of a data set, or a path. */
function referenceOf(value: unknown): Reference | null {
  if (typeof value === 'string') {
    if (isDigest(value)) return { digest: value };
    return /^[a-z][a-z0-9_]*$/.test(value) ? { dataset: value } : { file: value };
  }
  if (!isRecord(value) || Object.keys(value).length !== 1) return null;
  if (typeof value['file'] === 'string') return { file: value['file'] };
  if (typeof value['dataset'] === 'string') return { dataset: value['dataset'] };
  return isDigest(value['digest']) ? { digest: value['digest'] } : null;
}

interface Fetched {
  readonly bytes: Uint8Array;
  readonly format: string | null;
}

async function fetch(
  ref: Exclude<Reference, { dataset: string }>,
  path: string,
  source: InputSource,
): Promise<Fetched> {
  const name = path.slice(1) || 'input';
  if ('digest' in ref) {
    const bytes = await source.artifact(ref.digest);
    source.uses(name, ref.digest);
    return { bytes, format: sniff(bytes) };
  }
  const bytes = await source.file(ref.file);
  source.uses(name, sha256Hex(bytes));
  return { bytes, format: FORMATS[/\.([a-z0-9]+)$/i.exec(ref.file)?.[1]?.toLowerCase() ?? ''] ?? sniff(bytes) };
}

/** An artifact has no name whose ending says what it is. */
function sniff(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith('PAR1')) return 'parquet';
  if (head.startsWith('ARROW1')) return 'arrow';
  if (/^\s*[[{]/.test(head)) return 'json';
  return /^[\x20-\x7e\t\r\n\x80-\xff]*$/.test(head) ? 'csv' : null;
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

/** `{"file": "x.npy"}` where the schema wants a plain array or says nothing. */
function isArrayFile(schema: JsonSchema, value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).length !== 1) return false;
  const { file } = value;
  const plain = schema['type'] === 'array' || Object.keys(schema).length === 0;
  return plain && typeof file === 'string' && file.endsWith('.npy');
}

function arrayFrom(tensor: Tensor, schema: JsonSchema): unknown {
  return schema['type'] === 'array' ? nested(tensor, Number) : tensor;
}

/** The schema with its `$ref` followed; refs stay inside the document. */
function follow(root: JsonSchema, node: unknown): JsonSchema {
  let here = isRecord(node) ? node : {};
  for (let steps = 0; typeof here['$ref'] === 'string' && steps < 32; steps++) {
    const keys = here['$ref'].split('/').slice(1);
    const target = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root);
    here = isRecord(target) ? target : {};
  }
  return here;
}

function kindOf(schema: JsonSchema): Kind | null {
  const kind = schema['assay'];
  return kind === 'tensor' || kind === 'table' || kind === 'bytes' || kind === 'artifact' ? kind : null;
}

/** Of alternatives, the one that a value is meant as: plain JSON where it fits by type, else the first binary form that could be. */
function branchFor(root: JsonSchema, branches: readonly unknown[], value: unknown): unknown {
  const followed = branches.map((branch) => follow(root, branch));
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const plain = followed.find((branch) => {
    if (kindOf(branch) !== null) return false;
    if (type === 'object' && isRecord(value)) return objectFits(branch, value);
    const { type: wants } = branch;
    return (
      wants === type ||
      (wants === 'integer' && type === 'number') ||
      (Array.isArray(wants) && wants.includes(type)) ||
      isConst(branch, value)
    );
  });
  if (plain !== undefined) return plain;
  const binary = followed.filter((branch) => kindOf(branch) !== null);
  const fits = binary.find((branch) => {
    const kind = kindOf(branch);
    if (kind === 'table')
      return looksLikeTable(value) || (isRecord(value) && 'columns' in value) || referenceOf(value) !== null;
    if (kind === 'tensor') return looksLikeTensor(value) || referenceOf(value) !== null;
    return true;
  });
  return fits ?? binary[0] ?? {};
}

function objectFits(branch: JsonSchema, value: Record<string, unknown>): boolean {
  if (branch['type'] !== 'object' || !isRecord(branch['properties'])) return false;
  const { properties } = branch;
  return Object.keys(value).length > 0 && Object.keys(value).every((key) => Object.hasOwn(properties, key));
}

function isConst(branch: JsonSchema, value: unknown): boolean {
  return branch['const'] === value || (Array.isArray(branch['enum']) && branch['enum'].includes(value));
}

function needsWalk(schema: JsonSchema): boolean {
  return ['assay', '$ref', 'anyOf', 'oneOf', 'allOf', 'items'].some((key) => key in schema);
}

function located<T>(make: () => T, path: string): T {
  try {
    return make();
  } catch (error) {
    const coded = AssayError.from(error);
    throw new AssayError(coded.code, `${path}: ${coded.message}`, { where: path, cause: error });
  }
}

/** Begins as value.ts writes. */
function isValue(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && String.fromCharCode(...bytes.subarray(1, 7)) === 'Assay1';
}

function nameOf(ref: Reference): string {
  return 'file' in ref ? ref.file : 'digest' in ref ? ref.digest : ref.dataset;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value) || '$' in value) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/** Follows a method's schema through an input to the places where binary values are asked for. */
import { looksLikeTable } from './table.ts';
import { looksLikeTensor } from './tensor.ts';
import type { JsonSchema } from '#common/plugin.ts';
import { isRecord, referenceOf } from '#common/reference.ts';

/** What the schema's keyword `assay` asks for, or a plain array that a file may stand for. */
export type Wanted = 'tensor' | 'table' | 'bytes' | 'artifact' | 'array' | 'anything';

/** @param path JSON Pointer */
export type Convert = (wanted: Wanted, value: unknown, path: string) => Promise<unknown>;

/**
 * The input with every binary value passed through `convert`. Shares no object that the schema describes with what came in, so that a
 * validator may fill in defaults.
 */
export function walkInput(schema: JsonSchema, input: unknown, convert: Convert): Promise<unknown> {
  const walk = async (node: unknown, given: unknown, path: string): Promise<unknown> => {
    const here = follow(schema, node);
    const kind = kindOf(here);
    if (given === undefined) return given;
    if (kind !== null) return convert(kind, given, path);
    let value: unknown = given;
    for (const branches of [here['anyOf'], here['oneOf']])
      if (Array.isArray(branches)) value = await walk(branchFor(schema, branches, value), value, path);
    if (Array.isArray(here['allOf'])) for (const part of here['allOf']) value = await walk(part, value, path);
    if (isArrayFile(value)) {
      if (here['type'] === 'array') return convert('array', value, path);
      if (Object.keys(here).length === 0) return convert('anything', value, path);
    }
    if (Array.isArray(value)) return walkItems(here['items'], value, path);
    return isPlain(value) ? walkProperties(here, value, path) : value;
  };
  const walkItems = async (items: unknown, value: readonly unknown[], path: string): Promise<unknown[]> => {
    if (!isRecord(items)) return [...value];
    const deep = ['assay', '$ref', 'anyOf', 'oneOf', 'allOf', 'items'].some((key) => key in items);
    const out: unknown[] = [];
    for (const [i, item] of value.entries())
      out.push(deep || isRecord(item) ? await walk(items, item, `${path}/${i}`) : item);
    return out;
  };
  const walkProperties = async (here: JsonSchema, value: Record<string, unknown>, path: string): Promise<unknown> => {
    const properties = isRecord(here['properties']) ? here['properties'] : {};
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const inner = Object.hasOwn(properties, key) ? properties[key] : here['additionalProperties'];
      const next = await walk(isRecord(inner) ? inner : {}, item, `${path}/${key}`);
      Object.defineProperty(out, key, { value: next, enumerable: true, writable: true, configurable: true });
    }
    return out;
  };
  return walk(schema, input, '');
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

function kindOf(schema: JsonSchema): Exclude<Wanted, 'array' | 'anything'> | null {
  const kind = schema['assay'];
  return kind === 'tensor' || kind === 'table' || kind === 'bytes' || kind === 'artifact' ? kind : null;
}

/** Of alternatives, the one that a value is meant as: plain JSON where it fits by type, else the first binary form that could be. */
function branchFor(root: JsonSchema, branches: readonly unknown[], value: unknown): JsonSchema {
  const followed = branches.map((branch) => follow(root, branch));
  const plain = followed.find((branch) => kindOf(branch) === null && fitsPlain(branch, value));
  if (plain !== undefined) return plain;
  const binary = followed.filter((branch) => kindOf(branch) !== null);
  return binary.find((branch) => couldBe(kindOf(branch), value)) ?? binary[0] ?? {};
}

function fitsPlain(branch: JsonSchema, value: unknown): boolean {
  if (isRecord(value)) {
    const { type, properties } = branch;
    if (type !== 'object' || !isRecord(properties)) return false;
    const keys = Object.keys(value);
    return keys.length > 0 && keys.every((key) => Object.hasOwn(properties, key));
  }
  if (branch['const'] === value || (Array.isArray(branch['enum']) && branch['enum'].includes(value))) return true;
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const wants: readonly unknown[] = Array.isArray(branch['type']) ? branch['type'] : [branch['type']];
  return wants.includes(type) || (type === 'number' && wants.includes('integer'));
}

function couldBe(kind: Wanted | null, value: unknown): boolean {
  if (referenceOf(value) !== null) return true;
  if (kind === 'table') return looksLikeTable(value) || (isRecord(value) && 'columns' in value);
  return kind === 'tensor' ? looksLikeTensor(value) : true;
}

/** `{"file": "x.npy"}` where the schema wants a plain array or says nothing. */
function isArrayFile(value: unknown): boolean {
  const ref = isRecord(value) ? referenceOf(value) : null;
  return ref !== null && 'file' in ref && ref.file.endsWith('.npy');
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value) || '$' in value) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

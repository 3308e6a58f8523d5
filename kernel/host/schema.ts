import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { TypedArray } from '#common/data.ts';
import type { JsonSchema } from '#common/plugin.ts';
import { isTableData } from '#common/data/table.ts';
import { isTensor } from '#common/data/tensor.ts';

/** One place where a value does not fit: where, what was expected, what was there. */
export interface Misfit {
  /** JSON Pointer into the value; '' is the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

const ajv = new Ajv2020({
  allErrors: false,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  strictTuples: false,
  useDefaults: true,
});
ajv.addKeyword({
  keyword: 'assay',
  metaSchema: { enum: ['tensor', 'table', 'bytes', 'artifact'] },
  error: { message: ({ schema }) => `must be ${article(String(schema))}` },
  validate: (kind: string, value: unknown) => isKind(kind, value),
});
ajv.addKeyword({ keyword: 'unit', metaSchema: { type: 'string' } });
ajv.addFormat('digest', /^[0-9a-f]{64}$/);

/** @throws Error whose message says what is wrong with the schema */
export function compile(schema: JsonSchema): ValidateFunction {
  return ajv.compile({ ...schema });
}

/** Checks a value and fills in the schema's defaults. @returns null when it fits */
export function misfit(validate: ValidateFunction, value: unknown): Misfit | null {
  if (validate(value)) return null;
  const error = deepest(validate.errors ?? []);
  if (error === undefined) return { path: '', expected: 'a value that fits', got: show(value) };
  const path = error.instancePath + extraOf(error);
  return { path, expected: expectation(error), got: error.keyword === 'required' ? 'none' : show(at(value, path)) };
}

/** `shap.explain: /data must be a table, got "abc"` */
export function sentence({ path, expected, got }: Misfit): string {
  return `${path === '' ? 'The value' : path} ${expected}; got ${got}.`;
}

/** Of several alternatives that all failed, the one that went furthest says most. */
function deepest(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const best = Math.max(...errors.map(depth));
  const union = errors.find((error) => ['anyOf', 'oneOf'].includes(error.keyword));
  if (union !== undefined && depth(union) === best) {
    const branches = errors.filter((error) => error.instancePath === union.instancePath && error !== union);
    return { ...union, message: [...new Set(branches.map((e) => expectation(e)))].join(', or ') };
  }
  return errors.find((error) => depth(error) === best);
}

function depth({ instancePath }: ErrorObject): number {
  return instancePath.split('/').length;
}

function expectation({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return `must have the property “${String(params['missingProperty'])}”`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a property that the schema knows';
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'type':
      return `must be ${String(params['type']).split(',').map(article).join(' or ')}`;
    default:
      return message ?? `must satisfy “${keyword}”`;
  }
}

function extraOf({ keyword, params }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `/${String(params['additionalProperty'])}`;
  return keyword === 'unevaluatedProperties' ? `/${String(params['unevaluatedProperty'])}` : '';
}

function at(value: unknown, pointer: string): unknown {
  let node = value;
  for (const key of pointer.split('/').slice(1)) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = (node as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node;
}

function isKind(kind: string, value: unknown): boolean {
  if (kind === 'table') return isTableData(value);
  if (kind === 'tensor') return isTensor(value);
  if (kind === 'bytes') return value instanceof Uint8Array;
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function article(type: string): string {
  if (type === 'bytes') return 'bytes';
  if (type === 'artifact') return 'the digest of an artifact';
  return type === 'null' ? 'null' : `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** A value in a few words: scalars as JSON, containers by kind and size. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${(value as TypedArray).length}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isTensor(value)) return `a tensor of ${value.shape.join(' × ') || 'one number'}`;
  if (isTableData(value)) return `a table of ${value.rows} rows`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [key]));
    return keys.length === 0
      ? 'an empty object'
      : `an object with ${keys.slice(0, 6).join(', ')}${keys.length > 6 ? ', …' : ''}`;
  }
  const text =
    typeof value === 'string' || typeof value === 'boolean' || value === null ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Forms from JSON Schemas: what field each property gets, and what the fields' texts mean. */
import { AssayError } from '#common/errors.ts';
import type { JsonSchema } from '#common/plugin.ts';

type FieldKind = 'text' | 'number' | 'boolean' | 'choice' | 'json';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** What an empty field of JSON takes, in a few words. */
  readonly holds: string;
  /** What the field holds at first. */
  readonly initial: string;
}

const HOLDS: Readonly<Record<string, string>> = {
  artifact: 'a digest, from a receipt or another result',
  table: '{"dataset": "wages"} or {"columns": ["a"], "rows": [[1]]}',
  tensor: '[[1, 2], [3, 4]]',
};

export function fieldsOf(schema: JsonSchema, example: unknown): readonly Field[] {
  const required = new Set((schema['required'] ?? []) as string[]);
  const given = (typeof example === 'object' && example !== null ? example : {}) as Record<string, unknown>;
  return Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
    .map(([name, property]): Field => {
      const kind = kindOf(property);
      const initial = given[name] ?? property['default'];
      return {
        name,
        kind,
        label: String(property['title'] ?? name),
        help: String(property['description'] ?? ''),
        required: required.has(name),
        choices: Array.isArray(property['enum']) ? property['enum'].map(String) : [],
        holds: kind === 'json' ? (HOLDS[String(property['assay'])] ?? 'JSON') : '',
        initial: initial === undefined ? '' : kind === 'json' ? JSON.stringify(initial) : String(initial),
      };
    })
    .toSorted((a, b) => Number(b.required) - Number(a.required));
}

function kindOf(schema: JsonSchema): FieldKind {
  if (schema['assay'] !== undefined) return 'json';
  if (Array.isArray(schema['enum'])) return 'choice';
  if (schema['type'] === 'string') return 'text';
  if (schema['type'] === 'number' || schema['type'] === 'integer') return 'number';
  if (schema['type'] === 'boolean') return 'boolean';
  return 'json';
}

/** The input that the fields' texts say; empty ones are left out. @throws INPUT_INVALID naming the field */
export function inputOf(
  fields: readonly Field[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const text = (texts[field.name] ?? '').trim();
    return text === '' ? [] : [[field.name, valueOf(field, text)]];
  });
  return Object.fromEntries(entries);
}

function valueOf({ name, kind }: Field, text: string): unknown {
  if (kind === 'boolean') return text === 'true';
  if (kind === 'number') return Number(text);
  if (kind !== 'json') return text;
  // A bare word where JSON is expected is most likely a name or a digest.
  if (/^[\w.-]+$/.test(text) && Number.isNaN(Number(text)) && !/^(?:true|false|null)$/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AssayError('INPUT_INVALID', `“${name}” is not JSON: ${(cause as Error).message}`, { where: name, cause });
  }
}

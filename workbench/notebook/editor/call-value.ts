/** Whether a value, as far as it is known without running, fits a parameter's schema. When in doubt it does: the kernel has the last word. */
import type { JsonSchema } from '#common/plugin.ts';

type Kind = 'string' | 'number' | 'bigint' | 'boolean' | 'null' | 'array' | 'object' | 'table' | 'tensor' | 'function';

export interface Literal {
  readonly kind: Kind;
  /** When it is written out. */
  readonly value?: string | number | boolean;
}

/** What else counts as a JSON type: a typed array is an array to a schema, a table an object. */
const FITS: Readonly<Record<string, readonly Kind[]>> = {
  string: ['string'],
  number: ['number'],
  integer: ['number'],
  boolean: ['boolean'],
  null: ['null'],
  array: ['array', 'tensor'],
  object: ['object', 'table', 'tensor'],
};
/** The host makes these from more than one form (host/inputs). */
const SPECIAL: Readonly<Record<string, { readonly kinds: readonly Kind[]; readonly called: string }>> = {
  table: { kinds: ['table', 'object', 'array'], called: 'a table' },
  tensor: { kinds: ['tensor', 'array', 'object', 'number', 'table'], called: 'numbers' },
  artifact: { kinds: ['string', 'object'], called: 'a digest' },
};

/** A cell's type as reports give it (`table 3 × 2`, `array 10`), as a kind; null when it says nothing. */
export function kindName(type: string | undefined): Kind | null {
  const word = type?.split(' ', 1)[0] ?? '';
  if (/^(?:string|number|bigint|boolean|null|array|table|tensor|function)$/.test(word)) return word as Kind;
  return null;
}

/** What is wrong with it, as the rest of a sentence; null when nothing is. */
export function misfit(schema: JsonSchema, { kind, value }: Literal): string | null {
  if (kind === 'function') return 'is a function; methods take data.';
  const special = typeof schema['assay'] === 'string' ? SPECIAL[schema['assay']] : undefined;
  if (special) return special.kinds.includes(kind) ? null : `should be ${special.called}, and is ${article(kind)}.`;
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (options) {
    const wrong = options.map((option) => misfit(option, { kind, ...(value === undefined ? {} : { value }) }));
    return wrong.includes(null) ? null : (wrong[0] ?? null);
  }
  const allowed = schema['enum'] as readonly unknown[] | undefined;
  if (allowed) {
    if (value === undefined ? allowed.some((item) => kindOf(item) === kind) : allowed.includes(value)) return null;
    return `should be one of ${allowed.map((item) => JSON.stringify(item)).join(', ')}.`;
  }
  const type = (schema['type'] ?? []) as string | readonly string[];
  const types = typeof type === 'string' ? [type] : type;
  if (types.length === 0) return null;
  if (!types.some((type) => FITS[type]?.includes(kind) ?? true))
    return `should be ${types.map(article).join(' or ')}, and is ${article(kind)}.`;
  return typeof value === 'number' ? outOfBounds(schema, value, types) : null;
}

function outOfBounds(schema: JsonSchema, value: number, types: readonly string[]): string | null {
  const bound = (key: string): number | undefined => schema[key] as number | undefined;
  if (!types.includes('number') && types.includes('integer') && !Number.isInteger(value))
    return 'should be a whole number.';
  if (value < (bound('minimum') ?? -Infinity)) return `should be at least ${bound('minimum')}.`;
  if (value > (bound('maximum') ?? Infinity)) return `should be at most ${bound('maximum')}.`;
  if (value <= (bound('exclusiveMinimum') ?? -Infinity)) return `should be more than ${bound('exclusiveMinimum')}.`;
  if (value >= (bound('exclusiveMaximum') ?? Infinity)) return `should be less than ${bound('exclusiveMaximum')}.`;
  return null;
}

const kindOf = (item: unknown): string => (item === null ? 'null' : typeof item);
const article = (kind: string): string =>
  kind === 'null' ? 'null' : kind === 'string' ? 'text' : /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;

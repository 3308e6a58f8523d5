/** What resources look like in the OpenAPI document, and helpers that keep a route's schema short. */
import type { JsonSchema } from '#common/plugin.ts';
import { ERRORS, type ErrorCode } from '#common/errors.ts';

type Properties = Readonly<Record<string, JsonSchema>>;

/** An object with exactly these properties; those named in `optional` may be absent. */
export function object(properties: Properties, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const text = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'string',
  description,
  ...more,
});
export const integer = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'integer',
  description,
  ...more,
});
export const list = (items: JsonSchema, description = ''): JsonSchema => ({
  type: 'array',
  items,
  ...(description === '' ? {} : { description }),
});
export const anything = (description: string): JsonSchema => ({ description });

export const digest = text('SHA-256 as 64 lower-case hexadecimal digits.', { pattern: '^[0-9a-f]{64}$' });

/** Schemas under their own names in the document. */
export const NAMED = {
  Error: object(
    {
      code: text('Stable: never changes its meaning.', { enum: Object.keys(ERRORS) }),
      message: text('What happened, for a person.'),
      hint: text('What to do.'),
      where: text('Where: a path into the input, a file and line, a method.'),
      details: anything('For a program; never needed to understand the message.'),
    },
    ['where', 'details'],
  ),
  ReceiptRef: object({
    id: digest,
    index: integer('Leaf of the organisation’s log.', { minimum: 0 }),
    body: text('The receipt in JCS bytes: its SHA-256 is `id`.'),
  }),
  Notebook: object({
    name: text('File name without `.md`.'),
    title: text('From the front matter.'),
    summary: text('First paragraph, without the sentences that hold values.'),
    order: { type: ['integer', 'null'], description: 'Place in a list before the others, the lowest first.' },
    digest,
    modified: text('RFC 3339 time of the last change on disk.'),
  }),
  Run: object(
    {
      id: text('Chosen by the caller or made by the kernel.'),
      method: text('`plugin.method`'),
      started: text('RFC 3339 time.'),
      state: text('A cancelled call ends once the method has stopped.', { enum: ['running', 'cancelling'] }),
      progress: object({ done: { type: 'number' }, total: { type: 'number' }, note: { type: 'string' } }, ['note']),
    },
    ['progress'],
  ),
} as const satisfies Properties;

export const ref = (name: keyof typeof NAMED): JsonSchema => ({ $ref: `${name}#` });

interface Reply {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** A reply in JSON. */
export const json = (description: string, schema: JsonSchema): Reply => ({
  description,
  content: { 'application/json': { schema } },
});

/** A reply that isn't JSON, in any of these content types. */
export function body(description: string, ...types: string[]): Reply {
  const schema: JsonSchema = { type: 'string', format: 'binary' };
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

/** A request's body in any of these content types, which no schema describes. */
export function takes(description: string, ...types: string[]): Reply {
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema: { description } }])) };
}

/** Error replies of these codes, and of those that any resource can give. */
export function failures(...codes: ErrorCode[]): Record<string, Reply> {
  const all: ErrorCode[] = ['AUTH_REQUIRED', 'HOST_REFUSED', 'ORIGIN_REFUSED', 'INTERNAL', ...codes];
  const byStatus = Object.groupBy(all, (code) => String(ERRORS[code].status));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group = []]) => [
      status,
      json(group.map((code) => `${code}: ${ERRORS[code].says}`).join(' '), ref('Error')),
    ]),
  );
}

/** plugin.json as a closed JSON Schema: a misspelt key is an error, never ignored. */
export const MANIFEST_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'version', 'title', 'description', 'engines', 'permissions', 'methods'],
  properties: {
    $schema: { type: 'string' },
    name: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', maxLength: 64 },
    version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$' },
    title: { type: 'string', minLength: 1 },
    description: { type: 'string', minLength: 1 },
    engines: {
      type: 'object',
      additionalProperties: false,
      required: ['assay'],
      properties: { assay: { type: 'string', minLength: 1 } },
    },
    permissions: {
      type: 'object',
      additionalProperties: false,
      properties: {
        files: { type: 'array', items: { type: 'string', pattern: '^(?!/|.*(^|/)\\.\\.(/|$)).+$' }, uniqueItems: true },
        network: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z0-9.-]+(:\\d+)?$' }, uniqueItems: true },
        calls: {
          type: 'array',
          items: { type: 'string', pattern: '^[a-z][a-z0-9-]*\\.[a-z][A-Za-z0-9]*$' },
          uniqueItems: true,
        },
      },
    },
    methods: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['title', 'description', 'input', 'output'],
        properties: {
          title: { type: 'string', minLength: 1 },
          description: { type: 'string', minLength: 1 },
          input: { type: 'object' },
          output: { type: 'object' },
          timeout: { type: 'integer', minimum: 1, maximum: 86_400_000 },
          stream: { type: 'boolean' },
          kind: { enum: ['run', 'dataset', 'model'] },
          deterministic: { type: 'boolean' },
          example: {},
        },
      },
    },
    views: {
      type: 'object',
      propertyNames: { pattern: '^[a-z][A-Za-z0-9]*$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['title'],
        properties: { title: { type: 'string', minLength: 1 }, description: { type: 'string' } },
      },
    },
    notebooks: { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true },
  },
} as const;

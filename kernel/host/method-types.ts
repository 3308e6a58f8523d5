import type { JsonSchema, MethodManifest, PluginManifest } from '#common/plugin.ts';

/**
 * `methods.gen.ts`: TypeScript types of a plugin's methods, written from the schemas in plugin.json. A property with a default is always
 * there when the method sees its input, so it is not optional.
 */
export function methodTypes({ name, methods }: PluginManifest): string {
  const parts: string[] = [];
  const signatures: string[] = [];
  const imports = new Set<string>();
  for (const [method, manifest] of Object.entries(methods)) {
    const title = method[0]!.toUpperCase() + method.slice(1);
    const [input, output] = [`${title}Input`, manifest.stream === true ? `${title}Chunk` : `${title}Output`];
    for (const [type, schema] of [
      [input, manifest.input],
      [output, manifest.output],
    ] as const) {
      const writer = createWriter(schema, type, imports, type !== input);
      const body = writer.type(schema, 0);
      parts.push(...writer.definitions(), declaration(type, body));
    }
    signatures.push(
      `${comment(manifest)}  ${method}(input: ${input}, ctx: MethodContext): ${returned(output, manifest)};`,
    );
  }
  const data = [...imports].sort();
  return [
    `// From plugin.json, by \`npx assay plugin-types ${name}\`: change that, not this.`,
    ...(data.length === 0 ? [] : [`import type { ${data.join(', ')} } from '#common/data.ts';`]),
    `import type { MethodContext } from '#common/plugin.ts';`,
    '',
    ...parts.flatMap((part) => [part, '']),
    'export interface Methods {',
    ...signatures,
    '}',
    '',
  ].join('\n');
}

interface Writer {
  type(schema: unknown, depth: number): string;
  /** Declarations of the `$defs` that were used. */
  definitions(): string[];
}

/** @param gives the type is of what a method returns: any object will do where the schema says no more than `object` */
function createWriter(root: JsonSchema, prefix: string, imports: Set<string>, gives: boolean): Writer {
  const used = new Map<string, string>();
  const type = (schema: unknown, depth: number): string => {
    if (!isSchema(schema)) return 'unknown';
    const { assay, $ref, type: kind } = schema;
    if (typeof assay === 'string') return binary(assay, imports);
    if (typeof $ref === 'string') return reference($ref);
    if ('const' in schema) return JSON.stringify(schema['const']);
    if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ');
    for (const key of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[key])) return union(schema[key].map((s) => type(s, depth)));
    if (Array.isArray(schema['allOf'])) return schema['allOf'].map((s) => wrapped(type(s, depth))).join(' & ');
    if (Array.isArray(kind)) return union(kind.map((one) => type({ ...schema, type: one as unknown }, depth)));
    switch (kind) {
      case 'string':
        return 'string';
      case 'number':
      case 'integer':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'null':
        return 'null';
      case 'array':
        return array(schema, depth);
      case 'object':
        return object(schema, depth);
      default:
        return isSchema(schema['properties']) ? object(schema, depth) : 'unknown';
    }
  };
  const array = ({ items, prefixItems }: JsonSchema, depth: number): string => {
    if (Array.isArray(prefixItems)) return `readonly [${prefixItems.map((item) => type(item, depth)).join(', ')}]`;
    return `readonly ${wrapped(type(items, depth))}[]`;
  };
  const object = (schema: JsonSchema, depth: number): string => {
    const properties = isSchema(schema['properties']) ? schema['properties'] : {};
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const indent = '  '.repeat(depth + 1);
    const lines = Object.entries(properties).map(([key, property]) => {
      const about = isSchema(property) && typeof property['description'] === 'string' ? property['description'] : null;
      const there = required.has(key) || (isSchema(property) && 'default' in property);
      const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
      const doc = about === null ? '' : `${indent}/** ${about.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`;
      return `${doc}${indent}readonly ${name}${there ? '' : '?'}: ${type(property, depth + 1)};`;
    });
    const more = schema['additionalProperties'];
    if (lines.length === 0) {
      if (more === false) return 'Readonly<Record<string, never>>';
      if (gives && !isSchema(more)) return 'object';
      return `Readonly<Record<string, ${isSchema(more) ? type(more, depth) : 'unknown'}>>`;
    }
    const body = `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
    return isSchema(more) ? `${body} & Readonly<Record<string, ${type(more, depth)}>>` : body;
  };
  const reference = (ref: string): string => {
    const key = /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1];
    const defs = root['$defs'];
    if (ref === '#') return prefix;
    if (key === undefined || !isSchema(defs) || !(key in defs)) return 'unknown';
    const name = prefix + key[0]!.toUpperCase() + key.slice(1).replaceAll(/\W/g, '');
    if (!used.has(name)) {
      used.set(name, '');
      used.set(name, type(defs[key], 0));
    }
    return name;
  };
  return { type, definitions: () => [...used].map(([name, body]) => declaration(name, body)) };
}

function binary(kind: string, imports: Set<string>): string {
  if (kind === 'bytes') return 'Uint8Array';
  const name = { table: 'TableData', tensor: 'Tensor', artifact: 'Digest' }[kind];
  if (name === undefined) return 'unknown';
  imports.add(name);
  return name;
}

function returned(output: string, { stream }: MethodManifest): string {
  return stream === true ? `AsyncIterable<${output}>` : `${output} | Promise<${output}>`;
}

function comment({ description }: MethodManifest): string {
  return `  /** ${description.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`;
}

function declaration(name: string, body: string): string {
  return /^\{[\s\S]*\n\}$/.test(body) ? `export interface ${name} ${body}` : `export type ${name} = ${body};`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function wrapped(type: string): string {
  return /[|&]|^readonly /.test(type) ? `(${type})` : type;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

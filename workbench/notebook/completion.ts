/** What can be typed at a place in a cell: plugin methods and their parameters, data sets and their columns, names of other cells. */
import { namespaceOf } from '#common/cells/names.ts';
import type { JsonSchema, PluginManifest } from '#common/plugin.ts';

export interface CompletionWorld {
  readonly language: 'ts' | 'js' | 'sql' | 'md';
  /** All there are: one that the notebook does not name yet is found here, and let in with a click. */
  readonly plugins: readonly PluginManifest[];
  /** Names of the data sets. */
  readonly tables: readonly string[];
  /** What is known of them; asking for it asks the kernel. */
  readonly datasets: readonly {
    readonly name: string;
    readonly title: string;
    readonly columns: readonly ColumnInfo[];
  }[];
  readonly variables: readonly { readonly name: string; readonly detail: string }[];
  readonly view: boolean;
}

interface ColumnInfo {
  readonly name: string;
  readonly type?: string;
  readonly unit?: string;
  readonly description?: string;
}

export interface Suggestion {
  readonly label: string;
  /** What is written; `label` unless given. `|` is where the cursor goes, at the end unless given. */
  readonly apply?: string;
  readonly detail?: string;
  /** A paragraph. */
  readonly info?: string;
  readonly kind: 'method' | 'parameter' | 'value' | 'dataset' | 'column' | 'variable' | 'namespace' | 'builtin';
}

export interface Completions {
  /** Offset in the code from which the chosen text replaces what is there. */
  readonly from: number;
  readonly options: readonly Suggestion[];
}

const BUILT_IN: readonly Suggestion[] = [
  {
    label: 'Table',
    kind: 'builtin',
    detail: 'class',
    info: 'A table: rows, columns, filter, map, Table.fromRows, Table.fromColumns.',
  },
  {
    label: 'random',
    apply: 'random()',
    kind: 'builtin',
    detail: '() → number',
    info: 'Uniform in [0, 1), from the notebook’s seed: the same in every run.',
  },
  {
    label: 'now',
    apply: 'now()',
    kind: 'builtin',
    detail: '() → number',
    info: 'The logical clock, in milliseconds: the same in every run.',
  },
];
const VIEW_BUILT_IN: readonly Suggestion[] = [
  { label: 'Plot', kind: 'builtin', detail: 'Observable Plot', info: 'Plot.plot({marks: [Plot.dot(data, {x, y})]})' },
  {
    label: 'display',
    apply: 'display(',
    kind: 'builtin',
    detail: '(value) → value',
    info: 'Shows a value or an element under the cell.',
  },
  { label: 'html', kind: 'builtin', detail: 'template' },
  { label: 'svg', kind: 'builtin', detail: 'template' },
  { label: 'md', kind: 'builtin', detail: 'template' },
  {
    label: 'width',
    kind: 'builtin',
    detail: 'number',
    info: 'Width of the cell in pixels; the cell draws again when it changes.',
  },
  { label: 'dark', kind: 'builtin', detail: 'boolean' },
];

/** @param at offset of the cursor in `code` */
export function completionsAt(code: string, at: number, world: CompletionWorld): Completions | null {
  const before = code.slice(0, at);
  if (world.language === 'sql') return inSql(code, before, world);
  const word = /[\w$]*$/.exec(before)?.[0] ?? '';
  const from = at - word.length;
  return (
    inMember(before, from, world) ??
    inCall(before, from, world) ??
    (word === '' ? null : { from, options: atTop(world) })
  );
}

function atTop({ plugins, datasets, variables, view }: CompletionWorld): Suggestion[] {
  return [
    ...variables.map(({ name, detail }): Suggestion => ({ label: name, kind: 'variable', detail })),
    ...datasets.map(({ name, title }): Suggestion => ({
      label: name,
      kind: 'dataset',
      detail: 'data set',
      info: title,
    })),
    ...plugins.map(({ name, title, description }): Suggestion => ({
      label: namespaceOf(name),
      kind: 'namespace',
      detail: title,
      info: description,
    })),
    ...BUILT_IN,
    ...(view ? VIEW_BUILT_IN : []),
  ];
}

/** After `plugin.` or inside `dataset.column('`. */
function inMember(before: string, from: number, { plugins, datasets, view }: CompletionWorld): Completions | null {
  const quoted = /([A-Za-z_$][\w$]*)\.column\(\s*['"]([^'"]*)$/.exec(before);
  if (quoted) {
    const columns = datasets.find(({ name }) => name === quoted[1])?.columns;
    return columns ? { from: before.length - (quoted[2] ?? '').length, options: columns.map(columnSuggestion) } : null;
  }
  const name = /([A-Za-z_$][\w$]*)\.$/.exec(before.slice(0, from))?.[1];
  const plugin = plugins.find((p) => namespaceOf(p.name) === name);
  if (!plugin) return null;
  const methods = Object.entries(plugin.methods).map(([label, method]): Suggestion => ({
    label,
    apply: `${label}({ | })`,
    kind: 'method',
    detail: method.title,
    info: `${method.description}\n\n${signature(method.input)}`,
  }));
  const views = view
    ? Object.entries(plugin.views ?? {}).map(([label, { title, description }]): Suggestion => ({
        label,
        apply: `${label}(`,
        kind: 'method',
        detail: title,
        ...(description ? { info: description } : {}),
      }))
    : [];
  return { from, options: [...methods, ...views] };
}

/** Inside `plugin.method({…`: the parameters that are not there yet; after `key:`, what the schema allows. */
function inCall(before: string, from: number, { plugins, datasets }: CompletionWorld): Completions | null {
  const call = openCall(before);
  const method = call && plugins.find(({ name }) => namespaceOf(name) === call.plugin)?.methods[call.method];
  if (!method) return null;
  const properties = (method.input['properties'] ?? {}) as Record<string, JsonSchema>;
  const inside = before.slice(call.open);
  const value = /(?:^|[,{\s])([\w$]+)\s*:\s*(['"]?)([\w$]*)$/.exec(inside);
  if (value && depthOf(inside) === 0) {
    const [, key = '', quote = ''] = value;
    const allowed = valuesOf(properties[key]);
    if (allowed.length > 0) {
      return {
        from,
        options: allowed.map((v): Suggestion => ({
          label: v,
          apply: quote || !Number.isNaN(Number(v)) || v === 'true' || v === 'false' ? v : `'${v}'`,
          kind: 'value',
        })),
      };
    }
    const wantsColumn = quote && /column|target/i.test(key + String(properties[key]?.['description'] ?? ''));
    const data = /(?:^|[,{\s])data\s*:\s*([\w$]+)/.exec(inside)?.[1];
    const columns =
      datasets.find(({ name }) => name === data)?.columns ?? (datasets.length === 1 ? datasets[0]?.columns : undefined);
    return wantsColumn && columns ? { from, options: columns.map(columnSuggestion) } : null;
  }
  if (depthOf(inside) > 0 || !/(?:^|[,{])\s*[\w$]*$/.test(inside)) return null;
  const given = new Set(Array.from(inside.matchAll(/([\w$]+)\s*:/g), ([, key]) => key));
  const required = new Set((method.input['required'] ?? []) as string[]);
  const options = Object.entries(properties)
    .filter(([key]) => !given.has(key))
    .map(([label, schema]): Suggestion => ({
      label,
      apply: `${label}: `,
      kind: 'parameter',
      detail: typeOf(schema) + (required.has(label) ? '' : '?'),
      ...(schema['description'] ? { info: String(schema['description']) } : {}),
    }));
  return { from, options: options.toSorted((a, b) => Number(required.has(b.label)) - Number(required.has(a.label))) };
}

const depthOf = (inside: string): number => {
  let depth = 0;
  for (const char of inside.replaceAll(/'[^']*'|"[^"]*"/g, ''))
    depth += '{[('.includes(char) ? 1 : '}])'.includes(char) ? -1 : 0;
  return depth;
};

/** The innermost `plugin.method({` that is still open; `open` is the offset after its brace. */
function openCall(before: string): { readonly plugin: string; readonly method: string; readonly open: number } | null {
  for (const found of Array.from(before.matchAll(/([a-z][\w$]*)\.([A-Za-z][\w$]*)\(\s*\{/g)).toReversed()) {
    const open = found.index + found[0].length;
    let depth = 0;
    let closed = false;
    for (const char of before.slice(open).replaceAll(/'[^']*'|"[^"]*"/g, '')) {
      if ('{[('.includes(char)) depth++;
      else if ('}])'.includes(char) && --depth < 0) closed = true;
    }
    if (!closed) return { plugin: found[1] as string, method: found[2] as string, open };
  }
  return null;
}

function inSql(code: string, before: string, { datasets, variables }: CompletionWorld): Completions | null {
  const word = /\w*$/.exec(before)?.[0] ?? '';
  const from = before.length - word.length;
  const tables: Suggestion[] = [
    ...datasets.map(({ name, title }): Suggestion => ({
      label: name,
      kind: 'dataset',
      detail: 'data set',
      info: title,
    })),
    ...variables.map(({ name, detail }): Suggestion => ({ label: name, kind: 'variable', detail })),
  ];
  if (/\b(?:from|join)\s+\w*$/i.test(before)) return { from, options: tables };
  if (word === '' && !before.endsWith('.')) return null;
  const named = datasets.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(code));
  const columns = (named.length > 0 ? named : datasets).flatMap(({ columns }) => columns.map(columnSuggestion));
  return { from, options: before.slice(0, from).endsWith('.') ? columns : [...columns, ...tables] };
}

const columnSuggestion = ({ name, type, unit, description }: ColumnInfo): Suggestion => ({
  label: name,
  kind: 'column',
  detail: [type, unit].filter(Boolean).join(', '),
  ...(description ? { info: description } : {}),
});

function valuesOf(schema: JsonSchema | undefined): readonly string[] {
  if (!schema) return [];
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String);
  if (schema['type'] === 'boolean') return ['true', 'false'];
  return [];
}

/** A schema's type in a few characters: `number`, `"a" | "b"`, `table`. */
function typeOf(schema: JsonSchema): string {
  if (typeof schema['assay'] === 'string') return schema['assay'];
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ');
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (options) return [...new Set(options.map(typeOf))].join(' | ');
  if (schema['type'] === 'array') return `${typeOf((schema['items'] ?? {}) as JsonSchema)}[]`;
  return Array.isArray(schema['type']) ? schema['type'].join(' | ') : String(schema['type'] ?? 'any');
}

/** `{data: table, target: string, seed?: integer}` */
export function signature(input: JsonSchema): string {
  const required = new Set((input['required'] ?? []) as string[]);
  const parts = Object.entries((input['properties'] ?? {}) as Record<string, JsonSchema>).map(
    ([name, schema]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(schema)}`,
  );
  return `{${parts.join(', ')}}`;
}

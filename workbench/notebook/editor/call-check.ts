/** Calls of plugin methods that the kernel would refuse, seen while they are typed: in the syntax tree, against the method's schema. */
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { JsonSchema, PluginManifest } from '#common/plugin.ts';
import { namespaceOf } from '#common/cells/names.ts';
import type { CompletionWorld } from '../completion.ts';
import { kindName, type Literal, misfit } from './call-value.ts';

export interface CallProblem {
  readonly from: number;
  readonly to: number;
  /** 1-based, in the cell. */
  readonly line: number;
  readonly message: string;
}

type SyntaxNode = ReturnType<typeof syntaxTree>['topNode'];
type World = Pick<CompletionWorld, 'language' | 'plugins' | 'variables' | 'tables'>;

export function checkCalls(state: EditorState, world: World): readonly CallProblem[] {
  if (world.language !== 'ts' && world.language !== 'js') return [];
  const problems: CallProblem[] = [];
  syntaxTree(state).iterate({
    enter({ name, node }) {
      if (name === 'CallExpression') checkCall(node, state, world, problems);
    },
  });
  return problems;
}

function checkCall(call: SyntaxNode, state: EditorState, world: World, problems: CallProblem[]): void {
  const callee = call.firstChild;
  if (callee?.name !== 'MemberExpression') return;
  const [object, member] = [callee.firstChild, callee.lastChild];
  if (object?.name !== 'VariableName' || member?.name !== 'PropertyName') return;
  const text = (node: SyntaxNode): string => state.sliceDoc(node.from, node.to);
  const complain = ({ from, to }: SyntaxNode, message: string): void =>
    void problems.push({ from, to, line: state.doc.lineAt(from).number, message });
  const plugin = world.plugins.find(({ name }) => namespaceOf(name) === text(object));
  if (!plugin) return;
  const named = text(member);
  const method = plugin.methods[named];
  if (!method) {
    if (!Object.hasOwn(plugin.views ?? {}, named)) complain(member, noMethod(plugin, named));
    return;
  }
  const given = call.getChild('ArgList');
  const input = given?.firstChild?.nextSibling ?? null;
  // Half-typed: the compiler says so already.
  if (!given || holdsError(given)) return;
  if (input && input.name !== 'ObjectExpression') return;
  checkInput(input, member, method.input, text, world, complain);
}

function checkInput(
  input: SyntaxNode | null,
  member: SyntaxNode,
  schema: JsonSchema,
  text: (node: SyntaxNode) => string,
  world: World,
  complain: (node: SyntaxNode, message: string) => void,
): void {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  let spread = false;
  for (const property of input?.getChildren('Property') ?? []) {
    const key = property.firstChild;
    if (!key || key.name === 'Spread' || key.name === '[') {
      spread = true;
      continue;
    }
    const name = text(key).replaceAll(/^['"]|['"]$/g, '');
    required.delete(name);
    const wanted = properties[name];
    if (!wanted) {
      if (schema['additionalProperties'] === false) complain(key, unknownParameter(name, Object.keys(properties)));
      continue;
    }
    const value = property.getChild(':') ? property.lastChild : key;
    const found = value && literalOf(value, text, world);
    const wrong = found && misfit(wanted, found);
    if (value && wrong) complain(value, `${name} ${wrong}`);
  }
  if (spread || required.size === 0) return;
  const missing = [...required];
  complain(member, `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`);
}

/** What can be said of an expression without running it; null: nothing. */
function literalOf(node: SyntaxNode, text: (node: SyntaxNode) => string, { variables, tables }: World): Literal | null {
  const source = text(node);
  switch (node.name) {
    case 'String':
      return { kind: 'string', value: source.slice(1, -1) };
    case 'TemplateString':
      return { kind: 'string' };
    case 'Number':
      return source.endsWith('n') ? { kind: 'bigint' } : { kind: 'number', value: Number(source.replaceAll('_', '')) };
    case 'UnaryExpression':
      return /^-\s*[\d.]+$/.test(source) ? { kind: 'number', value: Number(source.replaceAll(/\s/g, '')) } : null;
    case 'BooleanLiteral':
      return { kind: 'boolean', value: source === 'true' };
    case 'null':
      return { kind: 'null' };
    case 'ArrayExpression':
      return { kind: 'array' };
    case 'ObjectExpression':
      return { kind: 'object' };
    case 'ArrowFunction':
    case 'FunctionExpression':
      return { kind: 'function' };
    case 'VariableName':
    case 'PropertyDefinition': {
      if (tables.includes(source)) return { kind: 'table' };
      const kind = kindName(variables.find(({ name }) => name === source)?.detail);
      return kind && { kind };
    }
    default:
      return null;
  }
}

function holdsError(node: SyntaxNode): boolean {
  let found = false;
  node.cursor().iterate(({ type }) => {
    found ||= type.isError;
  });
  return found;
}

const noMethod = ({ name, methods }: PluginManifest, given: string): string =>
  `${name} has no method ${given}. There is ${Object.keys(methods).join(', ')}.`;

const unknownParameter = (name: string, known: readonly string[]): string =>
  `${name} is no parameter. There is ${known.join(', ')}.`;

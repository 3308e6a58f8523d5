/** Scopes of a cell: what it declares at the top, which names it takes from outside, what it assigns to, whether it awaits. */
import type { AnyNode, Expression, Function as FunctionNode, Pattern, Program } from 'acorn';

export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Names {
  /** Top-level declarations in order. */
  readonly declared: readonly Reference[];
  /** Free names, each at its first place. */
  readonly read: readonly Reference[];
  /** Free names that are assigned to, or updated. */
  readonly assigned: readonly Reference[];
  /** `await` or `for await` outside of every function. */
  readonly awaits: boolean;
}

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | null;
  /** `var` is declared in the nearest of these. */
  readonly isFunction: boolean;
}

interface Use extends Reference {
  readonly scope: Scope;
  readonly assigns: boolean;
}

/** `onNode` sees every node before its children. */
export function findNames(program: Program, onNode: (node: AnyNode) => void): Names {
  const top: Scope = { names: new Set(), parent: null, isFunction: true };
  const declared: Reference[] = [];
  const uses: Use[] = [];
  let awaits = false;
  let depth = 0;

  const declare = (scope: Scope, node: Reference): void => {
    if (scope === top && !top.names.has(node.name))
      declared.push({ name: node.name, start: node.start, end: node.end });
    scope.names.add(node.name);
  };
  const use = (node: Reference, scope: Scope, assigns: boolean): void => {
    uses.push({ name: node.name, start: node.start, end: node.end, scope, assigns });
  };
  const inner = (scope: Scope, isFunction = false): Scope => ({ names: new Set(), parent: scope, isFunction });
  const functionScope = (scope: Scope): Scope => (scope.isFunction ? scope : functionScope(scope.parent!));

  /** A pattern binds (`target` given) or assigns to what already exists; its defaults and computed keys are read. */
  function pattern(node: Pattern | Expression, scope: Scope, target: Scope | null): void {
    if (node.type === 'ParenthesizedExpression') return pattern(node.expression, scope, target);
    if (node.type !== 'Identifier') onNode(node);
    if (node.type === 'Identifier') {
      if (target) declare(target, node);
      else use(node, scope, true);
    } else if (node.type === 'ObjectPattern') {
      for (const property of node.properties) {
        if (property.type === 'RestElement') pattern(property.argument, scope, target);
        else {
          if (property.computed) visit(property.key, scope);
          pattern(property.value, scope, target);
        }
      }
    } else if (node.type === 'ArrayPattern') {
      for (const element of node.elements) if (element) pattern(element, scope, target);
    } else if (node.type === 'RestElement') pattern(node.argument, scope, target);
    else if (node.type === 'AssignmentPattern') {
      pattern(node.left, scope, target);
      visit(node.right, scope);
    } else visit(node, scope); // a.b = …
  }

  function visitFunction(node: FunctionNode, scope: Scope): void {
    if (node.type === 'FunctionDeclaration' && node.id) declare(scope, node.id);
    const own = inner(scope, true);
    if (node.type === 'FunctionExpression' && node.id) own.names.add(node.id.name);
    if (node.type !== 'ArrowFunctionExpression') own.names.add('arguments');
    depth++;
    for (const param of node.params) pattern(param, own, own);
    if (node.body.type === 'BlockStatement') {
      onNode(node.body);
      for (const statement of node.body.body) visit(statement, own);
    } else visit(node.body, own);
    depth--;
  }

  function visit(node: AnyNode, scope: Scope): void {
    onNode(node);
    switch (node.type) {
      case 'Identifier':
        return use(node, scope, false);
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return visitFunction(node, scope);
      case 'ClassDeclaration':
      case 'ClassExpression': {
        if (node.type === 'ClassDeclaration' && node.id) declare(scope, node.id);
        const own = inner(scope);
        if (node.id) own.names.add(node.id.name);
        if (node.superClass) visit(node.superClass, own);
        return visit(node.body, own);
      }
      case 'VariableDeclaration': {
        const target = node.kind === 'var' ? functionScope(scope) : scope;
        for (const { id, init } of node.declarations) {
          pattern(id, scope, target);
          if (init) visit(init, scope);
        }
        return;
      }
      case 'CatchClause': {
        const own = inner(scope);
        if (node.param) pattern(node.param, own, own);
        return visit(node.body, own);
      }
      case 'AssignmentExpression':
        if (node.operator !== '=' && node.left.type === 'Identifier') use(node.left, scope, false);
        pattern(node.left, scope, null);
        return visit(node.right, scope);
      case 'UpdateExpression':
        return pattern(node.argument, scope, null);
      case 'ForInStatement':
      case 'ForOfStatement': {
        if (node.type === 'ForOfStatement' && node.await && depth === 0) awaits = true;
        const own = inner(scope);
        if (node.left.type === 'VariableDeclaration') visit(node.left, own);
        else pattern(node.left, own, null);
        visit(node.right, own);
        return visit(node.body, own);
      }
      case 'MemberExpression':
        visit(node.object, scope);
        if (node.computed) visit(node.property, scope);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) visit(node.key, scope);
        if (node.type === 'PropertyDefinition') depth++; // initialisers are functions: no await of the cell's
        if (node.value) visit(node.value, scope);
        if (node.type === 'PropertyDefinition') depth--;
        return;
      case 'LabeledStatement':
        return visit(node.body, scope);
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      case 'AwaitExpression':
        if (depth === 0) awaits = true;
        return visit(node.argument, scope);
      default:
        return visitChildren(node, BLOCKS.has(node.type) ? inner(scope, node.type === 'StaticBlock') : scope);
    }
  }

  function visitChildren(node: AnyNode, scope: Scope): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) visit(item, scope);
      } else if (isNode(value)) visit(value, scope);
    }
  }

  for (const statement of program.body) visit(statement, top);
  const isFree = ({ name, scope }: Use): boolean => {
    for (let at: Scope | null = scope; at; at = at.parent) if (at.names.has(name)) return false;
    return name !== 'undefined';
  };
  const free = uses.filter(isFree);
  const firsts = (list: readonly Use[]): Reference[] =>
    [...new Map([...list].reverse().map((item) => [item.name, item])).values()].reverse();
  return { declared, read: firsts(free), assigned: firsts(free.filter((item) => item.assigns)), awaits };
}

const BLOCKS: ReadonlySet<string> = new Set(['BlockStatement', 'ForStatement', 'SwitchStatement', 'StaticBlock']);

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

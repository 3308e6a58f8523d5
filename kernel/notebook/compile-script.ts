/** One ts or js cell: from its code to a function expression over what it reads. */
import { parse, parseExpressionAt, type AnyNode, type Comment, type Program, type Token } from 'acorn';
import type { CellSource } from '#common/notebook.ts';
import { Edits } from './compile-edits.ts';
import { CellError, NO_RETURN } from './compile-error.ts';
import { escapeNode, escapeTokens, needsEscape, quote, refused, type Lexed } from './compile-escape.ts';
import { findNames, type Reference } from './compile-scope.ts';
import { stripTypes } from './compile-types.ts';

/** A cell before its names are given a meaning. Offsets are of `cell.code`. */
export interface Draft {
  readonly cell: Pick<CellSource, 'id' | 'code' | 'line'>;
  readonly kind: 'value' | 'view' | 'sql' | 'text';
  readonly outputs: readonly Reference[];
  readonly read: readonly Reference[];
  readonly assigned: readonly Reference[];
  readonly awaits: boolean;
  /** Statements that end in `return {output: value, …}`, without the function around them. */
  readonly code: string;
  /** The file's line for each line of `code`. */
  readonly lines: readonly number[];
  readonly error?: CellError;
}

export function draftScript(cell: CellSource): Draft {
  const base = { cell, kind: cell.view ? 'view' : 'value' } as const;
  try {
    return { ...base, ...transpile(cell) };
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    return { ...base, outputs: likelyOutputs(cell), read: [], assigned: [], awaits: false, code: '', lines: [], error };
  }
}

function transpile(cell: CellSource): Pick<Draft, 'outputs' | 'read' | 'assigned' | 'awaits' | 'code' | 'lines'> {
  const text = cell.language === 'ts' ? stripTypes(cell.code) : cell.code;
  const escapes = needsEscape(text);
  const { program, lexed } = read(text, escapes);
  const edits = new Edits(text);
  const [first, second] = program.body;
  const lone = first?.type === 'ExpressionStatement' && !second ? first.expression : null;
  // Before any edit inside it: what is noted first stands outermost.
  if (lone) {
    edits.before(lone.start, `return {${quote(cell.name ?? '')}: (`);
    edits.after(lone.end, ')}');
  }
  const names = findNames(program, (node) => {
    refuse(node);
    if (escapes) escapeNode(node, lexed, edits);
  });
  if (escapes) escapeTokens(lexed, edits);
  const name = cell.name === null ? [] : [{ name: cell.name, start: 0, end: 0 }];
  if (cell.name !== null && !lone) {
    throw new CellError(
      'CELL_SYNTAX',
      `\`name=${cell.name}\` names the value of one expression; this cell is more than that.`,
    );
  }
  const outputs = lone ? name : names.declared;
  const end = lone ? '' : `\nreturn {${outputs.map((output) => output.name).join(', ')}};`;
  const code = edits.apply() + end;
  const word = refused(code);
  if (word !== undefined)
    throw new CellError('CELL_REFUSED', `\`${word}\` may not stand here.`, Math.max(0, text.indexOf(word)));
  const count = text.split('\n').length;
  const lines = Array.from({ length: count + (lone ? 0 : 1) }, (_, i) => cell.line + Math.min(i, count - 1));
  return { outputs, read: names.read, assigned: names.assigned, awaits: names.awaits, code, lines };
}

const OPTIONS = { ecmaVersion: 2025, sourceType: 'module', preserveParens: true } as const;

function read(text: string, withTokens: boolean): { program: Program; lexed: Lexed } {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const options = withTokens ? { ...OPTIONS, onToken: tokens, onComment: comments } : OPTIONS;
  try {
    if (/^\s*\{/.test(text)) {
      const object = readObject(text, options);
      if (object) return { program: object, lexed: { text, tokens, comments } };
      tokens.length = comments.length = 0;
    }
    return { program: parse(text, options), lexed: { text, tokens, comments } };
  } catch (error) {
    throw syntaxError(error);
  }
}

/** A cell that is one object literal, which a program would read as a block. */
function readObject(text: string, options: typeof OPTIONS): Program | null {
  try {
    const expression = parseExpressionAt(text, 0, options);
    const rest = text.slice(expression.end).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    if (!/^\s*;?\s*$/.test(rest)) return null;
    const { start, end } = expression;
    const statement = { type: 'ExpressionStatement', expression, start, end } as const;
    return { type: 'Program', sourceType: 'module', body: [statement], start: 0, end: text.length };
  } catch {
    return null;
  }
}

/** acorn says where in `pos`, and repeats it in the message. */
export function syntaxError(error: unknown): CellError {
  const { message, pos } = error as SyntaxError & { pos: number };
  const what = message.replace(/ \(\d+:\d+\)$/, '');
  return new CellError('CELL_SYNTAX', what.startsWith("'return' outside") ? NO_RETURN : what, pos);
}

/** What no cell may contain. */
export function refuse(node: AnyNode): void {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportNamedDeclaration':
      throw new CellError(
        'CELL_IMPORT',
        'Cells import and export nothing: names are shared by themselves.',
        node.start,
        node.end,
      );
    case 'MetaProperty':
      if (node.meta.name === 'import')
        throw new CellError('CELL_IMPORT', '`import.meta` says where code lies: refused.', node.start, node.end);
      return;
    case 'CallExpression':
      if (node.callee.type === 'Identifier' && node.callee.name === 'eval') {
        throw new CellError('CELL_REFUSED', '`eval` makes code out of text: refused.', node.start, node.end);
      }
  }
}

/** So that one typing error does not make every reader of the cell say that a name is unknown. */
function likelyOutputs(cell: CellSource): Reference[] {
  if (cell.name !== null) return [{ name: cell.name, start: 0, end: 0 }];
  const found = cell.code.matchAll(
    /^(?:const|let|var|class|(?:async\s+)?function\*?)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu,
  );
  return [...found].map((m) => ({ name: m[1]!, start: m.index, end: m.index + m[0].length }));
}

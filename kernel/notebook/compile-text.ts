/** Prose with `${expressions}`, and the same in SQL: finds them and reads each as JavaScript. Code spans and blocks stay as they are. */
import { parseExpressionAt, type Comment, type Token } from 'acorn';
import { Edits } from './compile-edits.ts';
import { CellError } from './compile-error.ts';
import { escapeNode, escapeTokens, needsEscape, quote, refused } from './compile-escape.ts';
import { findNames, type Names, type Reference } from './compile-scope.ts';
import { refuse, syntaxError, type Draft } from './compile-script.ts';

/** What prose skips: escapes, fenced blocks, code spans (as many backticks close as open). */
const SKIP =
  /\\[\s\S]|^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1[`~]*[ \t]*$|(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\2(?!`)|\$\{/gm;

export interface Hole extends Pick<Names, 'read' | 'assigned' | 'awaits'> {
  /** From `${` to after `}`. */
  readonly start: number;
  readonly end: number;
  /** The expression, escaped for SES; it has the line ends of the original. */
  readonly code: string;
}

/** Null when the text holds no expression. `line` is the file's line on which the part begins. */
export function draftText(source: string, id: string, line: number): Draft | null {
  const text = source.replace(/\r\n?/g, '\n');
  const cell = { id, code: text, line };
  const base = { cell, kind: 'text', outputs: [] } as const;
  try {
    const holes = findHoles(text, SKIP);
    if (holes.length === 0) return null;
    const pieces = between(text, holes).map((piece) => quote(unescape(piece)));
    return { ...base, ...assemble(text, line, `text: [${pieces.join(', ')}]`, holes) };
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    return { ...base, read: [], assigned: [], awaits: false, code: '', lines: [], error };
  }
}

/** `return {…head, values: [a, b]}` with each expression on lines of its own. */
export function assemble(
  text: string,
  line: number,
  head: string,
  holes: readonly Hole[],
): Pick<Draft, 'read' | 'assigned' | 'awaits' | 'code' | 'lines'> {
  const code = [`return {${head}, values: [`];
  const lines = [line];
  for (const hole of holes) {
    const first = line + text.slice(0, hole.start).split('\n').length - 1;
    hole.code.split('\n').forEach((_, i) => lines.push(first + i));
    code.push(`(${hole.code}),`);
  }
  lines.push(lines.at(-1)!);
  const firsts = (pick: 'read' | 'assigned'): Reference[] =>
    [
      ...new Map(holes.flatMap((hole) => hole[pick].map((name) => [name.name, name] as const)).toReversed()).values(),
    ].toReversed();
  return {
    read: firsts('read'),
    assigned: firsts('assigned'),
    awaits: holes.some((hole) => hole.awaits),
    code: [...code, ']};'].join('\n'),
    lines,
  };
}

/** The pieces around the holes: always one more than there are holes. */
export function between(text: string, holes: readonly Hole[]): string[] {
  const starts = [0, ...holes.map((hole) => hole.end)];
  return starts.map((start, i) => text.slice(start, holes[i]?.start ?? text.length));
}

/** @param skip a global pattern of what is passed over, and of `${`. @throws CellError */
export function findHoles(text: string, skip: RegExp): Hole[] {
  const holes: Hole[] = [];
  skip.lastIndex = 0;
  for (let found = skip.exec(text); found; found = skip.exec(text)) {
    if (found[0] !== '${') continue;
    const hole = readHole(text, found.index);
    holes.push(hole);
    skip.lastIndex = hole.end;
  }
  return holes;
}

function readHole(text: string, start: number): Hole {
  const from = start + 2;
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  let expression;
  try {
    const options = {
      ecmaVersion: 2025,
      sourceType: 'module',
      preserveParens: true,
      onToken: tokens,
      onComment: comments,
    } as const;
    expression = parseExpressionAt(text, from, { ...options, allowAwaitOutsideFunction: true });
  } catch (error) {
    throw syntaxError(error);
  }
  const close = /^(?:\s|\/\*[\s\S]*?\*\/)*\}/.exec(text.slice(expression.end));
  if (!close) throw new CellError('CELL_SYNTAX', '`}` is missing.', expression.end, expression.end + 1);
  const end = expression.end + close[0].length;
  const source = text.slice(0, end - 1);
  const edits = new Edits(source);
  const escapes = needsEscape(source.slice(from));
  const lexed = {
    text: source,
    tokens: tokens.filter((t) => t.end <= end - 1),
    comments: comments.filter((c) => c.end <= end - 1),
  };
  const statement = { type: 'ExpressionStatement', expression, start: from, end: expression.end } as const;
  const names = findNames({ type: 'Program', sourceType: 'module', body: [statement], start: from, end }, (node) => {
    refuse(node);
    if (escapes) escapeNode(node, lexed, edits);
  });
  if (escapes) escapeTokens(lexed, edits);
  const code = edits.apply().slice(from);
  const word = refused(code);
  if (word !== undefined) throw new CellError('CELL_REFUSED', `\`${word}\` may not stand here.`, from, end - 1);
  return { start, end, code, read: names.read, assigned: names.assigned, awaits: names.awaits };
}

const unescape = (piece: string): string => piece.replace(/\\\$\{/g, '${');

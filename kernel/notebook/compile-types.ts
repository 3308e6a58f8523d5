/** TypeScript to JavaScript by blanking the types out: every other character keeps its place. */
import { stripTypeScriptTypes } from 'node:module';
import { CellError, NO_RETURN } from './compile-error.ts';

/** @throws CellError CELL_SYNTAX */
export function stripTypes(code: string): string {
  // A lone `{a: 1}` is an object to a notebook and a block to TypeScript.
  if (!/^\s*\{/.test(code)) return strip(code, 0);
  try {
    return strip(`(${code}\n)`, 1).slice(1, -2);
  } catch {
    return strip(code, 0);
  }
}

function strip(code: string, shift: number): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {}; // says once that the function is experimental; Node is pinned
  try {
    return stripTypeScriptTypes(code);
  } catch (error) {
    throw placed(error, code, shift);
  } finally {
    process.emitWarning = warn;
  }
}

/** The parser's shorthand in words. */
const SAID: Readonly<Record<string, string>> = {
  'Expected ident': 'A name is missing here.',
  'Expression expected': 'An expression is missing here.',
  'Return statement is not allowed here': NO_RETURN,
};

/** Without the list of all that might stand there. */
const inWords = (message: string): string =>
  SAID[message] ??
  message
    .replace(/`([^`]*)`/g, '“$1”')
    .replace('<eof>', 'the end')
    .replace(/^(Unexpected token “[^”]*”)\. Expected .*$/, '$1.');

/** The place stands only in the stack's head: `:2`, the line, and carets under it. */
function placed(error: unknown, code: string, shift: number): CellError {
  const { message, stack = '' } = error as Error;
  const [where = '', , carets = ''] = stack.split('\n');
  const line = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
  const lineStart =
    code
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0);
  const found = /^( *)(\^+)$/.exec(carets);
  const start = lineStart + (found?.[1]!.length ?? 0) - shift;
  return new CellError('CELL_SYNTAX', inWords(message.split('\n', 1)[0]!), start, start + (found?.[2]!.length ?? 1));
}

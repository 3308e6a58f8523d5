import { ERRORS, type ErrorCode } from '#common/errors.ts';
import type { CompiledCell } from '#common/notebook.ts';

/** What is wrong with a cell, at offsets of its code. */
export class CellError extends Error {
  readonly code: ErrorCode;
  readonly start: number;
  readonly end: number;

  constructor(code: ErrorCode, message: string, start = 0, end = start) {
    super(message);
    this.code = code;
    this.start = start;
    this.end = end;
  }
}

/** The error as the page shows it; `line` is the file's line on which `code` begins, lines and columns count from 1. */
export function placeError(error: CellError, code: string, line: number): NonNullable<CompiledCell['error']> {
  const before = code.slice(0, error.start).split('\n');
  const marked = /^(?:[\p{ID_Continue}$]+|.?)/u.exec(code.slice(error.start))![0];
  const length = error.end > error.start ? code.slice(error.start, error.end).split('\n', 1)[0]!.length : marked.length;
  const column = before.at(-1)!.length + 1;
  const at = line + before.length - 1;
  return {
    code: error.code,
    message: error.message,
    hint: ERRORS[error.code].hint,
    where: `line ${at}, column ${column}`,
    line: at,
    column,
    endColumn: column + Math.max(1, length),
  };
}

export const NO_RETURN =
  'A cell has no `return`: its one expression, or what it declares, is its result, and a view shows more with `display(…)`.';

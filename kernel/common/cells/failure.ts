/** From what a cell threw to what the page shows, and to the little that is sealed of it. */
import { RuntimeError } from './observable.ts';
import { AssayError, ERRORS } from '#common/errors.ts';
import type { CellState, CompiledCell } from '#common/notebook.ts';
import { digestValue } from '#common/value/value.ts';
import { stackOf } from './realm.ts';

export interface Failure {
  readonly error: NonNullable<CellState['error']>;
  /** What the digest is made of: the error's class or code. Messages differ between engines. */
  readonly name: string;
}

export function failureOf(thrown: unknown, cell: CompiledCell): Failure {
  if (cell.error) return { error: cell.error, name: cell.error.code };
  if (thrown instanceof RuntimeError && thrown.input) {
    const error = new AssayError('CELL_INPUT_FAILED', `${thrown.input} could not be made.`, {
      details: { input: thrown.input },
    });
    return { error: error.toJSON(), name: error.code };
  }
  const place = placeOf(thrown, cell);
  const where = place ? { where: `line ${place.line}`, ...place } : {};
  if (thrown instanceof AssayError) return { error: { ...thrown.toJSON(), ...where }, name: thrown.code };
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `The cell threw ${String(thrown)}.`;
  return { error: { code: 'CELL_FAILED', message, hint: ERRORS.CELL_FAILED.hint, ...where }, name };
}

export const failureDigest = (name: string): string => digestValue({ error: name });

/** The first frame of the stack that lies in this cell, as a line of the file. */
function placeOf(thrown: unknown, cell: CompiledCell): { line: number; column: number } | null {
  if (!(thrown instanceof Error)) return null;
  const marker = `assay-cell/${encodeURIComponent(cell.id)}:`;
  const stack = stackOf(thrown);
  const at = stack.indexOf(marker);
  const found = at < 0 ? null : /^(\d+):(\d+)/.exec(stack.slice(at + marker.length));
  const line = found ? cell.lines[Number(found[1]) - 1] : undefined;
  return line === undefined ? null : { line, column: Number(found![2]) };
}

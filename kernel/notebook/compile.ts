import type { CompiledNotebook } from '#common/notebook.ts';
import { AssayError } from '#common/errors.ts';

/** Compiles a notebook file. Errors of cells stand in the cells; only a file that cannot be taken apart throws. @throws NOTEBOOK_INVALID */
export function compileNotebook(text: string): CompiledNotebook {
  throw new AssayError('INTERNAL', text);
}

/** Why a notebook was not sealed. */
import { parsePlace } from '#common/comparators.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { Comparator } from '#common/receipt/receipt.ts';

/** A cell that doesn't compile: nothing need run to know that. */
export function refuseBroken(name: string, compiled: CompiledNotebook): void {
  const broken = compiled.cells.find((cell) => cell.error !== undefined);
  if (broken?.error === undefined) return;
  const { code, message, line, column } = broken.error;
  throw new AssayError('CELL_FAILED', `Cell “${broken.id}”: ${message}`, {
    where: `${name}.md:${line}:${column}`,
    details: { cells: [{ id: broken.id, code, message, line }] },
  });
}

/** A rule for nothing would leave its cell compared exactly, and nobody the wiser. */
export function refuseUnknown(name: string, { cells }: CompiledNotebook, comparators: readonly Comparator[]): void {
  const known = new Set(cells.filter(isSealed).flatMap(({ id, outputs }) => [id, ...outputs]));
  const unknown = comparators.find(({ of }) => !known.has(parsePlace(of)?.[0] ?? '') && !of.startsWith('*'));
  if (unknown === undefined) return;
  const which = [...known].slice(0, 12).join(', ');
  throw new AssayError(
    'NOTEBOOK_INVALID',
    `\`compare\` names “${unknown.of}”, which is nothing that this notebook seals. It seals: ${which || 'nothing'}.`,
    { where: `${name}.md` },
  );
}

const isSealed = ({ kind }: CompiledNotebook['cells'][number]): boolean => kind === 'value' || kind === 'sql';

export function rootDiffers(name: string, page: Digest, kernel: Digest, cells: readonly string[]): AssayError {
  const named = cells.slice(0, 8).map((id) => `“${id}”`);
  const more = cells.length > 8 ? ` and ${cells.length - 8} more` : '';
  const which = cells.length === 0 ? '' : ` They differ in ${named.join(', ')}${more}.`;
  const says = `The page’s root is ${page.slice(0, 12)}…, the kernel’s ${kernel.slice(0, 12)}….${which}`;
  return new AssayError('SEAL_ROOT_DIFFERS', says, { where: `${name}.md`, details: { page, kernel, cells } });
}

/** The first failed cell as the error that a person reads. */
export function failedCell(name: string, { cells }: CompiledNotebook, states: readonly CellState[]): AssayError | null {
  const failed = states.filter((state) => state.error !== undefined);
  const first = failed.find(({ error }) => error?.code !== 'CELL_INPUT_FAILED') ?? failed[0];
  if (first?.error === undefined) return null;
  const { code, message, line = cells.find(({ id }) => id === first.id)?.lines[0] } = first.error;
  return new AssayError('CELL_FAILED', `Cell “${first.id}” failed: ${message}`, {
    where: line === undefined ? `${name}.md` : `${name}.md:${line}`,
    details: {
      cells: failed.map(({ id, error }) => ({
        id,
        code: error?.code,
        message: error?.message,
        ...(error?.line === undefined ? {} : { line: error.line }),
      })),
      cause: code,
    },
  });
}

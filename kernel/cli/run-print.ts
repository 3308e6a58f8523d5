import type { Digest } from '../common/data.ts';
import type { CellState, CompiledNotebook } from '../common/notebook.ts';
import { hallmarkText, hallmarkWords } from '../common/hallmark/hallmark.ts';
import { columns, duration, paint } from './terminal.ts';

/** A run, as it is shown. */
export interface Ran {
  readonly name: string;
  readonly file: string;
  readonly compiled: CompiledNotebook;
  readonly cells: readonly CellState[];
  readonly root: Digest | null;
  readonly ms: number;
}

export function cellTable({ compiled, file, cells, ms }: Ran): string[] {
  const states = new Map(cells.map((cell) => [cell.id, cell]));
  const shown = compiled.cells.filter(
    (cell) => cell.kind === 'value' || cell.kind === 'sql' || states.get(cell.id)?.error !== undefined,
  );
  const rows = shown.map((cell) => {
    const state = states.get(cell.id);
    const what = cell.outputs.join(', ') || cell.id;
    if (state?.error !== undefined) return [paint('red', '✗'), what, '', problem(state, file, cell.lines[0])];
    if (state?.status !== 'done') return [paint('dim', '–'), what, '', paint('dim', state?.status ?? 'not run')];
    return [
      paint('green', '✓'),
      what,
      state.ms === undefined ? '' : duration(state.ms),
      paint('dim', state.digest?.slice(0, 12) ?? ''),
    ];
  });
  const drawn = compiled.cells.filter((cell) => cell.kind === 'view').length;
  const views = drawn === 0 ? '' : `, ${drawn} more draw on a page`;
  return [
    `${paint('bold', compiled.title)}  ${paint('dim', file)}`,
    '',
    ...columns(rows, '  '),
    '',
    paint('dim', `  ${shown.length} cells in ${duration(ms)}${views}`),
  ];
}

/** The root and its hallmark; nothing when a cell failed. */
export function rootLines({ root, cells }: Ran): string[] {
  if (root === null || cells.some((cell) => cell.error !== undefined)) return [];
  return [
    ...hallmarkText(root)
      .split('\n')
      .map((line) => `  ${paint('yellow', line)}`),
    `  ${hallmarkWords(root)}`,
    `  root ${root}`,
  ];
}

export function runJson({ name, file, compiled, cells, root, ms }: Ran): object {
  const ok = cells.every((cell) => cell.error === undefined);
  return {
    ok,
    notebook: name,
    file,
    digest: compiled.digest,
    root: ok ? root : null,
    ms: Math.round(ms),
    cells: cells.map(({ id, status, ms, digest, receipts, error }) => ({
      id,
      status,
      ...(ms === undefined ? {} : { ms: Math.round(ms * 10) / 10 }),
      ...(digest === undefined ? {} : { digest }),
      ...(receipts === undefined || receipts.length === 0 ? {} : { receipts }),
      ...(error === undefined ? {} : { error }),
    })),
  };
}

function problem({ error }: CellState, file: string, first: number | undefined): string {
  const { message, code, line = first } = error!;
  return `${message}  ${paint('dim', `${line === undefined ? '' : `${file}:${line}  `}${code}`)}`;
}

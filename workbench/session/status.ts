/** What the gutter shows of a cell: the frame's report, unless the cell or something it reads has changed since. */
import type { CellStatus, CompiledNotebook } from '#common/notebook.ts';
import type { Session } from './state.ts';

/** Ids of cells whose source, or the source of something they read, is not what the frame has. */
export function staleCells(session: Pick<Session, 'blocks' | 'ran' | 'defined' | 'checked'>): ReadonlySet<string> {
  const stale = new Set<string>();
  for (const { cell, source } of session.blocks)
    if (cell && session.ran[cell.id] !== undefined && session.ran[cell.id] !== source) stale.add(cell.id);
  if (stale.size === 0) return stale;
  const notebook = session.checked ?? session.defined;
  if (notebook) for (const id of readersOf(notebook, stale)) if (session.ran[id] !== undefined) stale.add(id);
  return stale;
}

/** Cells that read, directly or through others, what the cells `ids` define. */
function readersOf({ cells }: Pick<CompiledNotebook, 'cells'>, ids: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set(ids);
  const names = new Set(cells.filter(({ id }) => ids.has(id)).flatMap(({ outputs }) => outputs));
  for (let grew = true; grew;) {
    grew = false;
    for (const cell of cells) {
      if (reached.has(cell.id) || !cell.inputs.some((name) => names.has(name))) continue;
      reached.add(cell.id);
      for (const name of cell.outputs) names.add(name);
      grew = true;
    }
  }
  return reached;
}

export function statusOf(session: Session, stale: ReadonlySet<string>, id: string): CellStatus {
  const status = session.cells[id]?.status ?? 'idle';
  if (status === 'running' || status === 'queued') return status;
  return stale.has(id) ? 'stale' : status;
}

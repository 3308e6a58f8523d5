/** Running: compile, hand to the frame, take its reports, stop. */
import type { CellState } from '#common/notebook.ts';
import { step } from './step.ts';
import type { Action, Operation, RunRequest, Session, Step } from './state.ts';

export function reduceRun(state: Session, operation: Operation): Step | null {
  switch (operation.op) {
    case 'run':
      return step(
        { ...state, running: true, sealing: state.sealing.kind === 'failed' ? { kind: 'none' } : state.sealing },
        { do: 'compile', source: state.source, run: operation.keys },
      );
    case 'check':
      return step(state, { do: 'compile', source: state.source, run: null });
    case 'compiled':
      return compiled(state, operation);
    case 'uncompiled':
      return step(
        operation.source === state.source
          ? { ...state, problem: operation.error, running: false }
          : { ...state, running: false },
      );
    case 'reported':
      return step({ ...state, cells: operation.states.reduce(report, state.cells) });
    case 'root':
      return step({ ...state, root: operation.root });
    case 'settled':
      return step({ ...state, running: false });
    case 'stop':
      return step(
        { ...state, running: false, ran: {}, defined: null, root: null, cells: stopped(state.cells), calls: [] },
        { do: 'restart' },
      );
    case 'called':
      return step({ ...state, calls: [...state.calls, operation.call] });
    case 'progress': {
      const { call, done, total, note } = operation;
      if (!state.calls.some((c) => c.call === call)) return step(state);
      return step({
        ...state,
        calls: state.calls.map((c) =>
          c.call === call ? { ...c, done, total, ...(note === undefined ? {} : { note }) } : c,
        ),
      });
    }
    case 'returned':
      return step({ ...state, calls: state.calls.filter(({ call }) => call !== operation.call) });
    default:
      return null;
  }
}

function compiled(state: Session, { source, notebook, run }: Extract<Operation, { op: 'compiled' }>): Step {
  const current = source === state.source;
  const checked = { ...state, checked: current ? notebook : state.checked, problem: current ? null : state.problem };
  if (run === null) return step(checked);
  const ran = Object.fromEntries(state.blocks.flatMap(({ cell, source: own }) => (cell ? [[cell.id, own]] : [])));
  const fresh = state.defined === null;
  const actions: Action[] = notebook.digest === state.defined?.digest ? [] : [{ do: 'define', notebook }];
  const again = fresh ? [] : unchanged(state, notebook, run);
  if (again === null || again.length > 0) actions.push({ do: 'rerun', ids: again });
  const gone = new Set(notebook.cells.map(({ id }) => id));
  const cells = Object.fromEntries(Object.entries(state.cells).filter(([id]) => gone.has(id)));
  return step({ ...checked, defined: notebook, ran, cells, running: actions.length > 0 }, ...actions);
}

/** Cells to run that defining alone wouldn't run, since their source is what the frame has; null for all. */
function unchanged(
  { defined, cells }: Session,
  notebook: Session['defined'],
  run: RunRequest,
): readonly string[] | null {
  if (run === 'all') return null;
  const had = new Map(defined?.cells.map(({ id, digest }) => [id, digest]));
  // What failed for want of the kernel would fail for ever: its source is as it was.
  const wanted =
    run === 'changed'
      ? [...had.keys()].filter((id) => cells[id]?.error?.code === 'OFFLINE').map((id) => `cell:${id}`)
      : run;
  return wanted
    .filter((key) => key.startsWith('cell:'))
    .map((key) => key.slice('cell:'.length))
    .filter((id) => had.has(id) && notebook?.cells.find((cell) => cell.id === id)?.digest === had.get(id));
}

/** Reports come in any order: one that is older than what is known is refused. */
function report(cells: Session['cells'], state: CellState): Session['cells'] {
  const known = cells[state.id];
  if (known && known.version > state.version) return cells;
  // A cell that runs again keeps showing what it was until it is done.
  const kept = state.status === 'running' || state.status === 'queued' ? { ...known, ...state } : state;
  return { ...cells, [state.id]: kept };
}

function stopped(cells: Session['cells']): Session['cells'] {
  const mark = (state: CellState): CellState => ({
    id: state.id,
    version: 0,
    status:
      state.status === 'running' || state.status === 'queued'
        ? 'stopped'
        : state.status === 'failed'
          ? 'failed'
          : 'stale',
    ...(state.error && state.status === 'failed' ? { error: state.error } : {}),
  });
  return Object.fromEntries(Object.entries(cells).map(([id, state]) => [id, mark(state)]));
}

/** Saving over the version that was edited, and sealing what is saved. */
import { step } from './step.ts';
import { isNotebook, withSource } from './source.ts';
import { staleCells } from './status.ts';
import type { Action, Operation, Session, Step } from './state.ts';

export function reduceSave(state: Session, operation: Operation): Step | null {
  switch (operation.op) {
    case 'save':
      return save(state);
    case 'saved':
      return saved(state, operation.digest, operation.source);
    case 'unsaved':
      return step({
        ...state,
        saving: { kind: 'failed', error: operation.error },
        sealing: state.sealing.kind === 'waiting' ? { kind: 'failed', error: operation.error } : state.sealing,
      });
    case 'disk':
      return onDisk(state, operation.digest, operation.source);
    case 'resolve':
      return resolve(state, operation.keep);
    case 'seal':
      return seal(state, operation.call, operation.at);
    case 'sealing':
      if (state.sealing.kind !== 'running') return step(state);
      return step({
        ...state,
        sealing: { ...state.sealing, cell: operation.cell, done: operation.done, total: operation.total },
      });
    case 'sealed':
      return step({ ...state, sealing: { kind: 'done', outcome: operation.outcome, source: state.base.source } });
    case 'unsealed':
      return step({ ...state, sealing: { kind: 'failed', error: operation.error } });
    default:
      return null;
  }
}

function save(state: Session): Step {
  const { kind } = state.saving;
  if (kind === 'saving' || kind === 'conflict' || state.source === state.base.source) return step(state);
  return step(
    { ...state, saving: { kind: 'saving', source: state.source } },
    { do: 'save', source: state.source, base: state.base.digest },
  );
}

function saved(state: Session, digest: string, source: string): Step {
  const next: Session = {
    ...state,
    base: { digest, source },
    saving: { kind: source === state.source ? 'saved' : 'dirty' },
  };
  if (state.sealing.kind !== 'waiting') return step(next);
  if (source !== state.source) return save(next);
  const { call, at } = state.sealing;
  return step({ ...next, sealing: started(call, at) }, sealAs(state, call));
}

/** The file has another digest than what was read or saved last. `source` null: it is gone. */
function onDisk(state: Session, digest: string | null, source: string | null): Step {
  if (digest === state.base.digest || source === state.source) {
    if (source === null || digest === null) return step(state);
    const next: Session = { ...state, base: { digest, source }, saving: { kind: 'saved' } };
    return source === state.source ? step(next) : save({ ...next, saving: { kind: 'dirty' } });
  }
  // A save under way may be the very change that was seen.
  if (state.saving.kind === 'saving' && source === state.saving.source) return step(state);
  const untouched = state.source === state.base.source;
  if (untouched && digest !== null && source !== null && isNotebook(source)) {
    const next = withSource({ ...state, base: { digest, source } }, source);
    return step(
      { ...next, past: [...state.past, { source: state.source, selected: state.selected }], saving: { kind: 'saved' } },
      { do: 'told', text: 'The file changed on disk; the sheet shows it.', undo: false },
    );
  }
  return step({ ...state, saving: { kind: 'conflict', digest, theirs: source } });
}

function resolve(state: Session, keep: 'mine' | 'theirs'): Step {
  if (state.saving.kind !== 'conflict') return step(state);
  const { theirs, digest } = state.saving;
  if (keep === 'theirs' && theirs !== null && digest !== null) {
    const next = withSource({ ...state, base: { digest, source: theirs }, saving: { kind: 'saved' } }, theirs);
    return step({ ...next, past: [...state.past, { source: state.source, selected: state.selected }], future: [] });
  }
  // Undo brings theirs back: what was chosen against is not lost either way.
  const past =
    theirs === null || !isNotebook(theirs) ? state.past : [...state.past, { source: theirs, selected: null }];
  return save({ ...state, past, base: { digest, source: theirs ?? '' }, saving: { kind: 'dirty' } });
}

function seal(state: Session, call: string, at: number): Step {
  if (state.sealing.kind === 'running' || state.sealing.kind === 'waiting' || state.saving.kind === 'conflict')
    return step(state);
  if (state.source === state.base.source) return step({ ...state, sealing: started(call, at) }, sealAs(state, call));
  return save({ ...state, sealing: { kind: 'waiting', call, at } });
}

const started = (call: string, at: number): Session['sealing'] => ({
  kind: 'running',
  call,
  started: at,
  done: 0,
  total: 0,
  cell: null,
});

/** The page's digests go along, so that a difference is named by its cell. A stale page claims nothing. */
function sealAs(state: Session, call: string): Action {
  const cells = Object.fromEntries(
    Object.values(state.cells).flatMap(({ id, digest }) => (digest === undefined ? [] : [[id, digest]])),
  );
  return state.root === null || staleCells(state).size > 0
    ? { do: 'seal', root: null, cells: {}, call }
    : { do: 'seal', root: state.root, cells, call };
}

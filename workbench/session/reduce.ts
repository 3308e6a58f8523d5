/** The session's heart: a pure function from a state and an operation to the next state and what the world has to do. */
import { parseDocument } from '#common/document/document.ts';
import { AssayError } from '#common/errors.ts';
import { addBlock, blocksOf, changeCell, headingOf, moveBlock, removeBlock, typeInto } from './blocks.ts';
import { setFront } from './front.ts';
import { reduceRun } from './reduce-run.ts';
import { reduceSave } from './reduce-save.ts';
import { withSource } from './source.ts';
import { step } from './step.ts';
import type { Action, Block, Operation, Session, Step } from './state.ts';

/** Typing that pauses for longer starts a new entry in the history. */
const PAUSE = 1000;
const LONGEST_PAST = 500;

/** @throws NOTEBOOK_INVALID */
export function openSession(name: string, source: string, digest: string): Session {
  const document = parseDocument(source);
  const blocks = blocksOf(document);
  return {
    name,
    source,
    document,
    blocks,
    base: { digest, source },
    past: [],
    future: [],
    typing: null,
    selected: null,
    mode: 'command',
    defined: null,
    checked: null,
    problem: null,
    ran: {},
    cells: {},
    calls: [],
    root: null,
    running: false,
    saving: { kind: 'saved' },
    sealing: { kind: 'none' },
  };
}

/** Operations that don't apply leave the state as it is (the same object). */
export function reduce(state: Session, operation: Operation): Step {
  switch (operation.op) {
    case 'type':
      return onBlock(state, operation.key, (block) => typed(state, block, operation.text, operation.at));
    case 'add': {
      const near = state.blocks.find(({ key }) => key === operation.near);
      const at = near ? near.part + (operation.where === 'after' ? 1 : 0) : state.document.parts.length;
      const { source, selected } = addBlock(state.source, at, operation.block);
      return edited(state, source, { selected, mode: 'edit' });
    }
    case 'move':
      return onBlock(state, operation.key, (block) => {
        const { source, selected } = moveBlock(state.source, state.blocks, block, operation.by);
        return edited(state, source, { selected });
      });
    case 'remove':
      return onBlock(state, operation.key, (block) => {
        const at = state.blocks.indexOf(block);
        const next = edited(state, removeBlock(state.source, block), { mode: 'command' });
        const selected = next.state.blocks[Math.min(at, next.state.blocks.length - 1)]?.key ?? null;
        return step({ ...next.state, selected }, ...next.actions, {
          do: 'told',
          text: `Deleted a ${block.cell ? 'cell' : 'text'}.`,
          undo: true,
        });
      });
    case 'change':
      return onBlock(state, operation.key, (block) =>
        block.cell ? edited(state, changeCell(state.source, block.cell, operation.to), {}) : step(state),
      );
    case 'front':
      return edited(state, setFront(state.source, operation.to), {});
    case 'undo':
      return travel(state, 'past', 'future');
    case 'redo':
      return travel(state, 'future', 'past');
    case 'select':
      if (operation.key !== null && !state.blocks.some(({ key }) => key === operation.key)) return step(state);
      return step({
        ...state,
        selected: operation.key,
        mode: operation.mode ?? state.mode,
        typing: operation.key === state.selected ? state.typing : null,
      });
    case 'step': {
      const at = state.blocks.findIndex(({ key }) => key === state.selected);
      const to = Math.max(0, Math.min(state.blocks.length - 1, at + operation.by));
      return step({ ...state, selected: state.blocks[to]?.key ?? null, mode: 'command' });
    }
    default:
      return reduceRun(state, operation) ?? reduceSave(state, operation) ?? step(state);
  }
}

function onBlock(state: Session, key: string, edit: (block: Block) => Step): Step {
  const block = state.blocks.find((b) => b.key === key);
  return block ? edit(block) : step(state);
}

function typed(state: Session, block: Block, text: string, at: number): Step {
  const goesOn = state.typing?.key === block.key && at - state.typing.at < PAUSE;
  const source = retitled(state, block, typeInto(state.source, block, text));
  const next = edited(state, source, goesOn ? { past: state.past } : {});
  return step({ ...next.state, typing: { key: block.key, at } }, ...next.actions);
}

/** A notebook's title is its first heading: when that is written anew, the front matter follows. */
function retitled({ document }: Session, block: Block, source: string): string {
  if (block.cell || headingOf(block) !== document.title) return source;
  const changed = headingOf(blocksOf(parseDocument(source)).find(({ part }) => part === block.part));
  return changed === null || changed === document.title ? source : setFront(source, { title: changed });
}

/** The state with a new source, with what it had before in the history. */
function edited(state: Session, source: string, more: Partial<Session>, ...actions: Action[]): Step {
  if (source === state.source) return step({ ...state, ...more });
  const past = [...state.past, { source: state.source, selected: state.selected }].slice(-LONGEST_PAST);
  return step({ ...withSource(state, source), past, future: [], typing: null, ...more }, ...actions);
}

function travel(state: Session, from: 'past' | 'future', to: 'past' | 'future'): Step {
  // What the editor has undone by itself already would be a step that nobody sees.
  const at = state[from].findLastIndex(({ source }) => source !== state.source);
  const version = state[from][at];
  if (!version) return step(state);
  const next = withSource(state, version.source);
  const selected = next.blocks.some(({ key }) => key === version.selected) ? version.selected : next.selected;
  return step({
    ...next,
    selected,
    mode: selected === state.selected ? state.mode : 'command',
    typing: null,
    [from]: state[from].slice(0, at),
    [to]: [...state[to], { source: state.source, selected: state.selected }],
  });
}

/** Whether an error says that the notebook's text is wrong, and not that the program is. */
export const isTextError = (error: unknown): error is AssayError =>
  error instanceof AssayError && error.code === 'NOTEBOOK_INVALID';

/** What can be done with the open notebook. */
import { nanoid } from 'nanoid';
import { useKernel } from '../kernel.tsx';
import { toast } from '../parts/toast.ts';
import type { NewBlock } from '../session/state.ts';
import { type Action, offer } from '../shell/actions.ts';
import type { SheetContext } from './context.ts';
import { focusFrame } from './keyboard.ts';
import { setShortcutsOpen } from './panels.ts';
import { PRINT } from './print.ts';

const GROUP = 'Notebook';
const CELL = 'Cell';

export function sheetActions({ state, dispatch, stale, reading, setReading }: SheetContext): void {
  const { client } = useKernel();
  const selected = (): string | null => state().selected;
  const onSelected = (run: (key: string) => void) => (): void => {
    const key = selected();
    if (key !== null) run(key);
  };
  const add = (block: NewBlock, where: 'before' | 'after') => (): void =>
    void dispatch({ op: 'add', block, near: selected(), where });
  const ts: NewBlock = { kind: 'cell', language: 'ts', view: false };
  const runCell = (then: 'stay' | 'next' | 'new') => (): void => {
    const key = selected();
    if (key === null) return;
    const at = state().blocks.findIndex((block) => block.key === key);
    const cell = state().blocks[at]?.cell;
    if (cell) dispatch({ op: 'run', keys: [key] });
    if (then === 'new' || (then === 'next' && at === state().blocks.length - 1))
      dispatch({ op: 'add', block: ts, near: key, where: 'after' });
    else if (then === 'next') dispatch({ op: 'step', by: 1 });
    else dispatch({ op: 'select', key, mode: 'command' });
  };
  const busy = (): boolean => state().running;
  offer((): readonly Action[] => [
    {
      id: 'cell.run-next',
      group: CELL,
      label: 'Run and go on',
      keys: 'Shift-Enter',
      icon: 'play',
      run: runCell('next'),
    },
    { id: 'cell.run', group: CELL, label: 'Run', keys: 'Mod-Enter', icon: 'play', run: runCell('stay') },
    {
      id: 'cell.run-new',
      group: CELL,
      label: 'Run and add a cell',
      keys: 'Alt-Enter',
      icon: 'play',
      run: runCell('new'),
    },
    {
      id: 'notebook.run-all',
      group: GROUP,
      label: stale().size > 0 ? 'Run changes' : 'Run all',
      keys: 'Mod-Shift-Enter',
      icon: 'play',
      run: () => void dispatch({ op: 'run', keys: stale().size > 0 ? 'changed' : 'all' }),
    },
    {
      id: 'notebook.stop',
      group: GROUP,
      label: 'Stop',
      keys: 'i i',
      icon: 'stop',
      words: 'interrupt kill',
      enabled: busy,
      run: () => void dispatch({ op: 'stop' }),
    },
    {
      id: 'notebook.seal',
      group: GROUP,
      label: 'Seal',
      keys: 'Mod-Shift-s',
      words: 'bundle evidence sign',
      run: () => void dispatch({ op: 'seal', call: nanoid(), at: Date.now() }),
    },
    {
      id: 'notebook.undo',
      group: GROUP,
      label: 'Undo',
      keys: 'z',
      icon: 'undo',
      enabled: () => state().past.length > 0,
      run: () => void dispatch({ op: 'undo' }),
    },
    {
      id: 'notebook.redo',
      group: GROUP,
      label: 'Redo',
      keys: 'Shift-z',
      enabled: () => state().future.length > 0,
      run: () => void dispatch({ op: 'redo' }),
    },
    {
      id: 'notebook.save',
      group: GROUP,
      label: 'Save now',
      keys: 'Mod-s',
      run: () => {
        dispatch({ op: 'save' });
        toast('Notebooks save themselves; this one is.');
      },
    },
    {
      id: 'notebook.read',
      group: GROUP,
      label: reading() ? 'Show code' : 'Hide code',
      keys: 'Mod-Shift-e',
      icon: 'code',
      words: 'reader mode',
      run: () => setReading(!reading()),
    },
    {
      id: 'notebook.ipynb',
      group: GROUP,
      label: 'Export as .ipynb',
      icon: 'download',
      words: 'jupyter download',
      run: () => open(client.ipynbUrl(state().name), '_self'),
    },
    {
      id: 'notebook.shortcuts',
      group: GROUP,
      label: 'Keyboard shortcuts',
      keys: '?',
      words: 'help keys',
      run: () => setShortcutsOpen(true),
    },
    {
      id: 'notebook.print',
      group: GROUP,
      label: 'Print',
      words: 'pdf paper',
      run: () => void dispatchEvent(new Event(PRINT)),
    },
    {
      id: 'cell.edit',
      group: CELL,
      label: 'Edit',
      keys: 'Enter',
      run: onSelected((key) => dispatch({ op: 'select', key, mode: 'edit' })),
    },
    {
      id: 'cell.down',
      group: CELL,
      label: 'Select the next',
      keys: 'j',
      run: () => void dispatch({ op: 'step', by: 1 }),
    },
    {
      id: 'cell.up',
      group: CELL,
      label: 'Select the one before',
      keys: 'k',
      run: () => void dispatch({ op: 'step', by: -1 }),
    },
    { id: 'cell.add-before', group: CELL, label: 'Add a cell before', keys: 'a', icon: 'add', run: add(ts, 'before') },
    { id: 'cell.add-after', group: CELL, label: 'Add a cell after', keys: 'b', icon: 'add', run: add(ts, 'after') },
    {
      id: 'cell.add-text',
      group: CELL,
      label: 'Add text after',
      keys: 't',
      icon: 'text',
      words: 'markdown',
      run: add({ kind: 'text' }, 'after'),
    },
    {
      id: 'cell.add-sql',
      group: CELL,
      label: 'Add SQL after',
      keys: 's',
      icon: 'data',
      run: add({ kind: 'cell', language: 'sql', view: false }, 'after'),
    },
    {
      id: 'cell.add-view',
      group: CELL,
      label: 'Add a view after',
      keys: 'v',
      icon: 'view',
      words: 'plot chart figure',
      run: add({ kind: 'cell', language: 'js', view: true }, 'after'),
    },
    {
      id: 'cell.move-up',
      group: CELL,
      label: 'Move up',
      keys: 'Alt-ArrowUp',
      icon: 'up',
      run: onSelected((key) => dispatch({ op: 'move', key, by: -1 })),
    },
    {
      id: 'cell.move-down',
      group: CELL,
      label: 'Move down',
      keys: 'Alt-ArrowDown',
      icon: 'down',
      run: onSelected((key) => dispatch({ op: 'move', key, by: 1 })),
    },
    {
      id: 'cell.delete',
      group: CELL,
      label: 'Delete',
      keys: 'd d',
      icon: 'trash',
      words: 'remove',
      run: onSelected((key) => dispatch({ op: 'remove', key })),
    },
    { id: 'cell.figure', group: CELL, label: 'Go into the results', keys: 'f', words: 'frame focus', run: focusFrame },
  ]);
}

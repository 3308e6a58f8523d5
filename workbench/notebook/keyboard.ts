/** Keys of the sheet: some work everywhere, single letters only where nobody types. */
import { createEffect, createMemo, on, onCleanup } from 'solid-js';
import { actions, runAction } from '../shell/actions.ts';
import { pressed, typing } from '../shell/keys.ts';
import { paletteOpen } from '../shell/panels.ts';
import type { SheetContext } from './context.ts';
import { awaitsEditor, typeAhead } from './typed-ahead.ts';

const CHORD_WITHIN = 800;
const ALIASES: Readonly<Record<string, string>> = {
  ArrowDown: 'j',
  ArrowUp: 'k',
  Z: 'Shift-z',
  'Mod-z': 'z',
  'Mod-y': 'Shift-z',
  'Mod-Shift-z': 'Shift-z',
  Delete: 'd d',
};
const ALSO_WHILE_TYPING = /^(?:Shift-Enter|Mod-Enter|Alt-Enter|Mod-Shift-\w+|Mod-s|Alt-Arrow\w+)$/;

export function handleKeys({ state, dispatch }: SheetContext): void {
  let first: { readonly key: string; readonly at: number } | null = null;
  const down = (event: KeyboardEvent): void => {
    if (paletteOpen() || event.isComposing || document.querySelector('[role=dialog]')) return;
    const key = pressed(event);
    const inText = typing(event.target);
    const inEditor = (event.target as Element | null)?.closest?.('.cm-editor');
    if (inText && !ALSO_WHILE_TYPING.test(key)) return;
    const ahead = inText ? undefined : awaitsEditor(state());
    if (ahead && typeAhead(key, ahead, dispatch)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (inText && !inEditor && key.endsWith('Enter')) return;
    if (!inText && key === 'Enter' && (event.target as Element).closest?.('button, a, select, summary')) return;
    const chord = first && event.timeStamp - first.at < CHORD_WITHIN ? `${first.key} ${key}` : null;
    first = { key, at: event.timeStamp };
    const wanted = ALIASES[key] ?? key;
    const found = actions().find(({ keys }) => keys !== undefined && (keys === chord || keys === wanted));
    if (!found) return;
    first = null;
    event.preventDefault();
    event.stopPropagation();
    runAction(found.id);
  };
  document.addEventListener('keydown', down, { capture: true });
  // Back from the results, which swallow keys: a click on the page, or Escape in the frame blurs it.
  const back = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !typing(event.target))
      dispatch({ op: 'select', key: state().selected, mode: 'command' });
  };
  document.addEventListener('keydown', back);
  onCleanup(() => {
    document.removeEventListener('keydown', down, { capture: true });
    document.removeEventListener('keydown', back);
  });
  // Results come in all the time: whoever has scrolled on is not taken back by them.
  const at = createMemo(() => state().selected);
  const how = createMemo(() => state().mode);
  createEffect(
    on([at, how], ([selected, mode], before) => {
      if (!before || selected === null || mode === 'edit') return;
      const block = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(selected)}"]`);
      // In a moment: the editor that is being left lets go of the focus first.
      queueMicrotask(() => {
        const focused = document.activeElement;
        if (focused !== block && (!block?.contains(focused) || focused?.closest('.cm-editor')))
          block?.focus({ preventScroll: true });
      });
      // What is being pressed is in sight: a page that scrolls between press and release takes the click elsewhere.
      if (!block?.matches(':active')) block?.scrollIntoView({ block: 'nearest' });
    }),
  );
}

export const focusFrame = (): void => document.querySelector<HTMLIFrameElement>('.frame')?.focus();

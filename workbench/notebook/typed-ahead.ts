/**
 * What is typed into a block before its editor is there goes into the block instead of being taken for commands: at once into a cell's
 * code; a text's Markdown is held until its editor comes or is left, since half of it may not be one text.
 */
import type { Block, Operation, Session } from '../session/state.ts';

let held: { readonly key: string; readonly text: string } | null = null;

/** The block that is being edited and has no editor yet. */
export function awaitsEditor({ mode, selected, blocks }: Session): Block | undefined {
  if (mode !== 'edit' || selected === null) return undefined;
  if (document.querySelector(`[data-key="${CSS.escape(selected)}"] .cm-editor`)) return undefined;
  return blocks.find(({ key }) => key === selected);
}

/** @returns whether the key was one that writes. */
export function typeAhead(pressed: string, { key, cell }: Block, dispatch: (operation: Operation) => void): boolean {
  const before = cell?.code ?? (held?.key === key ? held.text : '');
  const after = written(before, pressed);
  if (after === null) return false;
  held = { key, text: after };
  if (cell && after !== before) dispatch({ op: 'type', key, text: after, at: Date.now() });
  return true;
}

/** What was typed into this block since; a cell has it already. */
export function takeHeld(key: string): string | null {
  if (held?.key !== key) return null;
  const { text } = held;
  held = null;
  return text;
}

function written(text: string, pressed: string): string | null {
  if (pressed === 'Enter') return `${text}\n`;
  if (pressed === 'Backspace') return [...text].slice(0, -1).join('');
  return [...pressed].length === 1 ? text + pressed : null;
}

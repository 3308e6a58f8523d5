/** The file as the sheet shows it, and edits of one block. Each edit takes the file's text and gives the new text and what to select. */
import { addCell, addText, moveCell, removeCell, replaceCell, replaceText, setCell } from '#common/document/edit.ts';
import { parseDocument } from '#common/document/document.ts';
import type { CellSource, NotebookDocument } from '#common/notebook.ts';
import type { Block, NewBlock } from './state.ts';

export interface Edited {
  readonly source: string;
  readonly selected: string | null;
}

/** What a new text says until someone writes it. */
export const NEW_TEXT = 'New text.';

export function blocksOf(document: NotebookDocument): readonly Block[] {
  let texts = 0;
  return document.parts.flatMap((part, index): Block[] => {
    if (part.kind === 'cell')
      return [{ key: `cell:${part.cell.id}`, part: index, source: part.source, cell: part.cell }];
    if (part.kind === 'front' || part.source.trim() === '') return [];
    return [{ key: `text:${texts++}`, part: index, source: part.source, cell: null }];
  });
}

/** @throws NOTEBOOK_INVALID when the text leaves a code fence open */
export function typeInto(source: string, block: Block, text: string): string {
  if (block.cell) return replaceCell(source, block.cell.id, text);
  const around = /^(\s*)[\s\S]*?(\s*)$/.exec(block.source);
  const edited = replaceText(source, block.part, `${around?.[1] ?? ''}${text.trim()}${around?.[2] || '\n'}`);
  parseDocument(edited);
  return edited;
}

/** @param at index of the part before which the new block goes */
export function addBlock(source: string, at: number, block: NewBlock): Edited {
  if (block.kind === 'text') {
    const added = addText(source, at, `\n${NEW_TEXT}\n\n`);
    const place = parseDocument(added).parts.findIndex(
      (part, i) => i >= at - 1 && part.kind === 'text' && part.source.includes(NEW_TEXT),
    );
    return { source: added, selected: blocksOf(parseDocument(added)).find(({ part }) => part === place)?.key ?? null };
  }
  const added = addCell(source, at, { language: block.language, view: block.view, code: '' });
  return { source: spaced(added.text, added.id), selected: `cell:${added.id}` };
}

export function removeBlock(source: string, block: Block): string {
  return joined(source, block.cell ? removeCell(source, block.cell.id) : replaceText(source, block.part, '\n'));
}

/** One place up or down among the blocks. A text moves by moving the cell beside it: two texts are never neighbours. */
export function moveBlock(source: string, blocks: readonly Block[], block: Block, by: -1 | 1): Edited {
  const at = blocks.indexOf(block);
  const other = blocks[at + by];
  if (!other) return { source, selected: block.key };
  const moving = block.cell ?? other.cell;
  if (!moving) return { source, selected: block.key };
  const target = block.cell ? other : block;
  const down = (block.cell ? by : -by) > 0;
  const moved = joined(source, spaced(moveCell(source, moving.id, down ? target.part + 1 : target.part), moving.id));
  return {
    source: moved,
    selected: block.cell
      ? block.key
      : (blocksOf(parseDocument(moved)).find((b) => b.source.trim() === block.source.trim())?.key ?? null),
  };
}

export function changeCell(
  source: string,
  cell: CellSource,
  to: Partial<Pick<CellSource, 'language' | 'name' | 'view'>>,
): string {
  return setCell(source, cell.id, to);
}

/** Where a cell was taken out, blank lines meet: one is enough. Texts that `before` has already are left alone. */
function joined(before: string, after: string): string {
  const known = new Set(parseDocument(before).parts.map((part) => part.source));
  const { parts } = parseDocument(after);
  return parts
    .map(({ kind, source }) => {
      if (kind !== 'text' || known.has(source)) return source;
      return source.trim() === ''
        ? (/\r?\n/.exec(source)?.[0] ?? '')
        : source.replaceAll(/(?:[ \t]*\r?\n){3,}/g, '\n\n');
    })
    .join('');
}

/** Blank lines around a cell, as people write Markdown. */
function spaced(source: string, id: string): string {
  let text = source;
  const find = (): { readonly parts: NotebookDocument['parts']; readonly at: number } => {
    const { parts } = parseDocument(text);
    return { parts, at: parts.findIndex((part) => part.kind === 'cell' && part.cell.id === id) };
  };
  const after = find();
  const next = after.parts[after.at + 1];
  if (next && !/^[ \t]*\r?\n/.test(next.source)) text = addText(text, after.at + 1, '\n');
  const before = find();
  const last = before.parts[before.at - 1];
  if (last && !/\n[ \t]*\r?\n$|^[ \t]*\r?\n$/.test(last.source)) text = addText(text, before.at, '\n');
  return text;
}

/** The heading of the first rank with which a text begins. */
export function headingOf(block: Block | undefined): string | null {
  return block && !block.cell ? (/^\s*# +(.+?)[ \t]*#*[ \t]*(?:\r?\n|$)/.exec(block.source)?.[1] ?? null) : null;
}

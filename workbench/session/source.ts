/** A session that shows another text. */
import { parseDocument } from '#common/document/document.ts';
import { blocksOf } from './blocks.ts';
import type { Block, Session } from './state.ts';

/** @throws NOTEBOOK_INVALID */
export function withSource(state: Session, source: string): Session {
  const document = parseDocument(source);
  const blocks = keepSame(state.blocks, blocksOf(document));
  const selected = blocks.some(({ key }) => key === state.selected) ? state.selected : null;
  const dirty = source !== state.base.source;
  const saving =
    state.saving.kind === 'conflict' || state.saving.kind === 'saving'
      ? state.saving
      : ({ kind: dirty ? 'dirty' : 'saved' } as const);
  return { ...state, source, document, blocks, selected, saving };
}

/** Whether a text can be taken apart at all. */
export function isNotebook(source: string): boolean {
  try {
    parseDocument(source);
    return true;
  } catch {
    return false;
  }
}

/** Blocks that didn't change stay the same objects, so that what shows them needn't look. */
function keepSame(before: readonly Block[], after: readonly Block[]): readonly Block[] {
  const byKey = new Map(before.map((block) => [block.key, block]));
  return after.map((block) => {
    const old = byKey.get(block.key);
    return old && old.part === block.part && old.source === block.source && old.cell?.line === block.cell?.line
      ? old
      : block;
  });
}

/** What the parts of one sheet share. */
import { createContext, useContext } from 'solid-js';
import type { CellSource } from '#common/notebook.ts';
import type { CompletionWorld } from './completion.ts';
import type { Layout } from './layout.ts';
import type { OpenNotebook } from './session.ts';

export interface SheetContext extends OpenNotebook {
  readonly layout: () => Layout | undefined;
  /** Height in pixels that the frame gave a cell's output, or had when the notebook was last open. */
  readonly height: (id: string) => number;
  /** What can be completed in a cell now. */
  readonly world: (cell: CellSource) => CompletionWorld;
  /** Code is hidden: for readers. */
  readonly reading: () => boolean;
  readonly setReading: (reading: boolean) => void;
}

export const SheetState = createContext<SheetContext>();

export function useSheet(): SheetContext {
  const sheet = useContext(SheetState);
  if (!sheet) throw new Error('useSheet outside a Sheet');
  return sheet;
}

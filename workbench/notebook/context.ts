/** What the parts of one sheet share. */
import { createContext, useContext } from 'solid-js';
import type { Heights } from './heights.ts';
import type { Layout } from './layout.ts';
import type { OpenNotebook } from './session.ts';
import type { World } from './world.ts';

export interface SheetContext extends OpenNotebook, World {
  readonly layout: () => Layout | undefined;
  /** Pixels that the frame gave a cell's output, or had when the notebook was last open. */
  readonly heights: Heights;
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

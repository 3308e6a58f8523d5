import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { TableData } from '#common/data.ts';

/**
 * The frame is one sandboxed document behind the sheet, as tall as the sheet. The page leaves an empty slot under each cell and tells
 * the frame where it is; the frame draws the cell's output there and reports its height. Pointer events fall through the sheet's slots.
 */
export interface FrameApi {
  /** Replaces the notebook: cells whose digest is unchanged keep their values, the rest and what depends on them run. */
  define(notebook: CompiledNotebook): Promise<void>;
  /** Runs these cells and what depends on them again; all when absent. Settles when nothing is running. */
  run(ids?: readonly string[]): Promise<{ readonly root: string | null }>;
  layout(slots: readonly Slot[]): void;
  /** CSS custom properties of the page, so that light and dark agree. */
  theme(tokens: Readonly<Record<string, string>>, dark: boolean): void;
  /** What a cell has drawn, as an SVG that stands alone. */
  picture(cell: string): string | null;
}

export interface Slot {
  readonly id: string;
  readonly top: number;
  readonly left: number;
  readonly width: number;
  /** What the page has made room for: a taller drawing is cut off there until it has more. */
  readonly height: number;
}

/** What the page offers the frame: this and nothing else. Large arrays are transferred. */
export interface PageApi {
  /** A method under `uses`. @throws the method's coded error, as ErrorJson in `message`. */
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt: string }>;
  dataset(name: string): Promise<TableData>;
  /** duckdb-wasm, when the first SQL cell needs it. */
  duckdb(): Promise<{ readonly worker: string; readonly wasm: ArrayBuffer }>;
  /** Everything that changed since the last report, oldest first: a change through 1,000 cells is one message. */
  states(states: readonly CellState[]): void;
  height(id: string, px: number): void;
  root(root: string | null): void;
  /** The reader wants what a cell drew as a file: an SVG that stands alone, to be saved as it is or in pixels. */
  picture(cell: string, kind: 'svg' | 'png', svg: string): void;
}

/**
 * `data` of the page's one message, sent to the frame's window once it has loaded. Its `ports[0]` carries the page's calls of FrameApi, its
 * `ports[1]` the frame's calls of PageApi, both as port.ts speaks: the frame exposes on the first and wraps the second.
 */
export const HELLO = 'assay:hello';

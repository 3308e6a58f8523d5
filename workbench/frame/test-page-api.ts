/** What the test page offers to a test, as `globalThis.page`. */
import type { TableData } from '#common/data.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { Slot } from './protocol.ts';

export interface TestPage {
  /** Every method that the frame called, also what it may not. */
  readonly calls: (readonly [cell: string, method: string, input: unknown])[];
  readonly states: Map<string, CellState>;
  readonly history: CellState[];
  readonly heights: Map<string, number>;
  root: string | null;
  datasets: Record<string, TableData>;
  /** What a plugin's method gives; throws to refuse. */
  answer: (method: string, input: unknown) => unknown;
  open(): Promise<void>;
  define(notebook: CompiledNotebook): Promise<void>;
  run(ids?: string[]): Promise<string | null>;
  layout(slots: readonly Slot[]): void;
  theme(tokens: Record<string, string>, dark: boolean): void;
  close(): void;
}

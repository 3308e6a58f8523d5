/** What the test page offers to a test, as `globalThis.page`. */
import type { TableData } from '#common/data.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { Slot } from './protocol.ts';

export interface TestPage {
  /** Calls that reached the kernel's client. */
  readonly calls: (readonly [cell: string, method: string, input: unknown])[];
  readonly states: Map<string, CellState>;
  readonly history: CellState[];
  readonly heights: Map<string, number>;
  root: string | null;
  datasets: Record<string, TableData>;
  /** What a plugin's method gives; throws to refuse. */
  answer: (method: string, input: unknown) => unknown;
  define(notebook: CompiledNotebook): Promise<void>;
  run(ids: readonly string[] | null): Promise<void>;
  layout(slots: readonly Slot[]): void;
  theme(tokens: Record<string, string>, dark: boolean): void;
  /** Settles once the new frame listens. */
  restart(): Promise<void>;
}

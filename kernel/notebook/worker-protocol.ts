import type { ErrorJson } from '#common/errors.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '#common/notebook.ts';

export type ToWorker =
  | { readonly type: 'run'; readonly notebook: CompiledNotebook; readonly values: boolean }
  | { readonly type: 'reply'; readonly id: number; readonly value?: unknown; readonly error?: ErrorJson };

export type FromWorker =
  | { readonly type: 'states'; readonly states: readonly CellState[] }
  | { readonly type: 'value'; readonly cell: string; readonly bytes: Uint8Array }
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly what: 'call' | 'dataset';
      readonly cell: string;
      readonly name: string;
      readonly input?: unknown;
    }
  | { readonly type: 'done'; readonly run: NotebookRun }
  | { readonly type: 'failed'; readonly error: ErrorJson };

import type { Digest } from './data.ts';
import type { ErrorJson } from './errors.ts';
import type { Comparator } from '#common/receipt/types.ts';

/** A notebook file taken apart. `parts` in order, joined, give back the file byte for byte. */
export interface NotebookDocument {
  readonly title: string;
  readonly uses: readonly string[];
  readonly datasets: readonly string[];
  readonly seed: number;
  /** `compare:`, how a re-run is compared with a sealed run. */
  readonly compare: readonly Comparator[];
  readonly parts: readonly Part[];
}

export type Part =
  | { readonly kind: 'front'; readonly source: string }
  | { readonly kind: 'text'; readonly source: string }
  | { readonly kind: 'cell'; readonly source: string; readonly cell: CellSource };

export type Language = 'ts' | 'js' | 'sql';

export interface CellSource {
  /** From `id=`; a cell without one gets a stable id when the file is first saved. */
  readonly id: string;
  readonly language: Language;
  /** `name=`: the variable that an expression or SQL cell defines. */
  readonly name: string | null;
  /** `view`: draws; its value is not sealed. */
  readonly view: boolean;
  readonly code: string;
  /** Line in the file (1-based) on which the code starts. */
  readonly line: number;
}

/** What the kernel makes of one cell, once; browser and headless evaluate the same text. */
export interface CompiledCell {
  readonly id: string;
  readonly kind: 'value' | 'view' | 'sql' | 'text';
  /** Names it reads: other cells' variables, data sets, plugin namespaces, built-ins. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A function expression `(inputs…) => outputs`, already escaped for SES. */
  readonly body: string;
  /** Maps a line of `body` to a line of the file. */
  readonly lines: readonly number[];
  readonly error?: ErrorJson & { readonly line: number; readonly column: number; readonly endColumn?: number };
  /** SHA-256 of the cell's source: unchanged cells are not run again. */
  readonly digest: Digest;
}

export interface CompiledNotebook {
  readonly digest: Digest;
  readonly title: string;
  readonly uses: readonly string[];
  readonly datasets: readonly string[];
  readonly seed: number;
  readonly compare: readonly Comparator[];
  readonly cells: readonly CompiledCell[];
}

export type CellStatus = 'idle' | 'queued' | 'running' | 'done' | 'failed' | 'stale' | 'stopped';

export interface CellState {
  readonly id: string;
  /** Rises with every run of the cell; a report with a smaller version is refused. */
  readonly version: number;
  readonly status: CellStatus;
  readonly ms?: number;
  /** SHA-256 of the canonical encoding of {output name: value}; value and SQL cells only. */
  readonly digest?: Digest;
  readonly outputs?: readonly {
    readonly name: string;
    /** Left out by a headless run that nobody records: the cell's own digest says it all. */
    readonly digest?: Digest;
    readonly type: string;
    readonly preview: string;
  }[];
  /** Receipts of the calls that it made. */
  readonly receipts?: readonly Digest[];
  readonly error?: ErrorJson & { readonly line?: number; readonly column?: number };
  readonly progress?: { readonly done: number; readonly total: number; readonly note?: string };
}

/** SHA-256 of the canonical encoding of [[cell id, digest], …] of all value and SQL cells in file order. */
export interface NotebookRun {
  readonly root: Digest;
  readonly cells: readonly CellState[];
}

/** One open notebook: everything that the sheet shows follows from this. Plain data, replaced and never changed. */
import type { Digest } from '#common/data.ts';
import type { ErrorJson } from '#common/errors.ts';
import type { CellSource, CellState, CompiledNotebook, Language, NotebookDocument } from '#common/notebook.ts';
import type { SealEntry } from '../kernel-types.ts';

/** A part of the file that the sheet shows: text or a cell. Blank lines between cells are no blocks. */
export interface Block {
  /** `cell:<id>`, or `text:<n>` counting texts. */
  readonly key: string;
  /** Its place among the document's parts. */
  readonly part: number;
  readonly source: string;
  readonly cell: CellSource | null;
}

interface Version {
  readonly source: string;
  readonly selected: string | null;
}

export interface CallProgress {
  readonly call: string;
  readonly cell: string;
  readonly method: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly done: number;
  /** 0: unknown. */
  readonly total: number;
  readonly note?: string;
}

type Saving =
  | { readonly kind: 'saved' }
  | { readonly kind: 'dirty' }
  | { readonly kind: 'saving'; readonly source: string }
  | { readonly kind: 'failed'; readonly error: ErrorJson }
  /** Someone else changed the file: both versions stand until a person chooses. */
  | { readonly kind: 'conflict'; readonly theirs: string | null; readonly digest: Digest | null };

type Sealing =
  | { readonly kind: 'none' }
  /** For the file to be saved. */
  | { readonly kind: 'waiting'; readonly call: string; readonly at: number }
  | {
      readonly kind: 'running';
      readonly call: string;
      readonly started: number;
      readonly done: number;
      readonly total: number;
      readonly cell: string | null;
    }
  | { readonly kind: 'failed'; readonly error: ErrorJson }
  | { readonly kind: 'done'; readonly outcome: SealEntry; readonly source: string };

export interface Session {
  readonly name: string;
  readonly source: string;
  /** Of `source`, or of the last source that could be taken apart. */
  readonly document: NotebookDocument;
  readonly blocks: readonly Block[];
  /** What is on the kernel's disk; no digest: no file. */
  readonly base: { readonly digest: Digest | null; readonly source: string };
  readonly past: readonly Version[];
  readonly future: readonly Version[];
  /** The block typed into last, so that one stretch of typing is undone at once. */
  readonly typing: { readonly key: string; readonly at: number } | null;
  readonly selected: string | null;
  readonly mode: 'command' | 'edit';
  /** What the frame has. */
  readonly defined: CompiledNotebook | null;
  /** The newest compiled source: its errors are shown while typing. */
  readonly checked: CompiledNotebook | null;
  /** Why the file as a whole does not compile. */
  readonly problem: ErrorJson | null;
  /** Source of each cell as it was when it was handed to the frame. */
  readonly ran: Readonly<Record<string, string>>;
  readonly cells: Readonly<Record<string, CellState>>;
  readonly calls: readonly CallProgress[];
  readonly root: Digest | null;
  readonly running: boolean;
  readonly saving: Saving;
  readonly sealing: Sealing;
}

export type NewBlock =
  | { readonly kind: 'text' }
  | { readonly kind: 'cell'; readonly language: Language; readonly view: boolean };

export type Operation =
  | { readonly op: 'type'; readonly key: string; readonly text: string; readonly at: number }
  | { readonly op: 'add'; readonly block: NewBlock; readonly near: string | null; readonly where: 'before' | 'after' }
  | { readonly op: 'move'; readonly key: string; readonly by: -1 | 1 }
  | { readonly op: 'remove'; readonly key: string }
  | {
      readonly op: 'change';
      readonly key: string;
      readonly to: Partial<Pick<CellSource, 'language' | 'name' | 'view'>>;
    }
  | { readonly op: 'front'; readonly to: Partial<Pick<NotebookDocument, 'title' | 'uses' | 'datasets' | 'seed'>> }
  | { readonly op: 'undo' }
  | { readonly op: 'redo' }
  | { readonly op: 'select'; readonly key: string | null; readonly mode?: 'command' | 'edit' }
  | { readonly op: 'step'; readonly by: number }
  | { readonly op: 'run'; readonly keys: readonly string[] | 'all' | 'changed' }
  | { readonly op: 'check' }
  | {
      readonly op: 'compiled';
      readonly source: string;
      readonly notebook: CompiledNotebook;
      readonly run: RunRequest | null;
    }
  | { readonly op: 'uncompiled'; readonly source: string; readonly error: ErrorJson }
  | { readonly op: 'reported'; readonly states: readonly CellState[] }
  | { readonly op: 'root'; readonly root: Digest | null }
  | { readonly op: 'settled' }
  | { readonly op: 'stop' }
  | { readonly op: 'called'; readonly call: CallProgress }
  | {
      readonly op: 'progress';
      readonly call: string;
      readonly done: number;
      readonly total: number;
      readonly note?: string;
    }
  | { readonly op: 'returned'; readonly call: string }
  | { readonly op: 'save' }
  | { readonly op: 'saved'; readonly digest: Digest; readonly source: string }
  | { readonly op: 'unsaved'; readonly error: ErrorJson }
  | { readonly op: 'disk'; readonly digest: Digest | null; readonly source: string | null }
  | { readonly op: 'resolve'; readonly keep: 'mine' | 'theirs' }
  | { readonly op: 'seal'; readonly call: string; readonly at: number }
  | { readonly op: 'sealing'; readonly cell: string | null; readonly done: number; readonly total: number }
  | { readonly op: 'sealed'; readonly outcome: SealEntry }
  | { readonly op: 'unsealed'; readonly error: ErrorJson };

/** Blocks (by key) to run although they didn't change. */
export type RunRequest = readonly string[] | 'all' | 'changed';

/** What the reducer asks the world to do. */
export type Action =
  | { readonly do: 'compile'; readonly source: string; readonly run: RunRequest | null }
  | { readonly do: 'define'; readonly notebook: CompiledNotebook }
  /** Ids of cells; all when null. */
  | { readonly do: 'rerun'; readonly ids: readonly string[] | null }
  | { readonly do: 'restart' }
  | { readonly do: 'save'; readonly source: string; readonly base: Digest | null }
  | {
      readonly do: 'seal';
      readonly root: Digest | null;
      readonly cells: Readonly<Record<string, Digest>>;
      readonly call: string;
    }
  | { readonly do: 'told'; readonly text: string; readonly undo: boolean };

export interface Step {
  readonly state: Session;
  readonly actions: readonly Action[];
}

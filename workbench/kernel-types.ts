/** What the kernel's resources look like in JSON, where kernel/common has no type for it. */
import type { Digest } from '#common/data.ts';
import type { Kind } from '#common/receipt.ts';

export interface NotebookEntry {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly digest: Digest;
  readonly modified: string;
}

export interface NotebookFile {
  readonly name: string;
  readonly source: string;
  /** SHA-256 of the file: its ETag. */
  readonly digest: Digest;
}

export interface SealEntry {
  readonly id: Digest;
  readonly notebook: string;
  readonly notebookDigest: Digest;
  readonly root: Digest;
  readonly bundle: Digest;
  readonly time: string;
}

export interface SealOutcome {
  readonly id: string;
  readonly root: Digest;
  readonly bundle: Digest;
  readonly receipt: Digest;
}

export interface ColumnEntry {
  readonly name: string;
  readonly type?: string;
  readonly unit?: string;
  readonly description?: string;
  readonly levels?: readonly string[];
}

export interface DatasetEntry {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly licence?: string;
  readonly source?: string;
  readonly rows?: number;
  readonly digest?: Digest;
  readonly columns: readonly ColumnEntry[];
}

export interface RunEntry {
  readonly id: string;
  readonly method: string;
  readonly started: string;
  readonly state: 'running' | 'cancelling';
  readonly progress?: { readonly done: number; readonly total: number; readonly note?: string };
}

export interface ReceiptQuery {
  readonly stream?: string;
  readonly kind?: Kind;
  readonly limit?: number;
}

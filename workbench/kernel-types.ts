/** What the kernel's resources look like in JSON, where kernel/common has no type for it. */
import type { Digest } from '#common/data.ts';
import type { Kind } from '#common/receipt/receipt.ts';

export interface NotebookEntry {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Place before the others, the lowest first; null for most. */
  readonly order: number | null;
  readonly digest: Digest;
  readonly modified: string;
}

export interface NotebookFile {
  readonly name: string;
  readonly source: string;
  /** SHA-256 of the file: its ETag. */
  readonly digest: Digest;
}

/** A sealed run. */
export interface SealEntry {
  /** Of the seal's receipt. */
  readonly id: Digest;
  readonly receipt: Digest;
  readonly notebook: string;
  readonly root: Digest;
  /** The zip's digest. */
  readonly bundle: Digest;
  /** RFC 3339. */
  readonly at: string;
}

/** Everything that was logged in a period. */
export interface PackEntry {
  /** Of the receipt that sealed it. */
  readonly id: Digest;
  /** RFC 3339: from then on, and before then. */
  readonly from: string;
  readonly to: string;
  readonly receipts: number;
  readonly bytes: number;
  /** RFC 3339. */
  readonly at: string;
}

export interface DatasetEntry {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly source?: string;
  readonly licence?: string;
  /** What is wrong with its dataset.json. */
  readonly problem?: string;
}

interface ColumnEntry {
  readonly name: string;
  readonly type?: string;
  readonly unit?: string;
  readonly description?: string;
  readonly missing?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Output of `datasets.describe`. */
export interface DatasetDescription extends DatasetEntry {
  readonly citation?: string;
  readonly notes?: readonly string[];
  readonly rows: number;
  readonly columns: readonly ColumnEntry[];
  readonly file: { readonly path: string; readonly digest: Digest; readonly bytes: number };
}

export interface NewDataset {
  /** `[a-z][a-z0-9_]*` */
  readonly name: string;
  readonly fileName: string;
  readonly title?: string;
  readonly source?: string;
  readonly licence?: string;
}

export interface RunEntry {
  readonly id: string;
  readonly method: string;
  readonly started: string;
  readonly state: 'running' | 'cancelling';
  readonly progress?: { readonly done: number; readonly total: number; readonly note?: string };
}

/** Each is a receipt. `master`: 32 bytes in hex. */
export type KeyChange =
  | { readonly event: 'rotate'; readonly reason?: string }
  | { readonly event: 'revoke'; readonly key: string; readonly reason?: string }
  | { readonly event: 'tag'; readonly master: string; readonly reason?: string };

export interface ReceiptQuery {
  readonly stream?: string;
  readonly kind?: Kind;
  readonly limit?: number;
  /** Only receipts with a smaller index. */
  readonly before?: number;
}

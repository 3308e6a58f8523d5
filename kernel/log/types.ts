import type { AttachedFiles } from '#common/bundle/attached.ts';
import type { Digest } from '#common/data.ts';
import type { Kind, LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import type { ToolSignatures } from '#common/signatures/for-tools.ts';
import type { KeyHistory } from '#common/keys/keys.ts';
import type { WitnessPolicy } from '#common/policy/policy.ts';
import type { Store } from '../store/types.ts';
import type { KeyOrder } from './keyring.ts';

export interface LogOptions {
  readonly store: Store;
  /** Keys lie in `home/keys`, public files in `home/log/<org>`. */
  readonly home: string;
  readonly org: string;
  /** Whom to ask for cosignatures. */
  readonly witnesses?: WitnessPolicy | undefined;
  onWitnessFailure?(vkey: string, error: unknown): void;
}

interface ReceiptQuery {
  readonly stream?: string | undefined;
  readonly kind?: Kind | undefined;
  /** Newest first, this many: 100 unless given, at most 1,000. */
  readonly limit?: number | undefined;
  /** Only receipts with a smaller index: the next page. */
  readonly before?: number | undefined;
}

/** How many of the witnesses that were asked signed a checkpoint, and whether that is enough for the log's own policy. */
export interface Witnessed {
  readonly signed: number;
  readonly of: number;
  readonly reached: boolean;
}

/** Where the public files and the database part. */
export interface Fault {
  readonly code: 'TILE' | 'CHECKPOINT' | 'RECEIPT' | 'CHAIN' | 'TREE' | 'COUNT' | 'KEY' | 'KEYS';
  /** A file under the log's folder, `receipt <index>`, or a table of the database. */
  readonly where: string;
  readonly what: string;
  /** The receipt's number in the log; null where it is about more than one. */
  readonly index: number | null;
  /** Which one is wrong, by the signed root; null where that can't be told. */
  readonly side: 'file' | 'database' | null;
}

/** Told as they are found. */
export type FaultReport = (fault: Omit<Fault, 'index' | 'side'> & Partial<Fault>) => void;

export interface FsckReport {
  readonly ok: boolean;
  /** Receipts that the published checkpoint covers. */
  readonly size: number;
  /** At most 100. */
  readonly faults: readonly Fault[];
}

/** The log by the numbers of its receipts. */
interface LogStretch {
  /**
   * Among the first `size`: the number of the first receipt that claims `from` or later, and one more than that of the last that claims a
   * time before `to`. Times as receipts have them.
   */
  within(from: string, to: string, size: number): Promise<{ readonly first: number; readonly end: number }>;
  /** Receipts number `start` up to, not including, `stop`, in pages. @throws LOG_FORKED when one is missing */
  read(start: number, stop: number): AsyncIterable<readonly LoggedReceipt[]>;
  /** Roots of the complete subtrees of the first `size` receipts, the largest first: `MerkleRange.peaks`. */
  peaks(size: number): Promise<readonly Uint8Array[]>;
  /** From the tree of `size` receipts to the one of this checkpoint. @throws NOTE_INVALID for a checkpoint of another log */
  consistency(size: number, checkpoint: string): Promise<readonly Uint8Array[]>;
}

/** A receipt whose tag beside the log says that it was edited in the database. */
export interface TagFault {
  readonly index: number;
  readonly code: 'BODY' | 'ID' | 'TAG' | 'UNTAGGED' | 'MISSING';
  readonly what: string;
}

export interface TagReport {
  readonly ok: boolean;
  /** The receipts that this master key's tags are for: from the first up to, not including, the last. */
  readonly from: number;
  readonly to: number;
  /** At most 100. */
  readonly faults: readonly TagFault[];
}

/** What a proof needs to know of a receipt. */
export type InLog = Pick<LoggedReceipt, 'id' | 'index'>;

export interface Log {
  readonly org: string;
  /** C2SP names: the log's origin and its verifier key `origin+hash+base64`. */
  readonly origin: string;
  readonly vkey: string;
  /** The folder to serve as the log's public prefix: `checkpoint` and `tile/…`. */
  readonly dir: string;
  /**
   * Resolves when the receipt is durable in PostgreSQL. One bad draft fails alone.
   * @throws RECEIPT_INVALID the draft breaks the schema; STORE_UNAVAILABLE it may or may not have been written: ask by what it says.
   */
  append(draft: ReceiptDraft): Promise<LoggedReceipt>;
  /** A `tlog-proof` under the newest checkpoint, waiting for one that covers the receipt. @throws NOT_FOUND */
  proof(id: Digest): Promise<string>;
  /**
   * Proofs by ids under one checkpoint of this log, of receipts as it gave them: where each stands is not looked up again.
   * @throws NOT_FOUND a receipt is not under that checkpoint; NOTE_INVALID for a checkpoint of another log
   */
  proofs(receipts: readonly InLog[], under: string): Promise<ReadonlyMap<Digest, string>>;
  /** One proof (multiproof.ts) for many entries, by their ascending indices, under a checkpoint of this log that covers them. */
  multiproof(indices: readonly number[], under: string): Promise<string>;
  /** The receipt's body in a DSSE envelope (dsse.ts), signed with the key that it names: for seals. @throws NOT_FOUND, LOG_KEY */
  dsse(id: Digest): Promise<string>;
  /** The newest published checkpoint, a signed note; with witnesses, cosigned by enough of them, unless that takes longer than a minute. */
  checkpoint(): Promise<string>;
  /**
   * A checkpoint over at least `size` receipts, cosigned by enough witnesses; what there is after `patience` milliseconds. Without
   * witnesses it is the newest, and `witnesses` null.
   */
  cosigned(size: number, patience: number): Promise<{ readonly note: string; readonly witnesses: Witnessed | null }>;
  /** Signatures over a seal's manifest for other tools (signatures/for-tools.ts). @throws NOT_FOUND, BUNDLE_INVALID: the seal names another */
  signForTools(seal: Digest, manifest: Uint8Array): Promise<ToolSignatures>;
  /** A note of the log's key about what is attached to a seal (bundle/attached.ts). @throws NOT_FOUND */
  signAttached(seal: Digest, files: AttachedFiles): Promise<string>;
  receipts(query?: ReceiptQuery): Promise<LoggedReceipt[]>;
  get(id: Digest): Promise<LoggedReceipt | undefined>;
  readonly stretch: LogStretch;
  /** One stream's receipts in `seq` order. */
  stream(name: string): Promise<LoggedReceipt[]>;
  /** The organisation's keys as the log tells them now. */
  keys(): KeyHistory;
  /** Whether new receipts get tags: false, too, when the log says that they do and the key for it is gone, or can't be replaced on disk. */
  tagging(): boolean;
  /** Which of the organisation's secrets are here: the key that signs seals now, and the key for tags, by its epoch; null when it is not. */
  holds(): { readonly sealer: boolean; readonly tagEpoch: number | null };
  /** Receipts about keys among the first `size`. */
  keyReceipts(size: number): Promise<LoggedReceipt[]>;
  /**
   * Logs a change of keys. From the receipt behind it, the new key signs; the old one's secret is deleted.
   * @throws KEY_INVALID what was ordered can't be; LOG_KEY the key that must sign it is not here; and what `append` throws
   */
  changeKeys(order: KeyOrder): Promise<LoggedReceipt>;
  /** @throws KEY_INVALID when the log began no tags with this master key */
  checkTags(master: Uint8Array): Promise<TagReport>;
  /** Verifies the public files from nothing but themselves, then the database against them. */
  fsck(): Promise<FsckReport>;
  /** Waits for what was appended, then frees the writer's lock. */
  close(): Promise<void>;
}

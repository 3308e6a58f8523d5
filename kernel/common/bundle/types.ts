import type { Digest } from '#common/data.ts';
import type { Comparator, LoggedReceipt, ReceiptDraft } from '#common/receipt/types.ts';
import type { ToolSignatures } from '#common/signatures/for-tools.ts';

/** A sealed run, in parts. `prepareBundle` lays them out and names their manifest; the seal receipt is about that name. */
export interface BundleParts {
  readonly org: string;
  /** The sealed run's stream: its receipts are `open` … `close`, `seq` 0 … count − 1. */
  readonly stream: string;
  /** The notebook's file as it was run; its digest is the subject of `open`. */
  readonly notebook: { readonly name: string; readonly title: string; readonly source: Uint8Array | string };
  /** The notebook's root digest, or null when nothing was sealed in it. */
  readonly root: Digest;
  /** Every sealed cell in file order, as in `NotebookRun.cells`. */
  readonly cells: readonly BundleCell[];
  /** Files of data that the run read, under data/. A name may hold `/`; it names a subject or material of some receipt by digest. */
  readonly data: readonly BundleFile[];
  /** Params, results, models: whatever receipts name by digest. Leave out what is too large; `verify` says what is missing. */
  readonly artifacts: readonly BundleArtifact[];
  readonly env: ReceiptDraft['env'];
  /** As in `open`: sealed before the run. */
  readonly comparators: readonly Comparator[];
  /** The stream's receipts up to `close`, and every ancestor from other streams that their parents lead to. */
  readonly receipts: readonly LoggedReceipt[];
}

export interface BundleCell {
  readonly id: string;
  readonly digest: Digest;
  /** `encodeValue({name: value, …})`, whose SHA-256 is `digest`; absent when too large to carry. */
  readonly value?: Uint8Array | undefined;
}

export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mediaType?: string | undefined;
}

export interface BundleArtifact {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** For people: `shap.explain result`. */
  readonly title?: string | undefined;
  readonly mediaType?: string | undefined;
}

export interface PreparedBundle {
  /** All files that the manifest lists, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** manifest-sha256.txt */
  readonly manifest: Uint8Array;
  /** The seal receipt's one subject: `{name: 'manifest-sha256.txt', digest: {sha256: manifestDigest}}`. */
  readonly manifestDigest: Digest;
  /** Each needs a proof of its own. */
  readonly receipts: readonly LoggedReceipt[];
  /** Of a long run, in order: these need one multiproof. */
  readonly together: readonly LoggedReceipt[];
}

/** What is known once the seal is logged. */
export interface BundleProof {
  /** The next receipt of the same stream after `close`. */
  readonly seal: LoggedReceipt;
  /** DSSE envelope over the seal's body: `log.dsse(seal.id)`. */
  readonly dsse: string;
  /** The signed checkpoint inside the seal's own proof. */
  readonly checkpoint: string;
  /** The log's verifier key: what signed it, not why to trust it. */
  readonly vkey: string;
  /** Receipts about keys that the checkpoint covers, in order, and the key that signed the seal when it isn't the log's own. */
  readonly keys?: { readonly receipts: readonly LoggedReceipt[]; readonly signer: string | null } | undefined;
  /** A tlog-proof for each of the prepared `receipts`, those about keys, and the seal, by receipt id. */
  readonly proofs: ReadonlyMap<Digest, string>;
  /** The log's note about the checkpoint and the stamps: `log.signAttached(seal.id, attachedFiles(checkpoint, stamps))`. */
  readonly attached: string;
  /** Authorities' RFC 3161 replies: about the notebook, named by `open`, and about `stampedNote` of the checkpoint. */
  readonly stamps?: { readonly notebook?: Uint8Array | undefined; readonly checkpoint?: Uint8Array | undefined };
}

export interface RunProof extends BundleProof {
  /** For `together`, where there are any. */
  readonly multiproof?: string | undefined;
  /** The log's key over the manifest in the forms of other tools: `log.signForTools(seal.id, manifest)`. */
  readonly tools: ToolSignatures;
}

import type { BundleKind } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';

/** Whom a verifier trusts: `parsePolicy` reads one. Without it, SIGNER and WITNESSES are not judged. */
export interface Policy {
  /** Verifier keys of the logs that it accepts. */
  readonly logs: readonly string[];
  /** The organisation that must have sealed; any when absent. */
  readonly org?: string;
  /** Witnesses that must have cosigned the checkpoint; none when absent. */
  readonly quorum?: Quorum;
  /** Seconds since those witnesses saw it, at most; any when absent. */
  readonly maxAge?: number;
  /** Root certificates (DER, base64) of time-stamping authorities, one of which must have stamped the checkpoint; none when absent. */
  readonly authorities?: readonly string[];
}

/** A witness's verifier key, or a number of several. */
export type Quorum = string | { readonly atLeast: number; readonly of: readonly Quorum[] };

/** The largest checkpoint of a log that a verifier has seen. */
export interface SeenCheckpoint {
  /** The log's key in full: another key is another log, whatever it calls itself. */
  readonly vkey: string;
  readonly size: number;
  /** base64 */
  readonly root: string;
  /** When the seal under it says that it was sealed. */
  readonly time: string;
}

export interface CheckResult {
  /** A key of VERIFY_CHECKS. */
  readonly code: string;
  /** null: not judged. */
  readonly ok: boolean | null;
  /** What was checked, as a sentence. */
  readonly what: string;
  /** What was found; names the altered file or the receipt at fault. */
  readonly detail: string;
  /** When it failed: what that means, as a sentence. */
  readonly means: string | null;
}

export interface VerifyReport {
  /** No check failed. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  /** A sealed run, or the audit pack of a period. */
  readonly kind: BundleKind;
  /** What the hallmark stands for: the run's results, or the pack's period. */
  readonly root: Digest | null;
  readonly title: string | null;
  readonly notebook: Digest | null;
  readonly org: string | null;
  /** The log's origin and `name+hash` of the key that signed. */
  readonly origin: string | null;
  readonly signer: string | null;
  /** The seal receipt's id and its time, which is a claim. */
  readonly seal: Digest | null;
  readonly time: string | null;
  /** When every receipt of the run was logged, by the word of the policy's authorities and witnesses; null: only `time` says. */
  readonly logged: { readonly after: string | null; readonly before: string | null };
  /** What to remember of this log when the bundle holds. */
  readonly seen: SeenCheckpoint | null;
  readonly receipts: number;
  /** Every file in the zip, for a list. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly digest: Digest }[];
}

export interface VerifyOptions {
  readonly policy?: Policy | undefined;
  /** One a log; without it ROLLBACK is not judged. `remember` in verify/history.ts adds `report.seen`. */
  readonly remembered?: readonly SeenCheckpoint[] | undefined;
  /** Asks the log for a consistency proof between two sizes, the smaller first. */
  consistency?(from: number, to: number): Promise<readonly Uint8Array[]>;
  /** Refuse whatever is older than the remembered checkpoint. */
  readonly latest?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly now?: number | undefined;
  /** Bytes of the bundle that were read, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Whether a failed check finds out what was changed in a file, which takes up to a second; it does unless this is false. */
  readonly explained?: boolean | undefined;
  /** Stops it with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** Each check as it ends. */
  onCheck?(check: CheckResult): void;
}

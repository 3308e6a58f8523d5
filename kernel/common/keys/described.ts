/** The organisation's keys as people and programs ask for them. */
export interface DescribedKeys {
  /** The log's own key: its identity, which signs checkpoints. */
  readonly log: string;
  /** Those that sign or signed seals, in order; the first is the log's own, the last signs now. `after` and `until` are indices of receipts. */
  readonly keys: readonly DescribedKey[];
  /** Whether this kernel holds the secret of the key that signs now: without it nothing can be sealed. */
  readonly held: boolean;
  /** SHA-256 of the policy of witnesses that the log took up with a receipt; `digest` is null when it has none any more. */
  readonly policy: { readonly after: number; readonly digest: string | null } | null;
  /** The same of the address of the time-stamping authority. */
  readonly authority: { readonly after: number; readonly digest: string | null } | null;
  /**
   * Whether receipts are tagged beside the log, since which receipt, whether this kernel holds the key for it, and of which epoch that is;
   * null where it holds none.
   */
  readonly tags: {
    readonly after: number;
    readonly commitment: string;
    readonly working: boolean;
    readonly epoch: number | null;
  } | null;
}

export interface DescribedKey {
  readonly name: string;
  readonly vkey: string;
  readonly after: number | null;
  readonly until: number | null;
  readonly revoked: { readonly at: number; readonly reason: string | null } | null;
}

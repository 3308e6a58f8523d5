/** The organisation's keys as people and programs ask for them. */
import type { KeyHistory } from '#common/keys/keys.ts';
import { formatVkey } from '#common/tlog/note.ts';
import type { Log } from './types.ts';

export interface DescribedKeys {
  /** The log's own key: its identity, which signs checkpoints. */
  readonly log: string;
  /** Those that sign or signed seals, in order; the first is the log's own. `after` and `until` are indices of receipts. */
  readonly keys: readonly {
    readonly name: string;
    readonly vkey: string;
    readonly after: number | null;
    readonly until: number | null;
    readonly revoked: { readonly at: number; readonly reason: string | null } | null;
  }[];
  /** SHA-256 of the policy of witnesses that the log took up with a receipt; `digest` is null when it has none any more. */
  readonly policy: { readonly after: number; readonly digest: string | null } | null;
  /** Whether receipts are tagged beside the log, since which receipt, and whether this kernel holds the key for it. */
  readonly tags: { readonly after: number; readonly commitment: string; readonly working: boolean } | null;
}

export function describeKeys(log: Log): DescribedKeys {
  const { periods, tags, policy }: KeyHistory = log.keys();
  return {
    log: log.vkey,
    keys: periods.map(({ name, vkey, after, until, revoked }) => ({
      name,
      vkey: formatVkey(vkey),
      after,
      until,
      revoked,
    })),
    policy: policy === null ? null : { after: policy.at, digest: policy.digest },
    tags: tags === null ? null : { after: tags.at, commitment: tags.commitment, working: log.tagging() },
  };
}

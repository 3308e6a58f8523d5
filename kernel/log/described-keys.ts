/** The organisation's keys as people and programs ask for them. */
import type { DescribedKeys } from '#common/keys/described.ts';
import type { KeyHistory } from '#common/keys/keys.ts';
import { formatVkey } from '#common/tlog/note.ts';
import type { Log } from './types.ts';

export function describeKeys(log: Log): DescribedKeys {
  const { periods, tags, policy, authority }: KeyHistory = log.keys();
  const { sealer, tagEpoch } = log.holds();
  const told = (setting: KeyHistory['policy']): DescribedKeys['policy'] =>
    setting === null ? null : { after: setting.at, digest: setting.digest };
  return {
    log: log.vkey,
    keys: periods.map(({ name, vkey, after, until, revoked }) => ({
      name,
      vkey: formatVkey(vkey),
      after,
      until,
      revoked,
    })),
    held: sealer,
    policy: told(policy),
    authority: told(authority),
    tags:
      tags === null ? null : { after: tags.at, commitment: tags.commitment, working: log.tagging(), epoch: tagEpoch },
  };
}

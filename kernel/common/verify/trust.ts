/** Checks against the verifier's own policy: the only ones that a bundle cannot answer by itself. */
import { equalBytes } from '#common/bytes.ts';
import { formatVkey, keyName, parseVkey } from '#common/tlog/note.ts';
import { isMet } from '#common/policy/policy.ts';
import { fail, type Found } from './checks.ts';
import type { Seal, SignedCheckpoint } from './files.ts';
import type { Policy } from './types.ts';

export function checkSigner({ key }: SignedCheckpoint, seal: Seal, policy: Policy | undefined): Found<true> {
  if (policy === undefined) {
    return {
      value: true,
      ok: null,
      detail: `Not judged, since you gave no policy. Anyone could have made and signed this bundle: compare ${keyName(key)} with the key that you know.`,
    };
  }
  const trusted = policy.logs
    .map(parseVkey)
    .some((one) => one.name === key.name && equalBytes(one.publicKey, key.publicKey));
  if (!trusted) fail(`Your policy does not trust ${keyName(key)}.`);
  const { org } = seal.predicate;
  if (policy.org !== undefined && policy.org !== org)
    fail(`Your policy asks for “${policy.org}”, this is of “${org}”.`);
  return { value: true, detail: `Your policy trusts ${keyName(key)}.` };
}

export function checkWitnesses({ note }: SignedCheckpoint, policy: Policy | undefined): Found<true> {
  const signed = new Set(note.signatures.filter(({ time }) => time !== null).map(({ key }) => formatVkey(key)));
  if (policy === undefined) return { value: true, ok: null, detail: 'Not judged: you gave no policy.' };
  if (policy.quorum === undefined) return { value: true, detail: 'Your policy asks for none.' };
  if (!isMet(policy.quorum, (vkey) => signed.has(vkey)))
    fail(`${signed.size} of your witnesses signed, which is not enough.`);
  return { value: true, detail: `${signed.size} of your witnesses signed.` };
}

/** Checks of the checkpoint against time and memory: is it fresh enough for the policy, and does it contradict what was seen before? */
import { fromBase64, toBase64 } from '#common/bytes.ts';
import { verifyConsistency } from '#common/tlog/merkle.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { isMet } from '#common/policy/policy.ts';
import { fail, type Found } from './checks.ts';
import type { Seal, SignedCheckpoint } from './files.ts';
import type { Policy, SeenCheckpoint } from './types.ts';

/** Seconds by which a witness's clock may be ahead of ours: what claims to be later is no evidence of being fresh. */
const SKEW = 300n;

export function checkFresh({ note }: SignedCheckpoint, policy: Policy | undefined, now: number): Found<true> {
  if (policy === undefined) return { value: true, ok: null, detail: 'Not judged: you gave no policy.' };
  const { maxAge, quorum } = policy;
  if (maxAge === undefined) return { value: true, detail: 'Your policy sets no limit.' };
  if (quorum === undefined) fail('Your policy limits the age, but names no witness who could tell it.');
  const seconds = BigInt(Math.floor(now / 1000));
  const fresh = new Set(
    note.signatures
      .filter(({ time }) => time !== null && seconds - time <= BigInt(maxAge) && time - seconds <= SKEW)
      .map(({ key }) => formatVkey(key)),
  );
  if (!isMet(quorum, (vkey) => fresh.has(vkey)))
    fail(`${fresh.size} of your witnesses saw it in the last ${maxAge} seconds, which is not enough.`);
  return { value: true, detail: `${fresh.size} of your witnesses saw it in the last ${maxAge} seconds.` };
}

/** What a verifier remembers of a log it has verified: the largest checkpoint. */
export function seenCheckpoint({ key, checkpoint }: SignedCheckpoint, seal: Seal): SeenCheckpoint {
  const { size, root } = checkpoint;
  return { vkey: formatVkey(key), size: Number(size), root: toBase64(root), time: seal.predicate.time };
}

export interface Memory {
  /** null: the verifier keeps no memory. */
  readonly remembered: readonly SeenCheckpoint[] | null;
  /** A consistency proof between the remembered checkpoint and this one, where the log itself could be asked. */
  readonly proof: readonly Uint8Array[] | null;
  /** Whatever is older than the remembered one is refused. */
  readonly latest: boolean;
  /** The policy's witnesses signed: they only sign what continues what they saw. */
  readonly witnessed: boolean;
}

/**
 * A bundle is older than the log's newest checkpoint as a matter of course. It is a rollback when the log's own words contradict each
 * other (more receipts at an earlier time), and a fork when two trees of one size differ, or a proof shows that one is not the other's
 * beginning.
 */
export function checkRollback(signed: SignedCheckpoint, seal: Seal, memory: Memory): Found<true> {
  const now = seenCheckpoint(signed, seal);
  const before = memory.remembered?.find(({ vkey }) => vkey === now.vkey);
  if (memory.remembered === null) return unjudged('Nothing is remembered here.');
  if (before === undefined) return unjudged('It is the first checkpoint of this log that you see.');
  const older = now.size < before.size;
  const roots = older ? [now.root, before.root] : [before.root, now.root];
  if (now.size === before.size) {
    if (now.root !== before.root) fail(`A fork: you have seen another history of ${before.size} receipts.`);
    return { value: true, detail: `The checkpoint that you remember, of ${before.size} receipts.` };
  }
  if (memory.proof !== null) {
    const sizes = [Math.min(now.size, before.size), Math.max(now.size, before.size)] as const;
    const [first, second] = roots.map((root) => fromBase64(root) ?? fail('What is remembered is damaged.'));
    try {
      verifyConsistency(...sizes, memory.proof, first!, second!);
    } catch {
      fail(`A fork: no proof shows that the tree of ${sizes[0]} receipts is the beginning of that of ${sizes[1]}.`);
    }
  }
  if (older && (memory.latest || seal.predicate.time > before.time)) {
    fail(
      `A rollback: on ${before.time} this log had ${before.size} receipts, now it shows ${now.size}, sealed ${seal.predicate.time}.`,
    );
  }
  const than = `the one of ${before.size} receipts that you remember`;
  if (memory.proof !== null)
    return { value: true, detail: older ? `It is the beginning of ${than}.` : `It continues ${than}.` };
  if (older) return unjudged(`It is older than ${than}; that it is the beginning of it was not proved.`);
  if (memory.witnessed) return { value: true, detail: `It is newer than ${than}; your witnesses saw it grow.` };
  return unjudged(`It is newer than ${than}; that it continues it was not proved.`);
}

const unjudged = (detail: string): Found<true> => ({ value: true, ok: null, detail });

/** The memory after this checkpoint: one a log, the largest; null when nothing changes. */
export function remember(
  remembered: readonly SeenCheckpoint[],
  seen: SeenCheckpoint | null,
): readonly SeenCheckpoint[] | null {
  if (seen === null) return null;
  const before = remembered.find(({ vkey }) => vkey === seen.vkey);
  if (before !== undefined && before.size >= seen.size) return null;
  return [...remembered.filter((one) => one !== before), seen];
}

/** Reads what was kept as JSON; what is no such list is no memory, and never believed in part. */
export function parseSeen(json: string): readonly SeenCheckpoint[] | null {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every(isSeen) ? list : null;
  } catch {
    return null;
  }
}

function isSeen(value: unknown): value is SeenCheckpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { vkey, size, root, time } = value as Partial<Record<keyof SeenCheckpoint, unknown>>;
  const hash = typeof root === 'string' ? fromBase64(root) : null;
  return (
    typeof vkey === 'string' &&
    Number.isSafeInteger(size) &&
    hash !== null &&
    hash.length === 32 &&
    typeof time === 'string'
  );
}

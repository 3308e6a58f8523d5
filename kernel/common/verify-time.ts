/** When the sealed run was in the log: what authorities and witnesses attest, beside what the organisation claims. */
import { linesBy, type Vkey } from './note.ts';
import { verifyTimestamp, type Timestamp } from './timestamp.ts';
import { fail, type Found } from './verify-checks.ts';
import { textOf, type Files, type SignedCheckpoint } from './verify-files.ts';
import { PATHS, TIMESTAMP_PATH } from './bundle-layout.ts';
import type { Policy } from './verify-types.ts';

/** What is stamped: the checkpoint as the log alone signed it, so that cosignatures may come before or after. @throws NOTE_INVALID */
export function stampedNote(note: string, text: string, log: Vkey): Uint8Array {
  return new TextEncoder().encode(`${text}\n${linesBy(note, [log])}`);
}

/** null: the bundle carries no time stamp. */
export type Stamped = { readonly stamp: Timestamp } | { readonly error: string } | null;

/** Certificates are checked with WebCrypto, which answers later: this comes before the check. Never throws. */
export async function stampIn(
  files: Files | undefined,
  signed: SignedCheckpoint | undefined,
  policy: Policy | undefined,
): Promise<Stamped> {
  const reply = files?.get(TIMESTAMP_PATH);
  if (files === undefined || signed === undefined || reply === undefined) return null;
  try {
    const data = stampedNote(textOf(files, PATHS.checkpoint), signed.note.text, signed.key);
    return { stamp: await verifyTimestamp(reply, data, { roots: policy?.authorities ?? null }) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

export function checkTime(stamped: Stamped, policy: Policy | undefined): Found<true> {
  const asked = policy?.authorities !== undefined;
  if (stamped === null && asked) fail('It carries no time stamp, and your policy trusts authorities to give one.');
  if (stamped === null) return { value: true, ok: null, detail: 'It carries no time stamp.' };
  if ('error' in stamped) fail(stamped.error);
  const before = new Date(stamped.stamp.before).toISOString();
  if (!asked)
    return {
      value: true,
      ok: null,
      detail: `An authority says that it was there before ${before}; your policy trusts none.`,
    };
  return { value: true, detail: `An authority that you trust saw it before ${before}.` };
}

/** The earliest time before which somebody whom the policy trusts saw the checkpoint, and with it every receipt; else null. */
export function loggedBefore(
  signed: SignedCheckpoint | undefined,
  stamped: Stamped,
  policy: Policy | undefined,
): string | null {
  const seen = (signed?.note.signatures ?? []).flatMap(({ time }) =>
    time === null ? [] : [Number(time) * 1000 + 1000],
  );
  if (policy?.authorities !== undefined && stamped !== null && 'stamp' in stamped) seen.push(stamped.stamp.before);
  const earliest = Math.min(...seen);
  return earliest < 8.64e15 ? new Date(earliest).toISOString() : null;
}

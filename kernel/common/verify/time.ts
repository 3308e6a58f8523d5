/**
 * When the sealed run was logged: the interval that others attest, beside what the organisation claims. Before the checkpoint’s time stamp
 * (or a witness’s cosignature) every receipt was in the log. After the notebook’s: `open` names that very token, which nobody could know
 * before it was made, and all receipts of the run stand behind `open` in the log.
 */
import { PATHS, STAMPS } from '#common/bundle/layout.ts';
import { linesBy, type Vkey } from '#common/tlog/note.ts';
import type { Statement } from '#common/receipt/receipt.ts';
import { verifyTimestamp, type Timestamp } from '#common/timestamp/timestamp.ts';
import { fail, type Found } from './checks.ts';
import { digestOf, textOf, type Files, type SignedCheckpoint } from './files.ts';
import type { Policy } from './types.ts';

/** How `open` calls the token among its materials. */
export const STAMP_MATERIAL = 'time-stamp';

/** What is stamped: the checkpoint as the log alone signed it, so that cosignatures may come before or after. @throws NOTE_INVALID */
export function stampedNote(note: string, text: string, log: Vkey): Uint8Array {
  return new TextEncoder().encode(`${text}\n${linesBy(note, [log])}`);
}

export interface Stamps {
  /** null: the bundle carries none. */
  readonly notebook: Timestamp | null;
  readonly checkpoint: Timestamp | null;
  /** What is wrong with one that it carries, or should carry. */
  readonly error: string | null;
}

/**
 * Certificates are checked with WebCrypto, which answers later: this comes before the check. `open` announced the run and names the
 * notebook's time stamp; null where there is no notebook. Never throws.
 */
export async function stampsIn(
  files: Files | undefined,
  signed: SignedCheckpoint | undefined,
  open: Statement | null | undefined,
  policy: Policy | undefined,
): Promise<Stamps | undefined> {
  if (files === undefined || signed === undefined || open === undefined) return undefined;
  const roots = policy?.authorities ?? null;
  const read = async (path: string, data: () => Uint8Array): Promise<Timestamp | null> => {
    const reply = files.get(path);
    return reply === undefined ? null : verifyTimestamp(reply, data(), { roots });
  };
  const { note, key } = signed;
  try {
    const named = open?.predicate.materials.find(({ name }) => name === STAMP_MATERIAL)?.digest;
    const carried = files.get(STAMPS.notebook);
    if (named !== (carried === undefined ? undefined : digestOf(carried)))
      fail(`${STAMPS.notebook} is not the time stamp that the run was announced with.`);
    return {
      notebook: await read(STAMPS.notebook, () => files.get(PATHS.notebook)!),
      checkpoint: await read(STAMPS.checkpoint, () => stampedNote(textOf(files, PATHS.checkpoint), note.text, key)),
      error: null,
    };
  } catch (error) {
    return { notebook: null, checkpoint: null, error: (error as Error).message };
  }
}

export function checkTime({ notebook, checkpoint, error }: Stamps, policy: Policy | undefined): Found<true> {
  const asked = policy?.authorities !== undefined;
  if (error !== null) fail(error);
  if (checkpoint === null && asked) fail('It carries no time stamp, and your policy trusts authorities to give one.');
  if (checkpoint === null) return { value: true, ok: null, detail: 'It carries no time stamp.' };
  const after = notebook === null ? '' : `after ${iso(notebook.after)} and `;
  const when = `${after}before ${iso(checkpoint.before)}`;
  if (!asked)
    return { value: true, ok: null, detail: `An authority says that it was logged ${when}; your policy trusts none.` };
  return { value: true, detail: `It was logged ${when}, says an authority that you trust.` };
}

export interface Logged {
  /** RFC 3339; null: nobody whom the policy trusts says so. */
  readonly after: string | null;
  readonly before: string | null;
}

/** The interval in which every receipt of the run was logged, by the word of those whom the policy trusts alone. */
export function loggedIn(
  signed: SignedCheckpoint | undefined,
  stamps: Stamps | undefined,
  policy: Policy | undefined,
): Logged {
  const trusted = policy?.authorities === undefined ? undefined : stamps;
  const seen = (signed?.note.signatures ?? []).flatMap(({ time }) =>
    time === null ? [] : [Number(time) * 1000 + 1000],
  );
  if (trusted?.checkpoint) seen.push(trusted.checkpoint.before);
  const earliest = Math.min(...seen);
  return {
    after: trusted?.notebook ? iso(trusted.notebook.after) : null,
    before: earliest < 8.64e15 ? iso(earliest) : null,
  };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** What a receipt about keys says, and the note by which those sign it who must. */
import { isDigest } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import {
  formatVkey,
  keyName,
  NOTE_KEY,
  openNote,
  parseVkey,
  signNote,
  type NoteSigner,
  type Vkey,
} from '#common/tlog/note.ts';

/** The stream of all receipts about keys. */
export const KEY_STREAM = 'assay/keys';
const EVENTS = ['create', 'rotate', 'revoke', 'tag', 'policy', 'authority'] as const;

/** `result` of a receipt of the kind `key`, but for its note. */
export interface KeyEvent {
  /**
   * `create` the first key that only seals; `rotate` to the next; `revoke` one that can't be trusted any more; `tag` receipts from here on;
   * take up another `policy` of witnesses, or another `authority` for time stamps.
   */
  readonly event: (typeof EVENTS)[number];
  /** This receipt's index: what it says holds for all receipts behind it. */
  readonly at: number;
  /** `name+hash` of the key whose time ends, or ended before; null when none does. */
  readonly ends: string | null;
  /** Verifier key that signs seals from here on; null when that doesn't change. */
  readonly key: string | null;
  /** What tags commit to, or the SHA-256 of the policy or of the authority’s address, null for none; null for all else. */
  readonly digest: Digest | null;
  readonly reason: string | null;
}

/** What a key receipt's note says: a line each. */
export function keyText(log: string, { event, at, ends, key, digest, reason }: KeyEvent): string {
  const lines = [
    'assay key/v1',
    log,
    `${event} at ${at}`,
    `ends ${ends ?? '-'}`,
    `key ${key ?? '-'}`,
    `digest ${digest ?? '-'}`,
  ];
  return `${[...lines, `reason ${JSON.stringify(reason)}`].join('\n')}\n`;
}

/** `result` of the receipt. */
export function signKeyEvent(
  log: string,
  event: KeyEvent,
  signers: readonly NoteSigner[],
): KeyEvent & { note: string } {
  return { ...event, note: signNote(keyText(log, event), signers) };
}

/** @throws KEY_INVALID */
export function readKeyEvent(result: unknown): { readonly event: KeyEvent; readonly note: string } {
  const it = typeof result === 'object' && result !== null ? (result as Readonly<Record<string, unknown>>) : {};
  const { event, at, ends, key, digest, reason, note } = it;
  const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';
  const kind = EVENTS.find((one) => one === event);
  const whole =
    Object.keys(it).length === 7 && kind !== undefined && Number.isSafeInteger(at) && typeof note === 'string';
  if (!whole || !isText(ends) || !isText(key) || !isText(reason) || !(digest === null || isDigest(digest)))
    throw invalidKey('It says nothing about a key.');
  return { event: { event: kind, at: at as number, ends, key, digest, reason }, note };
}

/** @throws KEY_INVALID */
export function readKey(text: string): Vkey {
  let key: Vkey;
  try {
    key = parseVkey(text);
  } catch (cause) {
    throw invalidKey('It names what is no key.', cause);
  }
  if (key.type !== NOTE_KEY || formatVkey(key) !== text)
    throw invalidKey('This key is of the other kind: witnesses sign cosignatures.');
  return key;
}

/** Signed by all of them. @throws KEY_INVALID */
export function checkNote(note: string, expected: string, keys: readonly Vkey[]): void {
  let signed: readonly string[] = [];
  let text = '';
  try {
    const opened = openNote(note, keys);
    signed = opened.signatures.map(({ key }) => keyName(key));
    text = opened.text;
  } catch (cause) {
    throw invalidKey(`Its note is signed by no key that it must be signed by. ${(cause as Error).message}`, cause);
  }
  const missing = keys.find((key) => !signed.includes(keyName(key)));
  if (missing !== undefined) throw invalidKey(`${keyName(missing)} did not sign its note.`);
  if (text !== expected) throw invalidKey('What was signed is not what it says.');
}

export function invalidKey(why: string, cause?: unknown): AssayError {
  return new AssayError('KEY_INVALID', why, cause === undefined ? {} : { cause });
}

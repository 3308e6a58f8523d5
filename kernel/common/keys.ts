/**
 * An organisation's keys, as its log tells them. The log's own key signs checkpoints for as long as the log lives (C2SP: another key is
 * another log) and, at first, seals. Receipts of the kind `key` name the keys that sign seals from then on. Each holds a signed note: by
 * the key whose time ends and by the one that follows, or by the log's key when one is revoked. What is said there holds from the
 * receipt's place in the log, never from a time that somebody claims.
 */
import { isDigest } from './bytes.ts';
import type { Digest } from './data.ts';
import { AssayError } from './errors.ts';
import { formatVkey, keyName, NOTE_KEY, openNote, parseVkey, signNote, type NoteSigner, type Vkey } from './note.ts';
import type { Statement } from './receipt-types.ts';

/** The stream of all receipts about keys. */
export const KEY_STREAM = 'assay/keys';
const EVENTS = ['create', 'rotate', 'revoke', 'tag', 'policy'] as const;

/** `result` of a receipt of the kind `key`, but for its note. */
export interface KeyEvent {
  /**
   * `create` the first key that only seals; `rotate` to the next; `revoke` one that can't be trusted any more; `tag` receipts from here on;
   * take up another `policy` of witnesses.
   */
  readonly event: (typeof EVENTS)[number];
  /** This receipt's index: what it says holds for all receipts behind it. */
  readonly at: number;
  /** `name+hash` of the key whose time ends, or ended before; null when none does. */
  readonly ends: string | null;
  /** Verifier key that signs seals from here on; null when that doesn't change. */
  readonly key: string | null;
  /** What tags commit to, or the SHA-256 of the policy, null for none; null for all else. */
  readonly digest: Digest | null;
  readonly reason: string | null;
}

/** When a key signed seals. */
export interface KeyPeriod {
  /** `name+hash` */
  readonly name: string;
  readonly vkey: Vkey;
  /** Indices of the receipts that began and ended it; null for the log's own key, and for the one that signs now. */
  readonly after: number | null;
  readonly until: number | null;
  readonly revoked: { readonly at: number; readonly reason: string | null } | null;
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

/** All keys of an organisation, from its key receipts in the order of the log. */
export class KeyHistory {
  readonly log: Vkey;
  private kept: readonly KeyPeriod[];
  /** Where the receipts behind it began to be tagged; null: they are not. */
  private tagged: { readonly at: number; readonly commitment: string } | null = null;

  /** Whose cosignatures the log asks for: the policy's digest, where it was ever said. */
  private witnessed: { readonly at: number; readonly digest: Digest | null } | null = null;

  constructor(log: Vkey) {
    this.log = log;
    this.kept = [{ name: keyName(log), vkey: log, after: null, until: null, revoked: null }];
  }

  get periods(): readonly KeyPeriod[] {
    return this.kept;
  }

  get tags(): { readonly at: number; readonly commitment: string } | null {
    return this.tagged;
  }

  get policy(): { readonly at: number; readonly digest: Digest | null } | null {
    return this.witnessed;
  }

  /** The key that signs seals now. */
  get current(): KeyPeriod {
    return this.kept.at(-1)!;
  }

  /** The key that signs a seal of this index. */
  at(index: number): KeyPeriod {
    return this.kept.findLast(({ after }) => after === null || after < index)!;
  }

  find(name: string): KeyPeriod | undefined {
    return this.kept.find((one) => one.name === name);
  }

  /** To look at what a further receipt would do. */
  copy(): KeyHistory {
    const copy = new KeyHistory(this.log);
    copy.kept = this.kept;
    copy.tagged = this.tagged;
    copy.witnessed = this.witnessed;
    return copy;
  }

  /** Whose word a receipt about keys is: that of the key that ends, or the log's. Its `signer` says the same. */
  authority({ event }: Pick<KeyEvent, 'event'>): Vkey {
    return event === 'create' || event === 'rotate' ? this.current.vkey : this.log;
  }

  /** The receipt at `index` comes next. @throws KEY_INVALID, and nothing is changed */
  apply({ predicate }: Statement, index: number): void {
    const { event, note } = read(predicate.result);
    const { key, ends, digest } = event;
    if (event.at !== index) throw invalid(`It speaks of receipt ${event.at} and is number ${index}.`);
    const next = key === null ? null : readKey(key);
    const ended = ends === null ? undefined : (this.find(ends) ?? fail(`Nothing names the key ${ends}.`));
    this.checkEvent(event, next, ended);
    const authority = this.authority(event);
    if (predicate.signer !== keyName(authority))
      throw invalid(`${keyName(authority)} must sign it, not ${predicate.signer}.`);
    checkNote(note, keyText(keyName(this.log), event), next === null ? [authority] : [authority, next]);
    if (event.event === 'tag') this.tagged = { at: index, commitment: digest! };
    if (event.event === 'policy') this.witnessed = { at: index, digest };
    if (event.event === 'revoke') this.change(ended!, { revoked: { at: index, reason: event.reason } });
    if (next === null) return;
    this.change(this.current, { until: index });
    this.kept = [...this.kept, { name: keyName(next), vkey: next, after: index, until: null, revoked: null }];
  }

  /** Any receipt, in the order of the log: takes up what is said about keys. What is wrong with its signer, or null. */
  judge(statement: Statement, index: number): string | null {
    const { kind, stream, signer } = statement.predicate;
    if (kind !== 'key')
      return signer === this.current.name
        ? null
        : `${signer} is named as its signer; here, ${this.current.name} signs.`;
    if (stream !== KEY_STREAM) return `It is about keys, and not in the stream “${KEY_STREAM}”.`;
    try {
      this.apply(statement, index);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  private checkEvent({ event, digest }: KeyEvent, next: Vkey | null, ended: KeyPeriod | undefined): void {
    const { current } = this;
    const bears = event === 'tag' || (event === 'policy' && digest !== null);
    if (bears !== (digest !== null))
      throw invalid('Tags commit to a key of their own, and all but a policy to nothing.');
    if (next !== null && this.find(keyName(next)) !== undefined)
      throw invalid('A key comes once: this one was there before.');
    if (event === 'create' || event === 'rotate') {
      if (next === null || ended !== current) throw invalid(`It does not replace ${current.name}, which signs here.`);
      if ((event === 'create') !== (current.after === null))
        throw invalid('Only the first key is created; others follow.');
    } else if (event === 'revoke') {
      if (ended === undefined || ended.after === null)
        throw invalid('It revokes no key, or the log’s own, with which the log would end.');
      if (ended.revoked !== null) throw invalid(`${ended.name} is revoked already.`);
      if ((next === null) === (ended === current))
        throw invalid('A key that signs now is revoked for another, an older one for none.');
    } else if (next !== null || ended !== undefined) throw invalid('Tags and policies change no key that signs.');
  }

  private change(period: KeyPeriod, how: Partial<KeyPeriod>): void {
    this.kept = this.kept.map((one) => (one.name === period.name ? { ...one, ...how } : one));
  }
}

function read(result: unknown): { readonly event: KeyEvent; readonly note: string } {
  const it = typeof result === 'object' && result !== null ? (result as Readonly<Record<string, unknown>>) : {};
  const { event, at, ends, key, digest, reason, note } = it;
  const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';
  const kind = EVENTS.find((one) => one === event);
  const whole =
    Object.keys(it).length === 7 && kind !== undefined && Number.isSafeInteger(at) && typeof note === 'string';
  if (!whole || !isText(ends) || !isText(key) || !isText(reason) || !(digest === null || isDigest(digest)))
    throw invalid('It says nothing about a key.');
  return { event: { event: kind, at: at as number, ends, key, digest, reason }, note };
}

function readKey(text: string): Vkey {
  let key: Vkey;
  try {
    key = parseVkey(text);
  } catch (cause) {
    throw invalid('It names what is no key.', cause);
  }
  if (key.type !== NOTE_KEY || formatVkey(key) !== text)
    throw invalid('This key is of the other kind: witnesses sign cosignatures.');
  return key;
}

/** Signed by all of them. */
function checkNote(note: string, expected: string, keys: readonly Vkey[]): void {
  let signed: readonly string[] = [];
  let text = '';
  try {
    const opened = openNote(note, keys);
    signed = opened.signatures.map(({ key }) => keyName(key));
    text = opened.text;
  } catch (cause) {
    throw invalid(`Its note is signed by no key that it must be signed by. ${(cause as Error).message}`, cause);
  }
  const missing = keys.find((key) => !signed.includes(keyName(key)));
  if (missing !== undefined) throw invalid(`${keyName(missing)} did not sign its note.`);
  if (text !== expected) throw invalid('What was signed is not what it says.');
}

function fail(why: string): never {
  throw invalid(why);
}

function invalid(why: string, cause?: unknown): AssayError {
  return new AssayError('KEY_INVALID', why, cause === undefined ? {} : { cause });
}

/**
 * An organisation's keys, as its log tells them. The log's own key signs checkpoints for as long as the log lives (C2SP: another key is
 * another log) and, at first, seals. Receipts of the kind `key` name the keys that sign seals from then on. Each holds a signed note: by
 * the key whose time ends and by the one that follows, or by the log's key when one is revoked. What is said there holds from the
 * receipt's place in the log, never from a time that somebody claims.
 */
import type { Digest } from '#common/data.ts';
import { checkNote, invalidKey, KEY_STREAM, keyText, readKey, readKeyEvent, type KeyEvent } from './events.ts';
import { keyName, type Vkey } from '#common/tlog/note.ts';
import type { Statement } from '#common/receipt/types.ts';

export { KEY_STREAM, signKeyEvent, type KeyEvent } from './events.ts';

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

/** What a setting is since a receipt: its SHA-256, null for none. The log may never have spoken of it. */
type Told = { readonly at: number; readonly digest: Digest | null } | null;

/** All keys of an organisation, from its key receipts in the order of the log. */
export class KeyHistory {
  readonly log: Vkey;
  private kept: readonly KeyPeriod[];
  /** Where the receipts behind it began to be tagged; null: they are not. */
  private tagged: { readonly at: number; readonly commitment: string } | null = null;

  /** Whose cosignatures the log asks for: the policy's digest, where it was ever said. */
  private witnessed: Told = null;
  /** Whom the log asks for time stamps, where it was ever said. */
  private stamped: Told = null;

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

  get policy(): Told {
    return this.witnessed;
  }

  /** The time-stamping authority, by the SHA-256 of its address. */
  get authority(): Told {
    return this.stamped;
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
    copy.stamped = this.stamped;
    return copy;
  }

  /** Whose word a receipt about keys is: that of the key that ends, or the log's. Its `signer` says the same. */
  wordOf({ event }: Pick<KeyEvent, 'event'>): Vkey {
    return event === 'create' || event === 'rotate' ? this.current.vkey : this.log;
  }

  /** The receipt at `index` comes next. @throws KEY_INVALID, and nothing is changed */
  apply({ predicate }: Statement, index: number): void {
    const { event, note } = readKeyEvent(predicate.result);
    const { key, ends, digest } = event;
    if (event.at !== index) throw invalidKey(`It speaks of receipt ${event.at} and is number ${index}.`);
    const next = key === null ? null : readKey(key);
    const ended = ends === null ? undefined : (this.find(ends) ?? fail(`Nothing names the key ${ends}.`));
    this.checkEvent(event, next, ended);
    const speaker = this.wordOf(event);
    if (predicate.signer !== keyName(speaker))
      throw invalidKey(`${keyName(speaker)} must sign it, not ${predicate.signer}.`);
    checkNote(note, keyText(keyName(this.log), event), next === null ? [speaker] : [speaker, next]);
    if (event.event === 'tag') this.tagged = { at: index, commitment: digest! };
    if (event.event === 'policy') this.witnessed = { at: index, digest };
    if (event.event === 'authority') this.stamped = { at: index, digest };
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
    const bears = event === 'tag' || ((event === 'policy' || event === 'authority') && digest !== null);
    if (bears !== (digest !== null))
      throw invalidKey('Tags commit to a key of their own, and all but a policy or an authority to nothing.');
    if (next !== null && this.find(keyName(next)) !== undefined)
      throw invalidKey('A key comes once: this one was there before.');
    if (event === 'create' || event === 'rotate') {
      if (next === null || ended !== current)
        throw invalidKey(`It does not replace ${current.name}, which signs here.`);
      if ((event === 'create') !== (current.after === null))
        throw invalidKey('Only the first key is created; others follow.');
    } else if (event === 'revoke') {
      if (ended === undefined || ended.after === null)
        throw invalidKey('It revokes no key, or the log’s own, with which the log would end.');
      if (ended.revoked !== null) throw invalidKey(`${ended.name} is revoked already.`);
      if ((next === null) === (ended === current))
        throw invalidKey('A key that signs now is revoked for another, an older one for none.');
    } else if (next !== null || ended !== undefined)
      throw invalidKey('Tags, policies and authorities change no key that signs.');
  }

  private change(period: KeyPeriod, how: Partial<KeyPeriod>): void {
    this.kept = this.kept.map((one) => (one.name === period.name ? { ...one, ...how } : one));
  }
}

function fail(why: string): never {
  throw invalidKey(why);
}

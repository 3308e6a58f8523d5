/**
 * The keys that this home holds for an organisation, beside what its log says of them. A new key is on disk before the receipt that names
 * it, and an old one leaves the disk after the receipt that ends it: whenever the kernel dies, the log decides, and what it doesn't know
 * is swept away.
 */
import { BLANK } from '#common/receipt/blank.ts';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { ed25519, sha256Hex } from '#crypto';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { KEY_STREAM, KeyHistory, signKeyEvent, type KeyEvent } from '#common/keys/keys.ts';
import { MASTER_BYTES } from '#common/keys/master.ts';
import { formatSigner, parseSigner } from '#common/tlog/note-key.ts';
import { formatVkey, keyName, noteSigner, type NoteSigner } from '#common/tlog/note.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import { codeOf, makeFolder, syncFolder, writeWhole } from '../store/files.ts';
import { readStream } from './rows.ts';
import { Tagger } from './tagger.ts';
import { tagCommitment } from './tag-keys.ts';

/** What is to be said about keys; the log adds the index. */
export type KeyOrder =
  | { readonly event: 'rotate'; readonly reason: string | null }
  /** `key` is `name+hash`, or the hash alone. */
  | { readonly event: 'revoke'; readonly key: string; readonly reason: string | null }
  /** The text of the policy of witnesses, or the address of the time-stamping authority; null for none. */
  | { readonly event: 'policy' | 'authority'; readonly text: string | null; readonly reason: string | null }
  | { readonly event: 'tag'; readonly master: Uint8Array; readonly reason: string | null };

/** What an order needs is on disk. */
interface Prepared {
  readonly change: (at: number) => KeyChange;
  /** `known`: whether the log has it. Else nobody knows, and the next start will see. */
  readonly done: (known: boolean) => Promise<void>;
}

/** An order once its place is known: what is logged, in whose name, and what holds once it is. */
export interface KeyChange {
  readonly draft: ReceiptDraft;
  readonly signer: string;
  readonly after: (receipt: LoggedReceipt) => KeyHistory;
}

export class Keyring {
  history: KeyHistory;
  tagger: Tagger | null = null;
  private readonly home: string;
  private readonly org: string;
  private readonly log: NoteSigner;
  /** By `name+hash`: what this process has held stays, for a seal that was logged just before its key's time ended. */
  private readonly secrets = new Map<string, NoteSigner>();

  /** Files for receipts that are under way. */
  private readonly pending = new Set<string>();

  constructor(home: string, org: string, log: NoteSigner) {
    this.home = home;
    this.org = org;
    this.log = log;
    this.history = new KeyHistory(log);
    this.secrets.set(keyName(log), log);
  }

  /** Reads what the log says, and the keys that it names; `count` receipts are in it. @throws KEY_INVALID when the database was changed */
  async load(client: Client, count: number): Promise<void> {
    const history = new KeyHistory(this.log);
    for (const { index, body } of await readStream(client, this.org, KEY_STREAM))
      history.apply(parseReceipt(body), index);
    this.history = history;
    const { name } = history.current;
    const found = this.secrets.has(name) ? null : await this.read(this.path(name));
    if (found !== null && keyName(found) === name) this.secrets.set(name, found);
    await this.takeTags(count);
    await this.sweep();
  }

  /** @throws LOG_KEY when this home doesn't hold it, or no longer */
  secret(name: string): NoteSigner {
    const signer = this.secrets.get(name);
    if (signer !== undefined) return signer;
    const path = this.path(name);
    throw new AssayError('LOG_KEY', `There is no ${path}, which signs as ${name}; if it is lost, revoke it.`, {
      where: path,
    });
  }

  /** Whether the key that signs seals now is here. */
  get held(): boolean {
    return this.secrets.has(this.history.current.name);
  }

  /** Makes what an order needs, on disk before anything is logged; `count` receipts are, at least. @throws LOG_KEY, KEY_INVALID, DISK_FULL */
  async prepare(order: KeyOrder, count: number): Promise<Prepared> {
    const { reason } = order;
    if (order.event === 'policy' || order.event === 'authority') {
      const { event, text } = order;
      const digest = text === null ? null : sha256Hex(text);
      return { change: (at) => this.noted(event, at, digest, reason), done: () => Promise.resolve() };
    }
    if (order.event === 'tag') {
      if (order.master.length !== MASTER_BYTES)
        throw new AssayError('KEY_INVALID', 'A master key has 32 bytes.', { where: 'master' });
      const log = keyName(this.log);
      const commitment = tagCommitment(order.master, this.org, log);
      // The first epoch's key would come back to the disk.
      if (this.tagger?.commitment === commitment)
        throw new AssayError('KEY_INVALID', 'This master key’s tags are being made already.', { where: 'master' });
      const made = this.guard(Tagger.path(this.home, this.org, commitment));
      await Tagger.make(this.home, this.org, log, order.master, count);
      return { ...made, change: (at) => this.noted('tag', at, commitment, reason) };
    }
    // Before a key is made: who can't sign can't hand over, and what isn't there can't be revoked.
    if (order.event === 'rotate') this.secret(this.history.current.name);
    const revoked = order.event === 'revoke' ? this.nameOf(order.key) : null;
    const next = noteSigner(`${this.log.name}/seals`, ed25519.generate().secretKey);
    const made = this.guard(this.path(keyName(next)));
    await makeFolder(join(this.home, 'keys'), 0o700);
    await writeWhole(this.path(keyName(next)), `${formatSigner(next)}\n`, { mode: 0o600 });
    this.secrets.set(keyName(next), next);
    return { ...made, change: (at) => this.succession(at, next, revoked, reason) };
  }

  private noted(
    event: 'tag' | 'policy' | 'authority',
    at: number,
    digest: Digest | null,
    reason: string | null,
  ): KeyChange {
    return this.change({ event, at, ends: null, key: null, digest, reason }, [this.log]);
  }

  private succession(at: number, next: NoteSigner, revoked: string | null, reason: string | null): KeyChange {
    const { name, after } = this.history.current;
    const key = formatVkey(next);
    if (revoked === null) {
      const event = after === null ? 'create' : 'rotate';
      return this.change({ event, at, ends: name, key, digest: null, reason }, [this.secret(name), next]);
    }
    const signs = revoked === name;
    const said: KeyEvent = { event: 'revoke', at, ends: revoked, key: signs ? key : null, digest: null, reason };
    return this.change(said, signs ? [this.log, next] : [this.log]);
  }

  /** A file that is made for a receipt to come: not to be swept away before it came. */
  private guard(path: string): Pick<Prepared, 'done'> {
    this.pending.add(path);
    return {
      done: async (known) => {
        this.pending.delete(path);
        if (known) await this.sweep();
      },
    };
  }

  private nameOf(key: string): string {
    const { periods } = this.history;
    const found = periods.filter(({ name }) => name === key || name.endsWith(`+${key}`));
    if (found.length === 1) return found[0]!.name;
    throw new AssayError('KEY_INVALID', `The log names no key “${key}”.`, { where: key });
  }

  private change(event: KeyEvent, signers: readonly NoteSigner[]): KeyChange {
    const { history } = this;
    const result = signKeyEvent(keyName(this.log), event, signers);
    const after = (receipt: LoggedReceipt): KeyHistory => {
      const next = history.copy();
      next.apply(parseReceipt(receipt.body), receipt.index);
      return next;
    };
    return {
      draft: { ...BLANK, kind: 'key', stream: KEY_STREAM, result },
      signer: keyName(history.wordOf(event)),
      after,
    };
  }

  /** Tags as the log says that they are made; `count` receipts are in it. */
  async takeTags(count: number): Promise<void> {
    const { tags } = this.history;
    if (tags?.commitment === this.tagger?.commitment) return;
    await this.tagger?.close();
    this.tagger = tags === null ? null : await Tagger.open(this.home, this.org, tags.commitment, count);
  }

  /** Keys that the log doesn't name, or names no longer. */
  private async sweep(): Promise<void> {
    const folder = join(this.home, 'keys');
    const { current, tags } = this.history;
    const kept = new Set([
      ...this.pending,
      this.path(current.name),
      Tagger.path(this.home, this.org, tags?.commitment ?? ''),
    ]);
    const own = [`seal-${this.org}-`, `tags-${this.org}-`];
    const names = (await readdir(folder)).filter((name) => own.some((start) => name.startsWith(start) && /^[0-9a-f]{8}\.key$/.test(name.slice(start.length)))); // prettier-ignore
    const stale = names.map((name) => join(folder, name)).filter((path) => !kept.has(path));
    for (const path of stale) await rm(path, { force: true });
    if (stale.length > 0) await syncFolder(folder);
  }

  private path(name: string): string {
    if (name === keyName(this.log)) return join(this.home, 'keys', `log-${this.org}.key`);
    return join(this.home, 'keys', `seal-${this.org}-${name.slice(-8)}.key`);
  }

  private async read(path: string): Promise<NoteSigner | null> {
    try {
      return parseSigner((await readFile(path, 'utf8')).trim());
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }
}
